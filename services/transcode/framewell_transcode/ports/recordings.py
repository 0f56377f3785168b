"""What is kept of recordings under way, and the work on them that outlives a process."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.facts import Cause
from framewell_kit.rights_decisions import Passages
from framewell_transcode.domain.recording_layout import LaidSegment
from framewell_transcode.domain.recordings import (
    PlannedSegment,
    RecordingClock,
    RecordingState,
    SegmentSound,
)


class RecordingRepository(Protocol):
    """Recordings under way, and their segments. Every method may be repeated, and raises Busy."""

    async def keep_source(self, ingested: SegmentIngested) -> None:
        """Note a segment; the first one of its number that can be used counts."""
        ...

    async def sources(self, asset_id: str) -> Sequence[SegmentIngested]:
        """Return every segment that was noted, in order."""
        ...

    async def planned(self, asset_id: str, sequence: int) -> PlannedSegment | None:
        """Return a segment as it was planned, in whatever generation; None before it was."""
        ...

    async def keep_plan(self, planned: PlannedSegment) -> None:
        """Note how a segment was planned."""
        ...

    async def plans(self, asset_id: str) -> Sequence[PlannedSegment]:
        """Return every segment that was planned, in order."""
        ...

    async def begin(self, work: Work) -> RecordingState | None:
        """Make this the newest generation unless a newer one came first; return the newest.

        What was planned before is laid in it at once, where the whole set has it. Where that changes
        anything, the sound of all that lies as before is kept, and so is what `kept_chunk` returns.
        """
        ...

    async def keep_chunk(self, made: ChunkTranscoded, without: Passages) -> None:
        """Note what was made of a segment, without these passages for analysis."""
        ...

    async def kept_chunk(self, work: Work, sequence: int) -> tuple[ChunkTranscoded, Passages] | None:
        """Return what an earlier generation made of a segment, without which passages.

        None for one that lies elsewhere in this generation or is to be made anew.
        """
        ...

    async def get(self, asset_id: str) -> RecordingState | None:
        """Return the newest generation of a recording, None when the asset is none."""
        ...

    async def lay(self, state: RecordingState, laid: LaidSegment, clock: RecordingClock) -> bool:
        """Note where a segment lies; return False when the recording has changed since `state` was read."""
        ...

    async def set_aside(self, state: RecordingState, sequence: int) -> None:
        """Note that a segment came late and found no room, unless the recording has changed meanwhile."""
        ...

    async def give_up(self, work: Work, sequence: int, reason: str) -> None:
        """Note that nothing can be made of a segment; `reason` is a sentence."""
        ...

    async def add_sound(self, work: Work, sequence: int, sound: SegmentSound | None) -> None:
        """Note the sound of a segment, None where it has none."""
        ...

    async def close(self, closed: RecordingClosed) -> None:
        """Note the set of segments."""
        ...

    async def lay_out(self, state: RecordingState) -> bool:
        """Note that nothing more is laid; return False when the recording has changed since it was read."""
        ...

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """Forget the recording; return how many recordings and how many segments went."""
        ...


class RecordingQueue(Protocol):
    """Leased jobs about recordings; each is put once, however often it is asked for."""

    async def plan(self, work: Work, sources: Iterable[SegmentIngested], cause: Cause) -> None:
        """Have segments planned and laid in this generation."""
        ...

    async def extract_sound(self, work: Work, sequence: int, cause: Cause) -> None:
        """Have the sound of a segment that is laid taken out."""
        ...

    async def close(self, closed: RecordingClosed, cause: Cause) -> None:
        """Have the recording put together once all of it has come."""
        ...
