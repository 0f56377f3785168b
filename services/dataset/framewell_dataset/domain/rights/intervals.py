"""Passages of an asset in whatever unit they are stated, as intervals on its clock.

An interval is half open, in ticks (pts) of the asset's time base. What restricts is rounded outwards and what
permits inwards. What cannot be resolved, since the clock is not known (yet) or has no such unit, is the whole
asset for what restricts and nothing for what permits.
"""

from dataclasses import dataclass
from fractions import Fraction

from framewell.media.v1.media_pb2 import Span, Timeline
from framewell.rights.v1.rights_pb2 import Passage, RightsStatement
from framewell_contracts.sentences import Sentence, say
from framewell_contracts.timecode import Timecode, TimecodeError

BEGINNING, END = -(2**63), 2**63 - 1
"""Before and after every pts there is: the bounds of an int64."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Ticks from `start` (inclusive) to `end` (exclusive)."""

    start: int = BEGINNING
    end: int = END

    @property
    def empty(self) -> bool:
        return self.start >= self.end

    def holds(self, pts: int) -> bool:
        return self.start <= pts < self.end

    def overlap(self, other: "Interval") -> "Interval":
        return Interval(max(self.start, other.start), min(self.end, other.end))

    def hull(self, other: "Interval") -> "Interval":
        return Interval(min(self.start, other.start), max(self.end, other.end))


WHOLE = Interval()
NOTHING = Interval(0, 0)


class UnreadablePassage(ValueError):
    """A passage that no asset can have: reversed, or no timecode; `reason` says which."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


def interval_of(statement: RightsStatement, clock: Timeline, *, outwards: bool) -> Interval:
    """Return the passage of a statement; WHOLE where it names none.

    A passage that is stated twice, in different units, restricts wherever either says and permits where both
    do. Raises UnreadablePassage for one that cannot be one on any clock.
    """
    stated = [_of_span(statement.span, clock, outwards=outwards)] if statement.HasField("span") else []
    if statement.HasField("passage"):
        stated.append(_of_passage(statement.passage, clock, outwards=outwards))
    if not stated:
        return WHOLE
    first, last = stated[0], stated[-1]
    return first.hull(last) if outwards else first.overlap(last)


def extent(clock: Timeline) -> Interval:
    """Return from where to where the asset goes; WHOLE while its clock is not known."""
    if not clock.time_base.denominator or not clock.duration_pts:
        return WHOLE
    return Interval(clock.start_pts, clock.start_pts + clock.duration_pts)


def of_use(span: Span | None) -> Interval:
    """Return the interval that is used; a span of no length (a still, a single picture) is one tick."""
    return WHOLE if span is None else Interval(span.start_pts, max(span.end_pts, span.start_pts + 1))


def _of_span(span: Span, clock: Timeline, *, outwards: bool) -> Interval:
    if span.start_pts == span.end_pts == 0 and (span.frames or span.first_frame):
        return _stated_frames(span.first_frame, span.frames, clock, outwards=outwards)
    if span.end_pts < span.start_pts:
        raise UnreadablePassage(
            say(
                "passage_unreadable.pts",
                "its passage ends at pts {end} and begins at {begin}",
                end=span.end_pts,
                begin=span.start_pts,
            )
        )
    return Interval(span.start_pts, max(span.end_pts, span.start_pts + outwards))


def _of_passage(passage: Passage, clock: Timeline, *, outwards: bool) -> Interval:
    match passage.WhichOneof("unit"):
        case "frames":
            return _stated_frames(passage.frames.first_frame, passage.frames.frames, clock, outwards=outwards)
        case "seconds":
            begin, end = (_seconds(each) for each in (passage.seconds.start, passage.seconds.end))
            if end <= begin:
                raise UnreadablePassage(
                    say(
                        "passage_unreadable.seconds",
                        "its passage ends at second {end}, not after it begins",
                        end=f"{float(end):g}",
                    )
                )
            return _of_seconds(begin, end, clock, outwards=outwards)
        case "timecode":
            return _of_timecode(passage.timecode.start, passage.timecode.end, clock, outwards=outwards)
    raise UnreadablePassage(say("passage_unreadable.unit", "its passage names no unit"))


def _stated_frames(first: int, count: int, clock: Timeline, *, outwards: bool) -> Interval:
    if first < 0 or count <= 0:
        raise UnreadablePassage(
            say(
                "passage_unreadable.frames",
                "its passage of {count} frames from frame {first} is none",
                count=count,
                first=first,
            )
        )
    if clock.has_gaps:
        return _unresolved(outwards=outwards)  # behind a gap the number of a picture does not say its time
    return _of_frames(first, count, clock, outwards=outwards)


def _of_frames(first: int, count: int, clock: Timeline, *, outwards: bool) -> Interval:
    seconds = _seconds_per_frame(clock)
    if seconds is None:
        return _unresolved(outwards=outwards)
    return _of_seconds(first * seconds, (first + count) * seconds, clock, outwards=outwards)


def _of_timecode(start: str, end: str, clock: Timeline, *, outwards: bool) -> Interval:
    """Return the pictures from label `start` up to, and without, label `end`, also over midnight."""
    seconds = _seconds_per_frame(clock)
    if seconds is None or not clock.start_timecode:
        return _unresolved(outwards=outwards)
    try:
        zero, first, last = (Timecode.parse(each, 1 / seconds) for each in (clock.start_timecode, start, end))
    except TimecodeError as error:
        raise UnreadablePassage(
            say("passage_unreadable.timecode", "its passage cannot be read: {why}", why=error.reason)
        ) from error
    if not zero.drop_frame == first.drop_frame == last.drop_frame:
        raise UnreadablePassage(
            say(
                "passage_unreadable.counting",
                "its passage from {start} to {end} is not counted like the asset, from {zero}",
                start=start,
                end=end,
                zero=clock.start_timecode,
            )
        )
    day = zero.frames_a_day
    begin, count = (first.frame - zero.frame) % day, (last.frame - first.frame) % day
    if not count:
        raise UnreadablePassage(
            say("passage_unreadable.empty", "its passage ends at {end}, where it begins", end=end)
        )
    if clock.frame_count > day:
        return _unresolved(outwards=outwards)  # the same label stands in it twice
    if begin + count > day:
        begin -= day  # it begins before the asset does
    return _of_frames(begin, count, clock, outwards=outwards)


def _seconds_per_frame(clock: Timeline) -> Fraction | None:
    rate = clock.frame_rate
    if clock.variable_rate or not (rate.numerator and rate.denominator):
        return None
    return Fraction(rate.denominator, rate.numerator)


def _of_seconds(begin: Fraction, end: Fraction, clock: Timeline, *, outwards: bool) -> Interval:
    base = clock.time_base
    if not (base.numerator and base.denominator):
        return _unresolved(outwards=outwards)
    ticks = Fraction(base.denominator, base.numerator)
    first, last = clock.start_pts + begin * ticks, clock.start_pts + end * ticks
    if outwards:
        return Interval(first.__floor__(), last.__ceil__())
    return Interval(first.__ceil__(), last.__floor__())


def _unresolved(*, outwards: bool) -> Interval:
    return WHOLE if outwards else NOTHING


def _seconds(moment: object) -> Fraction:
    return Fraction(moment.seconds) + Fraction(moment.nanos, 10**9)  # type: ignore[attr-defined]
