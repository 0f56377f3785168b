"""asset.ingested → a leased job that plans it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_kit.facts import Cause, Outgoing
from framewell_transcode.ports.assets import AssetProgressRepository, WorkQueue
from framewell_transcode.ports.recordings import RecordingQueue, RecordingRepository


@dataclass(frozen=True, slots=True)
class PlanChunks:
    """Have an ingested asset planned.

    Reading the whole original takes as long as its storage is slow, so the plan is a leased job; its key
    is the asset and the generation, so a redelivery puts nothing. An older generation is ignored. Of a
    recording the known segments are planned again in a new generation, and each other one when it comes.
    """

    progress: AssetProgressRepository
    queue: WorkQueue
    recordings: RecordingRepository
    recording_queue: RecordingQueue

    async def __call__(self, fact: AssetIngested, cause: Cause) -> Sequence[Outgoing]:
        if fact.recording:
            state = await self.recordings.begin(fact.work)
            if state is not None and state.work.generation == fact.work.generation:
                sources = await self.recordings.sources(fact.work.asset_id)
                await self.recording_queue.plan(fact.work, sources, cause)
        elif await self.progress.begin(fact.work):
            await self.queue.plan(fact, cause)
        return []
