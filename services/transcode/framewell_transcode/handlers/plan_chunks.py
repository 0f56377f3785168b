"""asset.ingested → a leased job that plans it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_kit.facts import Cause, Outgoing
from framewell_transcode.ports import AssetProgressRepository, WorkQueue


@dataclass(frozen=True, slots=True)
class PlanChunks:
    """Have an ingested asset planned.

    Reading the whole original takes as long as its storage is slow, so the plan is a leased job; its key
    is the asset and the generation, so a redelivery puts nothing. An older generation is ignored, and so is a
    recording, whose segments are planned one by one.
    """

    progress: AssetProgressRepository
    queue: WorkQueue

    async def __call__(self, fact: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        if not fact.recording and await self.progress.is_current(fact.work):
            await self.queue.plan(fact, cause)
        return []
