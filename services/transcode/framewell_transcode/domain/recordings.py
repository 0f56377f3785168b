"""A recording under way as transcode keeps it: its clock, its segments, and how far it has come."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.sentences import say
from framewell_contracts.timecode import Timecode, TimecodeError
from framewell_media.source_clock import SourceClock
from framewell_media.timeline import Span, Timeline
from framewell_transcode.domain.plans import sound_only
from framewell_transcode.domain.recording_layout import FrameGrid, Layout, SegmentExtent

WORK_FAILED: Final = say(
    "segment.work_failed.transcode", "The work on it failed again and again; the log of transcode says why."
)
"""Why nothing was made of a segment that is not at fault itself, a sentence."""


@dataclass(frozen=True, slots=True)
class RecordingClock:
    """The clock of a recording: that of its first segment."""

    time_base: Fraction
    frame_rate: Fraction
    canvas: tuple[int, int]
    start_timecode: str = ""
    """Label of the recording's start; of a segment alone, of its own first picture."""
    drop_frame: bool = False
    variable_rate: bool = False

    @property
    def grid(self) -> FrameGrid:
        """Return where pictures may begin."""
        return FrameGrid(self.frame_rate, is_regular=not self.variable_rate)

    def span(self, start: Fraction, end: Fraction, first_frame: int, end_frame: int) -> Span:
        """Return a part of the recording in ticks and frames."""
        return Span(self.ticks(start), self.ticks(end), first_frame, max(0, end_frame - first_frame))

    def counted_from(self, start: Fraction) -> RecordingClock:
        """Return the clock of the recording of which this is a segment that begins after `start` seconds."""
        if not self.start_timecode:
            return self
        try:
            label = Timecode.parse(self.start_timecode, self.frame_rate)
        except TimecodeError:
            return replace(self, start_timecode="", drop_frame=False)
        return replace(self, start_timecode=str(label.plus(-round(start * self.frame_rate))))

    def ticks(self, seconds: Fraction) -> int:
        """Return a moment in ticks, of which there may be none exactly at it."""
        return round(seconds / self.time_base)

    @property
    def has_pictures(self) -> bool:
        """Return whether it is no clock of sound alone."""
        return self.canvas != (0, 0)

    def timeline(self, end: Fraction, frames: int, *, has_gaps: bool) -> Timeline:
        """Return the timeline of a recording that has come so far."""
        if not self.has_pictures:
            return replace(sound_only(end), has_gaps=has_gaps)
        return Timeline(
            time_base=self.time_base,
            frame_rate=self.frame_rate,
            start_pts=0,
            duration_pts=self.ticks(end),
            frame_count=frames,
            start_timecode=self.start_timecode,
            drop_frame=self.drop_frame,
            variable_rate=self.variable_rate,
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
    """Its own clock, which it sets for the recording when it is the first one."""
    runs: SourceClock
    """How the clock of its file maps to the seconds from its start."""
    gaps: tuple[tuple[Fraction, Fraction], ...]
    """Where pictures are missing inside: start and end, in seconds from its start."""
    has_sound: bool
    has_captions: bool
    """Whether there are captions inside the pictures."""
    planned_at: datetime

    @property
    def sequence(self) -> int:
        """Return its number."""
        return self.extent.sequence


def laid_out(segments: Iterable[PlannedSegment]) -> tuple[RecordingClock, Layout]:
    """Return clock and layout of a recording of these segments, in whatever order they are given.

    The clock is that of the first one. Raises ValueError when there is none.
    """
    known = sorted(segments, key=lambda one: one.sequence)
    if not known:
        raise ValueError("a recording of which no segment is known has no clock")
    layout = Layout.of(known[0].clock.grid, (one.extent for one in known))
    return known[0].clock.counted_from(layout.laid[known[0].sequence].start), layout


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
    aside: frozenset[int]
    """Segments that came late and found too little room: their places are those of the finished recording."""
    kept: frozenset[int]
    """Segments that lie where the generation before had them, so that what it made of them stays.

    Empty where that had all of them: it is done again because somebody wants it.
    """
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
    def usable(self) -> frozenset[int]:
        """Return the numbers of all segments that the finished recording shows."""
        return self.aside | self.layout.laid.keys()

    @property
    def known(self) -> int:
        """Return how many segments of the set that is fixed can be shown or were given up."""
        if self.closed is None:
            return 0
        missing = [range(one.first, one.last + 1) for one in self.closed.missing]
        of_set = {one for one in {*self.usable, *self.given_up} if one <= self.closed.last_sequence}
        return sum(not any(one in absent for absent in missing) for one in of_set)
