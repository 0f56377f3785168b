"""segment.ingested, recording.closed → leased jobs that lay the segments of a recording, and end it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.facts import Cause, Outgoing
from framewell_transcode.ports.recordings import RecordingQueue, RecordingRepository


@dataclass(frozen=True, slots=True)
class PlanSegment:
    """Have each segment of a recording planned at once, in whatever order they come.

    A segment of an older generation belongs to the newest one. The end of a recording waits for the segments
    that it names; both may come first. A redelivery puts nothing.
    """

    recordings: RecordingRepository
    queue: RecordingQueue

    async def __call__(self, fact: SegmentIngested | RecordingClosed, cause: Cause) -> Sequence[Outgoing]:
        if isinstance(fact, SegmentIngested):
            await self.recordings.keep_source(fact)
            state = await self.recordings.begin(fact.work)
            if state is not None:
                await self.queue.plan(state.work, [fact], cause)
            return []
        state = await self.recordings.begin(fact.work)
        if state is not None and state.work.generation == fact.work.generation:
            await self.recordings.close(fact)
            await self.queue.plan(fact.work, await self.recordings.sources(fact.work.asset_id), cause)
            await self.queue.close(fact, cause)
        return []
