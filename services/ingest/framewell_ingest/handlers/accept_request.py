"""ingest.requested → a registered asset and a job that fetches it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell_contracts.identity import requested_asset_id
from framewell_ingest.domain.assets import State
from framewell_ingest.domain.ends import rejection
from framewell_ingest.domain.requests import (
    carried_labels,
    checked,
    names_no_asset,
    shown_uri,
    without_secrets,
)
from framewell_ingest.steps.refuse_gone import ERASED
from framewell_ingest.steps.register_asset import RegisterAsset
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Conflict, Gone, Rejected


@dataclass(frozen=True, slots=True)
class AcceptRequest:
    """Registers the asset and has it fetched. The same request twice is one asset.

    Raises Rejected for a request that its sender must correct; its asset then ends as rejected, for whoever
    waits for it. Of an asset that was erased, or whose holder was, nothing is kept, not even as a dead
    letter: it is refused by a fact. A known asset that is asked for by the same id with another request stays
    as it is. Whether the media can be had is found out by the fetch, and reported by asset.ingested or
    asset.rejected.
    """

    register: RegisterAsset

    async def __call__(self, fact: IngestRequested, cause: Cause) -> Sequence[Outgoing]:
        try:
            request = without_secrets(checked(fact, cause.source))
        except Rejected as refusal:
            await self._refuse(fact, cause, refusal)
            raise
        try:
            await self.register(request, cause)
        except Conflict as conflict:
            raise Rejected(conflict.reason, code="conflict") from conflict
        except Gone as gone:
            work = Work(
                asset_id=requested_asset_id(request.request, cause.source, cause.id),
                generation=1,
                lane=request.request.lane,
            )
            return [rejection(work, "", ERASED, gone.reason)]
        return []

    async def refuse(self, known: IngestRequested, cause: Cause, refusal: Rejected) -> Sequence[Outgoing]:
        """End the asset of a request that cannot be read, of which no more is known than its texts."""
        await self._refuse(IngestRequested(asset_id=known.asset_id, uri=known.uri), cause, refusal)
        return []

    async def _refuse(self, fact: IngestRequested, cause: Cause, refusal: Rejected) -> None:
        """End the asset of this request; of an asset id that is none there is nothing to end."""
        if names_no_asset(fact):
            return
        kept = IngestRequested(
            asset_id=fact.asset_id,
            uri=shown_uri(fact),
            programme=fact.programme,
            lane=fact.lane,
            labels=carried_labels(fact),
        )
        asset = self.register.asset(kept, cause)
        if await self.register.refuse_gone(asset.asset_id, ()) is not None:
            return
        end = rejection(asset.work(), kept.uri, refusal.code, refusal.reason)
        await self.register.rejected(replace(asset, state=State.REJECTED, rejected=end), end, cause)
