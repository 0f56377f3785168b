"""ingest.requested → a registered asset and a job that fetches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell_contracts.identity import asset_id
from framewell_ingest.domain.assets import Asset, State
from framewell_ingest.domain.requests import SHOWN_CHARACTERS, checked, names_no_asset
from framewell_ingest.domain.verdicts import rejection
from framewell_ingest.handlers.fetch_original import end_fact
from framewell_ingest.ports import Assets, Work
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.outcomes import Rejected


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """Register the asset and have it fetched. The same request twice is one asset.

    Raises Rejected for a request that its sender must correct; an event's asset then ends as rejected, for
    whoever waits for it. Whether the media can be had is found out by the fetch, and said by
    asset.ingested or asset.rejected.
    """

    assets: Assets
    work: Work
    clock: Clock

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[Outgoing]:
        try:
            request = checked(fact, cause.source)
        except Rejected as refusal:
            await self._refuse(fact, cause, refusal)
            raise
        await self._register(request, cause, announcement=None)
        return []

    async def submit(self, fact: IngestRequested, cause: Cause) -> tuple[Asset, bool]:
        """As for an event, which then leaves as if it had been published: its id is the cause's.

        The asset, and whether it was known before.
        """
        request = checked(fact, cause.source)
        request.asset_id = request.asset_id or asset_id(cause.source, cause.id)
        announcement = Fact(request, id=cause.id, subject=request.asset_id)
        return await self._register(request, cause, announcement)

    async def _register(
        self, request: IngestRequested, cause: Cause, announcement: Fact | None
    ) -> tuple[Asset, bool]:
        wanted = self._asset(request, cause)
        new = await self.assets.register(wanted, announcement, cause)
        asset = wanted if new else await self.assets.get(wanted.asset_id) or wanted
        if asset.state == State.REQUESTED:
            await self.work.fetch(asset, cause)
        return asset, not new

    async def _refuse(self, fact: IngestRequested, cause: Cause, refusal: Rejected) -> None:
        """End the asset of this request, in one write with the fact that says so.

        An asset that is known keeps its state: it is another request's, or this one came again.
        """
        if names_no_asset(fact):
            return
        kept = IngestRequested(uri=fact.uri[:SHOWN_CHARACTERS], programme=fact.programme)
        kept.asset_id = fact.asset_id or asset_id(cause.source, cause.id)
        end = rejection(kept.asset_id, kept.uri, 1, refusal.code, str(refusal))
        ended = replace(self._asset(kept, cause), state=State.REJECTED, rejected=end)
        await self.assets.register(ended, end_fact(end), cause)

    def _asset(self, request: IngestRequested, cause: Cause) -> Asset:
        now = self.clock.now()
        return Asset(
            asset_id=request.asset_id or asset_id(cause.source, cause.id),
            state=State.REQUESTED,
            request=request,
            source=cause.source,
            requested_at=now,
            changed_at=now,
            generation=1,
            revision=1,
            programme=request.programme,
        )
