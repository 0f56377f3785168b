"""Where the segments of a recording lie on its clock: a function of the set of segments alone.

The clock is that of the segments one after the other, in order of their numbers. What lies between two of
them is decided by their own clocks as between two pictures of one file (`framewell_media.source_clock`): a
clock that goes on keeps an outage at its true length, one that steps back or leaps was spliced and follows
without a gap. Where numbers are missing and the clocks do not go on, each missing segment counts as long as
the longer one of the two beside it. At a regular rate every segment begins on the grid of pictures.

Nothing depends on a segment further away, so what is laid while segments come is where the finished recording
has it, unless a segment comes late whose length was guessed otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from framewell_media.timeline import LONGEST_OUTAGE_SECONDS

_LIKELY: Final = 4
"""Clocks agree with missing segments where the gap is at most so many times as long, or as short."""
_CLOCK_SECONDS: Final = Fraction(2**33, 90_000)
"""The clock of MPEG begins again after that (ISO/IEC 13818-1, 2.4.3.7); no other leaps so far by chance."""


@dataclass(frozen=True, slots=True)
class SegmentExtent:
    """A segment as it was planned, on its own clock."""

    sequence: int
    source_start: Fraction
    """Its first picture or sample, in seconds."""
    source_end: Fraction
    """The end of its last picture, in seconds; on another run of its clock where it is spliced."""
    seconds: Fraction
    """Its length, with gaps and without steps of its clock."""
    frames: int

    @property
    def is_spliced(self) -> bool:
        """Return whether its clock breaks inside."""
        return self.source_end - self.source_start != self.seconds


@dataclass(frozen=True, slots=True)
class LaidSegment:
    """A segment on the clock of the recording."""

    segment: SegmentExtent
    start: Fraction
    """Seconds from the recording's start."""
    end: Fraction
    first_frame: int
    offset: Fraction
    """The recording's seconds minus those of the segment's clock at its end."""
    is_late: bool = field(default=False, compare=False)
    """Whether later ones were laid before it: it was a place without pictures until then."""

    @property
    def sequence(self) -> int:
        """Return its number."""
        return self.segment.sequence

    @property
    def end_frame(self) -> int:
        """Return the number behind its last picture."""
        return self.first_frame + self.segment.frames


@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the recording's clock: a segment, one that is missing, or a gap between two."""

    sequence: int
    """Number of the segment; of a gap, that of the segment before it."""
    start: Fraction
    end: Fraction
    first_frame: int
    end_frame: int
    laid: LaidSegment | None
    """None for what is missing, and for a gap."""
    is_gap: bool = False


@dataclass(frozen=True, slots=True)
class FrameGrid:
    """The moments at which pictures of a recording may begin."""

    rate: Fraction
    is_regular: bool = True
    """False where pictures have times of their own."""

    def nearest(self, seconds: Fraction) -> Fraction:
        """Return the moment of the grid next to this one; at a variable rate any moment is one."""
        return round(seconds * self.rate) / self.rate if self.is_regular else seconds

    def length(self, seconds: Fraction) -> Fraction:
        """Return how long a segment is on the grid: at least one picture."""
        return max(self.nearest(seconds), 1 / self.rate) if self.is_regular else seconds

    @property
    def half(self) -> Fraction:
        """Return half the length of a picture: clocks are that precise."""
        return 1 / (2 * self.rate)


@dataclass(frozen=True, slots=True)
class Layout:
    """The segments that are laid, by number; a value that `with_laid` adds to."""

    grid: FrameGrid
    laid: Mapping[int, LaidSegment] = field(default_factory=dict)

    @classmethod
    def of(cls, grid: FrameGrid, extents: Iterable[SegmentExtent]) -> Layout:
        """Return the layout of a set of segments, whatever their order and however often one is given."""
        laid: dict[int, LaidSegment] = {}
        before: LaidSegment | None = None
        for sequence, segment in sorted({one.sequence: one for one in extents}.items()):
            before, _ = _behind(before, segment, grid)
            laid[sequence] = before
        return cls(grid, laid)

    def lay(self, segment: SegmentExtent, *, waited: bool) -> LaidSegment | None:
        """Return where a segment lies beside those that are laid, of which none is moved.

        None while that depends on predecessors that may still come; with `waited` they are not waited for
        any longer. None, too, for one that came late and finds too little room: it has a place in the layout
        of the whole set only.
        """
        if segment.sequence in self.laid:
            return self.laid[segment.sequence]
        before, after = self._neighbours(segment.sequence)
        place, is_known = _behind(before, segment, self.grid)
        if after is None:
            return place if is_known or waited else None
        if not is_known or not _fits(place, after):
            place = _ahead_of(after, segment, before, self.grid) or place
        return replace(place, is_late=True) if _fits(place, after) else None

    def with_laid(self, laid: LaidSegment) -> Layout:
        """Return the layout with one segment more."""
        return replace(self, laid={**self.laid, laid.sequence: laid})

    def stretches(self, last: int) -> Iterator[Stretch]:
        """Yield what the clock consists of up to segment `last`: every number from 0, laid or not, and gaps.

        Segments that are missing share the gap that was left for them; behind the last one that is laid each
        has its length. Raises ValueError when nothing is laid.
        """
        if not self.laid:
            raise ValueError("a recording of which no segment is laid has no clock")
        start, frame, following = Fraction(0), 0, 0
        for sequence in sorted(self.laid):
            laid = self.laid[sequence]
            yield from self._between(following, sequence, (start, frame), (laid.start, laid.first_frame))
            yield Stretch(sequence, laid.start, laid.end, laid.first_frame, laid.end_frame, laid)
            start, frame, following = laid.end, laid.end_frame, sequence + 1
        length = laid.end - laid.start
        end = start + max(0, last + 1 - following) * length
        yield from self._between(
            following, last + 1, (start, frame), (end, frame + round((end - start) * self.grid.rate))
        )

    def _between(
        self, first: int, following: int, start: tuple[Fraction, int], end: tuple[Fraction, int]
    ) -> Iterator[Stretch]:
        """Yield the segments that are missing between two moments (seconds, frame), or the gap there."""
        count, (begins, frame), (ends, end_frame) = following - first, start, end
        if count <= 0:
            if ends - begins > self.grid.half:
                yield Stretch(first - 1, begins, ends, frame, end_frame, None, is_gap=True)
            return
        parts = [begins + (ends - begins) * part / count for part in range(1, count)]
        moments = [begins, *parts, ends]
        frames = [frame + (end_frame - frame) * part // count for part in range(count + 1)]
        for number in range(count):
            yield Stretch(
                first + number,
                moments[number],
                moments[number + 1],
                frames[number],
                frames[number + 1],
                None,
            )

    def _neighbours(self, sequence: int) -> tuple[LaidSegment | None, LaidSegment | None]:
        before = max((one for one in self.laid if one < sequence), default=None)
        after = min((one for one in self.laid if one > sequence), default=None)
        return self.laid.get(before), self.laid.get(after)  # type: ignore[arg-type]


def _behind(before: LaidSegment | None, segment: SegmentExtent, grid: FrameGrid) -> tuple[LaidSegment, bool]:
    """Return where a segment lies behind the one before it, and whether that is more than a guess."""
    if before is None:
        return _placed(segment, segment.sequence * segment.seconds, None, grid), segment.sequence == 0
    gap = _gap(before.segment, segment, grid)
    if gap is not None:
        return _placed(segment, before.segment.source_end + before.offset + gap, before, grid), True
    missing = segment.sequence - before.sequence - 1
    guess = missing * max(before.segment.seconds, segment.seconds)
    return _placed(segment, before.end + guess, before, grid), missing == 0


def _ahead_of(
    after: LaidSegment, segment: SegmentExtent, before: LaidSegment | None, grid: FrameGrid
) -> LaidSegment | None:
    """Return where a segment lies seen from the one behind it, None where that does not say."""
    gap = _gap(segment, after.segment, grid)
    if gap is None and after.sequence != segment.sequence + 1:
        return None
    return _placed(segment, after.start - (gap or 0) - grid.length(segment.seconds), before, grid)


def _gap(before: SegmentExtent, segment: SegmentExtent, grid: FrameGrid) -> Fraction | None:
    """Return the seconds between two segments by their clocks; None where these do not go on."""
    missing = segment.sequence - before.sequence - 1
    usual = max(before.seconds, segment.seconds)
    gap = segment.source_start - before.source_end
    gap -= round(gap / _CLOCK_SECONDS) * _CLOCK_SECONDS
    shortest = missing * usual / _LIKELY if missing else -grid.half
    longest = missing * usual * _LIKELY + Fraction(LONGEST_OUTAGE_SECONDS)
    return gap if shortest <= gap <= longest else None


def _placed(segment: SegmentExtent, at: Fraction, before: LaidSegment | None, grid: FrameGrid) -> LaidSegment:
    """Return the segment at the place of the grid next to `at`, never before the end of `before`."""
    start = max(grid.nearest(at), before.end if before else Fraction(0))
    first_frame = max(before.end_frame if before else 0, round(start * grid.rate))
    offset = start + segment.seconds - segment.source_end if segment.is_spliced else at - segment.source_start
    return LaidSegment(segment, start, start + grid.length(segment.seconds), first_frame, offset)


def _fits(place: LaidSegment, after: LaidSegment) -> bool:
    return place.end <= after.start and place.end_frame <= after.first_frame
