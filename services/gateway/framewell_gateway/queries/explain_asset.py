"""GET /v1/assets/{id}/why: where an asset stands and what it waits for, asked of everybody who may know."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from framewell.gateway.v1.explanation_pb2 import AssetExplanation
from framewell.ingest.v1.ingest_service_pb2 import GetAssetRequest
from framewell_contracts.services import SERVICES
from framewell_gateway.domain.broker_state import BrokerState
from framewell_gateway.domain.diagnosis import Findings, diagnose
from framewell_gateway.ports import BROKER, Away, BrokerSearch, EventRepository, Operations
from framewell_gateway.queries.asset_progress import AssetProgress, KnownAsset, asset_unknown
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class ExplainAsset:
    """Answer "why is it stuck?" from the events kept here, the broker and every service, at once.

    Whoever is away is part of the answer. Raises Gone for an asset that was erased, NotFound for one that
    neither the gateway, nor ingest, nor any record on the broker knows; Away when that cannot be known
    because ingest or the broker is away.
    """

    events: EventRepository
    progress: AssetProgress
    broker: BrokerSearch
    operations: Operations
    clock: Clock

    async def __call__(self, request: GetAssetRequest) -> AssetExplanation:
        asset_id = request.asset_id
        await self.progress.require_not_erased(asset_id)
        first, last = await asyncio.gather(self.events.first(asset_id), self.events.last(asset_id))
        async with asyncio.TaskGroup() as group:
            search = group.create_task(self._search(asset_id, first.time if first else None))
            described = [group.create_task(self.operations.describe(one, asset_id)) for one in SERVICES]
            asked = group.create_task(self._known(asset_id))
        broker, broker_away = search.result()
        known, ingest_away = asked.result()
        if known is None and not broker.waiting and not broker.dead_letters:
            if broker_away:
                raise Away(BROKER, broker_away)
            if ingest_away is not None:
                raise ingest_away
            raise asset_unknown(asset_id)
        return diagnose(
            Findings(
                asset_id=asset_id,
                now=self.clock.now(),
                progress=None if known is None else known.progress,
                last_event=last,
                broker=broker,
                broker_away=broker_away,
                services=[one.result() for one in described],
                title="" if known is None else known.summary.title,
            )
        )

    async def _search(self, asset_id: str, since: datetime | None) -> tuple[BrokerState, str]:
        """Return what is on the broker; or nothing, and why it cannot be asked."""
        try:
            return await self.broker.search(asset_id, since), ""
        except Away as away:
            return BrokerState(), away.detail

    async def _known(self, asset_id: str) -> tuple[KnownAsset | None, Away | None]:
        """Return where it stands; None when nobody knows it, or ingest, which might, cannot be asked."""
        try:
            known = await self.progress(asset_id)
            return known, known.away
        except NotFound:
            return None, None
        except Away as away:
            return None, away
