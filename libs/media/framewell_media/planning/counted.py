"""Chunks of a source whose time stamps cannot be trusted: its pictures are counted, on a regular clock.

A chunk is what lies between two keyframes in the file. Its pictures are decoded from the keyframe before it,
so that those come out as well that are shown before its own keyframe and refer to earlier ones; the packets
that pictures come from say which of them belong to the chunk.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_media.errors import NO_CONTENT, NO_PICTURES, MediaError
from framewell_media.planning.chunks import ChunkLength, ChunkPlan, ChunkRows, Sink, SourcePlan
from framewell_media.planning.packets import NO_TIME, PacketTable, joined
from framewell_media.planning.rates import StepMeter
from framewell_media.source_clock import ClockRun, SourceClock

COUNTED_TIME_BASE: Final = Fraction(1, 240_000)
"""Exact for every rate in use."""


@dataclass(slots=True)
class CountedPlanner:
    """Plans a source by counting its pictures, piece by piece."""

    source_time_base: Fraction
    rate: Fraction
    length: ChunkLength
    """In ticks of COUNTED_TIME_BASE."""
    sink: Sink
    chunks: list[ChunkPlan] = field(default_factory=list)
    _pending: PacketTable | None = None
    _pictures: int = 0
    """In chunks that were given out."""
    _since_key: int = 0
    """Pictures from the last keyframe to the first pending one."""
    _first_dts: int | None = None

    @classmethod
    def begin(
        cls, time_base: Fraction, declared_rate: Fraction | None, chunk_seconds: float, sink: Sink
    ) -> CountedPlanner:
        """Return a planner for a stream with this time base that declares this rate."""
        rate = StepMeter(time_base).nominal_frame_rate(declared_rate)
        return cls(time_base, rate, ChunkLength(round(chunk_seconds / COUNTED_TIME_BASE)), sink)

    def feed(self, piece: PacketTable) -> None:
        """Take the next packets in demux order and give out the chunks that they complete."""
        known = piece.dts[piece.dts != NO_TIME]
        if self._first_dts is None and len(known):
            self._first_dts = int(known[0])
        self._pending = joined(self._pending, piece.rows(np.flatnonzero(~piece.is_discarded)))
        self._give_out()

    def finish(self) -> SourcePlan:
        """Give out the rest and return the plan. Raises MediaError (`no_content`) without any picture."""
        if self._pending is not None and len(self._pending):
            self._emit(len(self._pending))
        if not self.chunks:
            raise MediaError(NO_CONTENT, NO_PICTURES)
        begin = Fraction(self._first_dts or 0) * self.source_time_base
        end = self.chunks[-1].end_pts
        run = ClockRun(begin, begin + end * COUNTED_TIME_BASE, Fraction(0), None)
        return SourcePlan(
            time_base=COUNTED_TIME_BASE,
            frame_rate=self.rate,
            variable_rate=False,
            serial=True,
            start_pts=0,
            end_pts=end,
            frame_count=self._pictures,
            chunks=tuple(self.chunks),
            clock=SourceClock((run,)),
        )

    def _ticks(self, first: int, end: int) -> NDArray[np.int64]:
        """Return when the pictures from `first` up to, and without, `end` are shown, to the nearest tick."""
        step = 1 / self.rate / COUNTED_TIME_BASE
        numbers = np.arange(first, end, dtype=np.int64)
        return (2 * numbers * step.numerator + step.denominator) // (2 * step.denominator)

    def _give_out(self) -> None:
        while self._pending is not None and (cut := self._cut(self._pending)):
            self._emit(cut)

    def _cut(self, pending: PacketTable) -> int | None:
        """Return the row at which the first pending chunk ends, None while that is not known."""
        step = float(1 / self.rate / COUNTED_TIME_BASE)
        length = np.arange(len(pending)) * step
        located = pending.position != NO_TIME
        without_key = self.length.without_key(round(self._since_key * step))
        rows = np.flatnonzero(pending.is_key & located & (length >= self.length.full))
        if not len(rows):
            rows = np.flatnonzero(located & (length >= without_key))
        if not len(rows) or self.length.is_too_short(round((len(pending) - rows[0]) * step)):
            return None
        return int(rows[0]) if located[0] or not self.chunks else None

    def _emit(self, count: int) -> None:
        assert self._pending is not None
        rows = self._pending.rows(slice(count))
        self._pending = self._pending.rows(slice(count, None))
        ticks = self._ticks(self._pictures, self._pictures + count + 1)
        is_key = rows.is_key.copy()
        is_key[0] |= not self.chunks
        plan = ChunkPlan(
            index=len(self.chunks),
            discontinuity=0,
            start_pts=int(ticks[0]),
            end_pts=int(ticks[-1]),
            first_frame=self._pictures,
            frames=count,
            source_offset=0,
            first_byte=int(rows.position[0]),
            byte_length=rows.extent(),
        )
        self.chunks.append(plan)
        self.sink(ChunkRows(plan, ticks[:-1], rows.dts, is_key, rows.position))
        self._pictures += count
        keys = np.flatnonzero(is_key)
        self._since_key = count - int(keys[-1]) if len(keys) else self._since_key + count
