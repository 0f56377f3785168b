"""Plan a source: by its time stamps where they can be trusted, otherwise by counting its pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from framewell_media.planning.chunks import ChunkLength, ChunkRows, SourcePlan
from framewell_media.planning.counted import COUNTED_TIME_BASE, CountedPlanner
from framewell_media.planning.packets import PacketTable
from framewell_media.planning.timed import TimedPlanner, UntrustedTimes


class PlanSink(Protocol):
    """Takes the chunks of a source."""

    def begin(self, time_base: Fraction, *, serial: bool) -> None:
        """Begin, or begin again: what was written before is dropped."""
        ...

    def write(self, rows: ChunkRows, /) -> None:
        """Take the next chunk."""
        ...


@dataclass(frozen=True, slots=True)
class Stream:
    """What is known of a video stream before its packets are read."""

    time_base: Fraction
    declared_rate: Fraction | None
    times_can_be_trusted: bool = True
    """False where the demuxer makes pts up instead of reading them."""
    clock_may_leap: bool = True
    """False for a container with a clock of its own, where a leap is a held picture."""


def plan_source(
    read: Callable[[], Iterable[PacketTable]], stream: Stream, sink: PlanSink, *, chunk_seconds: float
) -> SourcePlan:
    """Give `sink` chunks of about `chunk_seconds` and return what is known of the whole.

    `read` yields the packets of the stream from its beginning; it is called again where the time stamps turn
    out to be broken. Raises MediaError (`no_content`) when no packet is a picture.
    """
    if stream.times_can_be_trusted:
        length = ChunkLength(max(1, round(chunk_seconds / float(stream.time_base))))
        timed = TimedPlanner(
            stream.time_base, stream.declared_rate, length, stream.clock_may_leap, sink.write
        )
        sink.begin(stream.time_base, serial=False)
        try:
            for piece in read():
                timed.feed(piece)
            return timed.finish()
        except UntrustedTimes:
            pass
    counted = CountedPlanner.begin(stream.time_base, stream.declared_rate, chunk_seconds, sink.write)
    sink.begin(COUNTED_TIME_BASE, serial=True)
    for piece in read():
        counted.feed(piece)
    return counted.finish()
