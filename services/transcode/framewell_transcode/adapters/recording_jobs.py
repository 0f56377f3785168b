"""Segments of recordings planned, their sound taken out, and recordings put together, by leased jobs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs
from framewell_kit.outcome_messages import is_done
from framewell_transcode.domain.jobs import RECORDING, SEGMENT, SEGMENT_SOUND, segment_payload, work_payload


@dataclass(frozen=True, slots=True)
class RecordingJobs:
    """RecordingQueue on the kit's jobs: put once by asset, generation and segment."""

    jobs: Jobs

    async def plan(self, work: Work, sources: Iterable[SegmentIngested], cause: Cause) -> None:
        for source in sources:
            key = f"{work.asset_id}/{work.generation}/{source.sequence}"
            if not is_done(source.outcome):
                key += "/failed"  # the same segment may be sent again, and be had then
            payload = work_payload(work) | segment_payload(source)
            await self.jobs.put(SEGMENT, key, payload, cause=cause, lane=work.lane)

    async def extract_sound(self, work: Work, sequence: int, cause: Cause) -> None:
        key = f"{work.asset_id}/{work.generation}/{sequence}"
        payload = work_payload(work) | {"sequence": sequence}
        await self.jobs.put(SEGMENT_SOUND, key, payload, cause=cause, lane=work.lane)

    async def close(self, closed: RecordingClosed, cause: Cause) -> None:
        work = closed.work
        key = f"{work.asset_id}/{work.generation}"
        await self.jobs.put(RECORDING, key, work_payload(work), cause=cause, lane=work.lane)
