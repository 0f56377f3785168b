"""Media values to and from the messages of the mesh."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Final

from google.protobuf.duration_pb2 import Duration

from framewell.media.v1 import media_pb2
from framewell.mesh.v1 import mesh_pb2
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.timeline import Moment, Span, Timeline

_NANOSECONDS: Final = 1_000_000_000


def ratio_message(value: Fraction) -> mesh_pb2.Ratio:
    """Return an exact fraction as a message."""
    return mesh_pb2.Ratio(numerator=value.numerator, denominator=value.denominator)


def ratio_value(message: mesh_pb2.Ratio) -> Fraction:
    """Return the exact fraction. Raises ValueError for a denominator of zero."""
    if message.denominator == 0:
        raise ValueError("a ratio's denominator must not be 0")
    return Fraction(message.numerator, message.denominator)


def duration_message(seconds: Fraction | float) -> Duration:
    """Return a length of time as a message, rounded to the nanosecond."""
    whole, nanos = divmod(round(seconds * _NANOSECONDS), _NANOSECONDS)
    return Duration(seconds=whole, nanos=nanos)


def duration_seconds(message: Duration) -> Fraction:
    """Return the seconds of a length of time, exact."""
    return message.seconds + Fraction(message.nanos, _NANOSECONDS)


def span_message(span: Span) -> media_pb2.Span:
    """Return a span as a message."""
    return media_pb2.Span(
        start_pts=span.start_pts, end_pts=span.end_pts, first_frame=span.first_frame, frames=span.frames
    )


def moment_message(moment: Moment) -> media_pb2.Moment:
    """Return the moment of one picture as a message."""
    return media_pb2.Moment(pts=moment.pts, frame=moment.frame)


def timeline_message(timeline: Timeline) -> media_pb2.Timeline:
    """Return a clock as a message; sound alone leaves `frame_rate` unset."""
    return media_pb2.Timeline(
        time_base=ratio_message(timeline.time_base),
        frame_rate=ratio_message(timeline.frame_rate) if timeline.frame_rate else None,
        variable_rate=timeline.variable_rate,
        start_pts=timeline.start_pts,
        duration_pts=timeline.duration_pts,
        frame_count=timeline.frame_count,
        start_timecode=timeline.start_timecode,
        drop_frame=timeline.drop_frame,
        has_gaps=timeline.has_gaps,
    )


def timeline_value(message: media_pb2.Timeline) -> Timeline:
    """Return the clock of a message. Raises ValueError when a ratio has a denominator of zero."""
    return Timeline(
        time_base=ratio_value(message.time_base),
        frame_rate=ratio_value(message.frame_rate) if message.HasField("frame_rate") else None,
        variable_rate=message.variable_rate,
        start_pts=message.start_pts,
        duration_pts=message.duration_pts,
        frame_count=message.frame_count,
        start_timecode=message.start_timecode,
        drop_frame=message.drop_frame,
        has_gaps=message.has_gaps,
    )


def clock_messages(clock: SourceClock) -> list[media_pb2.ClockRun]:
    """Return the runs of a file's clock as messages."""
    return [
        media_pb2.ClockRun(
            source_start=ratio_message(run.source_start),
            source_end=ratio_message(run.source_end),
            start=ratio_message(run.start),
            first_byte=run.first_byte,
        )
        for run in clock.runs
    ]


def clock_value(messages: Iterable[media_pb2.ClockRun]) -> SourceClock | None:
    """Return the clock of a file, None without a run. Raises ValueError for a denominator of zero."""
    runs = tuple(
        ClockRun(
            ratio_value(one.source_start),
            ratio_value(one.source_end),
            ratio_value(one.start),
            one.first_byte if one.HasField("first_byte") else None,
        )
        for one in messages
    )
    return SourceClock(runs) if runs else None
