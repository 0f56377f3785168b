"""GET /v1/assets/{id}/why: where an asset stands and what it waits for, asked of everybody who may know."""

import asyncio
from dataclasses import dataclass
from datetime import datetime

from framewell_contracts.catalogue import ALL_SERVICES
from framewell_gateway.domain.diagnosis import Diagnosis, Findings, diagnose
from framewell_gateway.domain.progress import Progress
from framewell_gateway.domain.whereabouts import Whereabouts
from framewell_gateway.handlers.show_asset import ShowAsset
from framewell_gateway.ports import Away, EventLog, Operations, Topics
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class ExplainAsset:
    """Answer "why is it stuck?" from the log of events, the broker and every service, at once.

    Whoever is away is part of the answer. Raises NotFound for an asset that neither the log, nor ingest,
    nor any record on the broker knows; Away when that cannot be told because ingest or the broker is away.
    """

    log: EventLog
    show: ShowAsset
    topics: Topics
    operations: Operations
    clock: Clock

    async def __call__(self, asset_id: str) -> Diagnosis:
        events = await self.log.of_asset(asset_id)
        since = min((event.time for event in events), default=None)
        async with asyncio.TaskGroup() as group:
            where = group.create_task(self._where(asset_id, since))
            works = [
                group.create_task(self.operations.describe(service, asset_id)) for service in ALL_SERVICES
            ]
            known = group.create_task(self._progress(asset_id))
        whereabouts, broker_away = where.result()
        progress, ingest_away = known.result()
        if progress is None and not whereabouts.waiting and not whereabouts.given_up:
            if broker_away:
                raise Away("the broker", broker_away)
            if ingest_away is not None:
                raise ingest_away
            raise NotFound(f"no asset {asset_id} is known: `framewell assets` lists those that are")
        return diagnose(
            Findings(
                asset_id=asset_id,
                now=self.clock.now(),
                progress=progress,
                events=events,
                where=whereabouts,
                broker_away=broker_away,
                works=[work.result() for work in works],
            )
        )

    async def _where(self, asset_id: str, since: datetime | None) -> tuple[Whereabouts, str]:
        """What is on the broker; or nothing, and why it cannot be asked."""
        try:
            return await self.topics.search(asset_id, since), ""
        except Away as away:
            return Whereabouts(), away.detail

    async def _progress(self, asset_id: str) -> tuple[Progress | None, Away | None]:
        """Where it stands; None when neither the log nor ingest knows it, or ingest cannot be asked."""
        try:
            return await self.show.progress(asset_id)
        except NotFound:
            return None, None
        except Away as away:
            return None, away
