"""A recording under way on one clock: where each segment is laid, and what stays empty.

The clock is that of the segments one after the other, in order of their numbers. A segment is laid as soon as
its predecessor is. Where predecessors are missing, the segments' own clocks decide how long the gap is, when
they agree with it; otherwise, after some time, each missing segment has the length of the longest one so far.
What is laid is never moved: a segment that comes late takes the place that was left for it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_media.timeline import Span, Timeline

_LIKELY: Final = 4
"""Clocks agree with a gap that is at most so many times as long, or as short, as its segments would be."""
_IMPRECISE: Final = Fraction(1, 20)
"""Seconds by which the clocks of segments may be off their frames."""


@dataclass(frozen=True, slots=True)
class SegmentExtent:
    """A segment as it was planned, on its own clock."""

    sequence: int
    source_start: Fraction
    """Its first picture, in seconds."""
    seconds: Fraction
    frames: int

    @property
    def source_end(self) -> Fraction:
        """Return the end of its last picture, in seconds."""
        return self.source_start + self.seconds


@dataclass(frozen=True, slots=True)
class LaidSegment:
    """A segment on the clock of the recording."""

    segment: SegmentExtent
    start: Fraction
    """Seconds from the recording's start."""
    end: Fraction
    """Where the next one may begin; its last picture is held until then."""
    first_frame: int
    end_frame: int

    @property
    def sequence(self) -> int:
        """Return its number."""
        return self.segment.sequence

    @property
    def is_cut(self) -> bool:
        """Return whether it came late and the place left for it was too short: its end is not shown."""
        return self.segment.seconds - (self.end - self.start) > _IMPRECISE


@dataclass(frozen=True, slots=True)
class Layout:
    """The segments that are laid, by number; a value that `lay` adds to."""

    frame_rate: Fraction
    laid: Mapping[int, LaidSegment]

    def lay(self, segment: SegmentExtent, *, waited: bool) -> LaidSegment | None:
        """Return where a segment lies; None while that depends on predecessors that may still come.

        With `waited` they are not waited for any longer.
        """
        if segment.sequence in self.laid:
            return self.laid[segment.sequence]
        before, after = self._neighbours(segment.sequence)
        start = self._start(segment, before, after, waited=waited)
        if start is None:
            return None
        floor = before.end if before else Fraction(0)
        if after is None:
            end = start + segment.seconds
            first_frame = (before.end_frame if before else 0) + round((start - floor) * self.frame_rate)
            return LaidSegment(segment, start, end, first_frame, first_frame + segment.frames)
        return self._between(segment, start, before, after)

    def _between(
        self, segment: SegmentExtent, start: Fraction, before: LaidSegment | None, after: LaidSegment
    ) -> LaidSegment:
        """Return a late segment in the gap that was left for it and for others that are still missing."""
        floor, first = (before.end, before.end_frame) if before else (Fraction(0), 0)
        earlier = segment.sequence - (before.sequence + 1 if before else 0)
        later = after.sequence - segment.sequence - 1
        share = (after.start - floor) / (_LIKELY * (earlier + 1 + later))
        end = after.start if later == 0 else min(start + segment.seconds, after.start - later * share)
        end = max(end, floor + (earlier + 1) * share)
        start = min(max(start, floor + earlier * share), end - share)
        first_frame = min(first + round((start - floor) * self.frame_rate), after.first_frame)
        end_frame = min(first_frame + segment.frames, after.first_frame) if later else after.first_frame
        return LaidSegment(segment, start, end, first_frame, end_frame)

    def with_laid(self, laid: LaidSegment) -> Layout:
        """Return the layout with one segment more."""
        return replace(self, laid={**self.laid, laid.sequence: laid})

    def spans(self, last: int) -> Iterator[tuple[int, Fraction, Fraction, int, int]]:
        """Yield (number, start, end, first frame, end frame) of every segment from 0 to `last`, laid or not.

        Segments that are missing share the gap that was left for them; behind the last one that is laid each
        has the length of the longest. Raises ValueError when nothing is laid.
        """
        if not self.laid:
            raise ValueError("a recording of which no segment is laid has no clock")
        start, frame, following = Fraction(0), 0, 0
        for sequence in [*sorted(self.laid), None]:
            laid = self.laid[sequence] if sequence is not None else None
            until = laid.sequence if laid is not None else last + 1
            count = until - following
            end = laid.start if laid is not None else start + count * self._longest
            end_frame = laid.first_frame if laid else frame + round((end - start) * self.frame_rate)
            for number in range(count):
                parts = [start + (end - start) * part / count for part in (number, number + 1)]
                frames = [frame + (end_frame - frame) * part // count for part in (number, number + 1)]
                yield following + number, parts[0], parts[1], frames[0], frames[1]
            if laid is not None:
                yield laid.sequence, laid.start, laid.end, laid.first_frame, laid.end_frame
                start, frame, following = laid.end, laid.end_frame, laid.sequence + 1

    @property
    def end(self) -> tuple[Fraction, int]:
        """Return seconds and frames until the end of the last segment that is laid."""
        last = self.laid[max(self.laid)]
        return last.end, last.end_frame

    @property
    def _longest(self) -> Fraction:
        return max(laid.segment.seconds for laid in self.laid.values())

    def _neighbours(self, sequence: int) -> tuple[LaidSegment | None, LaidSegment | None]:
        before = max((one for one in self.laid if one < sequence), default=None)
        after = min((one for one in self.laid if one > sequence), default=None)
        return self.laid.get(before), self.laid.get(after)  # type: ignore[arg-type]

    def _start(
        self,
        segment: SegmentExtent,
        before: LaidSegment | None,
        after: LaidSegment | None,
        *,
        waited: bool,
    ) -> Fraction | None:
        missing = segment.sequence - (before.sequence + 1 if before else 0)
        floor = before.end if before else Fraction(0)
        if missing == 0:
            return floor
        if after is not None and after.sequence == segment.sequence + 1:
            return after.start - segment.seconds
        longest = max([segment.seconds, *(one.segment.seconds for one in self.laid.values())])
        if before is not None:
            gap = segment.source_start - before.segment.source_end
            if missing * longest / _LIKELY <= gap <= missing * longest * _LIKELY:
                return floor + gap
        if after is not None and (ahead := after.segment.source_start - segment.source_start) > 0:
            by_clock = after.start - ahead
            if by_clock >= floor:
                return by_clock
        return floor + missing * longest if waited or after is not None else None


@dataclass(frozen=True, slots=True)
class RecordingClock:
    """The clock of a recording, set by its first segment that is laid."""

    time_base: Fraction
    frame_rate: Fraction
    canvas: tuple[int, int]
    start_timecode: str = ""
    drop_frame: bool = False

    def span(self, start: Fraction, end: Fraction, first_frame: int, end_frame: int) -> Span:
        """Return a part of the recording in ticks and frames."""
        return Span(self.ticks(start), self.ticks(end), first_frame, max(0, end_frame - first_frame))

    def ticks(self, seconds: Fraction) -> int:
        """Return a moment in ticks, of which there may be none exactly at it."""
        return round(seconds / self.time_base)

    def timeline(self, end: Fraction, frames: int, *, has_gaps: bool) -> Timeline:
        """Return the timeline of a recording that has come so far."""
        return Timeline(
            time_base=self.time_base,
            frame_rate=self.frame_rate,
            start_pts=0,
            duration_pts=self.ticks(end),
            frame_count=frames,
            start_timecode=self.start_timecode,
            drop_frame=self.drop_frame,
            has_gaps=has_gaps,
        )


@dataclass(frozen=True, slots=True)
class PlannedSegment:
    """A segment that was planned: what is known of it before it is laid."""

    ingested: SegmentIngested
    table: ObjectRef
    """Its stored frame table."""
    extent: SegmentExtent
    clock: RecordingClock
    """The clock that it sets when it is the first one to be laid."""
    time_base: Fraction
    """Seconds per tick of the clock in its table."""
    has_sound: bool
    planned_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentSound:
    """The sound of a segment as it is played: a part of the recording's rendition."""

    header: str
    """Key of the CMAF header."""
    key: str
    size: int
    first_sample: int
    """Its place in the recording, in samples of SOUND_RATE."""
    samples: int


@dataclass(frozen=True, slots=True)
class RecordingState:
    """The newest generation of a recording."""

    work: Work
    revision: int
    """Grows with every change; a change that rests on this state fails when there was another."""
    clock: RecordingClock | None
    """None until a segment is laid."""
    layout: Layout
    given_up: Mapping[int, str]
    """Why nothing was made of a segment, a sentence, by its number."""
    sounds: Mapping[int, SegmentSound | None]
    """The sound of every segment of which it was taken out; None where there is none."""
    closed: RecordingClosed | None
    """Its set of segments, once it is fixed."""
    closed_at: datetime | None
    laid_out: bool
    """True once its clock is final: nothing more is laid."""

    @property
    def known(self) -> int:
        """Return how many segments of the set that is fixed were laid or given up."""
        last = self.closed.last_sequence if self.closed else 0
        return sum(one <= last for one in {*self.layout.laid, *self.given_up})
