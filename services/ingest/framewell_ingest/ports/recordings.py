"""Recordings that come in segments while they go on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_ingest.domain.recordings import Recording, Segment
from framewell_kit.facts import Cause, Outgoing


class RecordingRepository(Protocol):
    """Recordings under way. Every method is idempotent and raises Busy while the store is away."""

    async def get(self, asset_id: str) -> Recording | None:
        """Return the recording, None when the asset is none or unknown."""
        ...

    async def begin(self, asset_id: str) -> None:
        """Keep that the asset is a recording."""
        ...

    async def announce(self, segment: Segment, cause: Cause) -> bool:
        """Keep a segment that is to be fetched; return False when its number was announced before.

        One that could not be used is replaced by one that another event sends.
        """
        ...

    async def reopen(self, asset_id: str) -> Sequence[int]:
        """End no longer the segments that could not be used; return all that have no end, in order."""
        ...

    async def hear(self, asset_id: str, *, last_sequence: int | None = None) -> Recording | None:
        """Note that something was heard of the recording just now, its last segment perhaps; return it."""
        ...

    async def segment(self, asset_id: str, sequence: int) -> Segment | None:
        """Return one segment, None when it was not announced."""
        ...

    async def finish(self, ingested: SegmentIngested) -> SegmentIngested | None:
        """End a segment; return the end it has now, None when it is unknown or removed."""
        ...

    async def count(self, asset_id: str, *, ended: bool) -> int:
        """Return how many announced segments were taken in or given up, or have no end yet."""
        ...

    async def ended(self, asset_id: str) -> Sequence[Segment]:
        """Return the segments that were taken in or given up, in order."""
        ...

    async def close(
        self, recording: Recording, generation: int, count: int, facts: Sequence[Outgoing], cause: Cause
    ) -> bool:
        """Fix the set of segments, which are `count`, and send the facts, in one write.

        Returns False when something was heard of the recording since it was read.
        """
        ...

    async def remove(self, asset_id: str) -> tuple[int, int]:
        """Forget the recording; return how many recordings and how many segments went."""
        ...


SEGMENT = "segment"
"""The kind of the job that fetches a segment of a recording."""
CLOSE = "close_recording"
"""The kind of the job that waits for the end of a recording."""


class SegmentQueue(Protocol):
    """Leased jobs about recordings; repeating a call puts no second job."""

    async def fetch(self, asset_id: str, sequence: int, cause: Cause, *, is_new: bool) -> None:
        """Have a segment fetched; one that is new also where it was fetched from elsewhere before."""
        ...

    async def close(self, asset_id: str, closing: int, cause: Cause) -> None:
        """Have the recording closed for the `closing`-th time, once its end has come."""
        ...
