"""Where and when something was seen, and how far two sightings are the same."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from framewell.media.v1.media_pb2 import Box, Span


@dataclass(frozen=True, slots=True)
class Sighting:
    """A box (fractions of the picture, origin top left) at one pts."""

    pts: int
    x: float
    y: float
    width: float
    height: float

    @staticmethod
    def of(pts: int, box: Box) -> "Sighting":
        return Sighting(pts, box.x, box.y, box.width, box.height)

    @property
    def area(self) -> float:
        return self.width * self.height


def overlap(first: Sighting, second: Sighting) -> float:
    """Return the intersection over union of two boxes, 0 to 1."""
    width = min(first.x + first.width, second.x + second.width) - max(first.x, second.x)
    height = min(first.y + first.height, second.y + second.height) - max(first.y, second.y)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (first.area + second.area - shared)


def shared_time(first: Span, second: Span) -> float:
    """Return the shared time as a fraction of the shorter span, 0 to 1; a single picture counts as one tick.

    The shorter one, so that a track cut off at a chunk's edge is the same as the whole track.
    """
    first_end = max(first.end_pts, first.start_pts + 1)
    second_end = max(second.end_pts, second.start_pts + 1)
    shared = min(first_end, second_end) - max(first.start_pts, second.start_pts)
    return max(0, shared) / min(first_end - first.start_pts, second_end - second.start_pts)


def shared_place(first: Sequence[Sighting], second: Sequence[Sighting]) -> float:
    """Return the median overlap of two trajectories: each box of the shorter with the nearest of the longer.

    Trajectories are in order of time. Sightings outside the time that both cover don't count.
    """
    if not first or not second:
        return 0.0
    few, many = sorted((first, second), key=len)
    times = [sighting.pts for sighting in many]
    inside = [sighting for sighting in few if times[0] <= sighting.pts <= times[-1]] or list(few)
    return median(overlap(sighting, many[_nearest(times, sighting.pts)]) for sighting in inside)


def _nearest(times: Sequence[int], pts: int) -> int:
    after = bisect_left(times, pts)
    around = [index for index in (after - 1, after) if 0 <= index < len(times)]
    return min(around, key=lambda index: abs(times[index] - pts))


def thinned(trajectory: Sequence[Sighting], most: int) -> tuple[Sighting, ...]:
    """Return at most so many sightings, evenly spread, the first and the last among them."""
    if len(trajectory) <= most:
        return tuple(trajectory)
    step = (len(trajectory) - 1) / (most - 1)
    return tuple(trajectory[round(index * step)] for index in range(most))
