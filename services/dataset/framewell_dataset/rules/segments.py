"""Parts of an asset that are small enough to be looked at as a whole, however long the asset is.

Tracks and captions never go on from one shot to the next, so an asset may be cut wherever a shot begins
without any rule seeing less. Only a shot that is longer than a segment is cut inside.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import Shot, Span

MOST_CHUNKS = 32
"""Some minutes: chunks are a few seconds long."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Chunks `first` to `last` (exclusive), by their places.

    A chunk in which a shot begins may belong to two segments: `start_pts` and `end_pts` part it. None
    where the segment begins or ends with a chunk.
    """

    number: int
    first: int
    last: int
    start_pts: int | None = None
    end_pts: int | None = None


def segments(chunks: Sequence[Span], shots: Sequence[Shot], most_chunks: int = MOST_CHUNKS) -> list[Segment]:
    """Return segments of at most so many chunks that cover all chunks, cut where a shot begins if any does.

    Chunks and shots are in order of time; where the clock starts anew, a segment ends.
    """
    starts = [shot.span.start_pts for shot in shots]
    found: list[Segment] = []
    first = 0
    start_pts: int | None = None
    while first < len(chunks):
        last = _run(chunks, first, most_chunks)
        cut = None
        if last < len(chunks) and last == first + most_chunks:
            earliest = chunks[first].start_pts if start_pts is None else start_pts
            cut = _last_start(starts, after=earliest, until=chunks[last - 1].end_pts)
        if cut is None:
            found.append(Segment(len(found), first, last, start_pts))
            first, start_pts = last, None
            continue
        after = first
        while chunks[after].end_pts <= cut:
            after += 1
        # A shot that begins with its chunk leaves nothing of that chunk to this segment.
        shared = after < last and chunks[after].start_pts < cut
        found.append(
            Segment(len(found), first, after + 1 if shared else after, start_pts, cut if shared else None)
        )
        first, start_pts = after, cut if shared else None
    return found


def _run(chunks: Sequence[Span], first: int, most: int) -> int:
    """Return the place after the last chunk of one clock, at most so many on."""
    last = first + 1
    while last < min(len(chunks), first + most) and chunks[last].start_pts >= chunks[last - 1].start_pts:
        last += 1
    return last


def _last_start(starts: Sequence[int], *, after: int, until: int) -> int | None:
    place = bisect_right(starts, until) - 1
    return starts[place] if place >= 0 and starts[place] > after else None
