"""Frame index, clock runs and chunks from packets with time stamps. No decoding, no I/O.

A dts that steps back or leaps is a *discontinuity* (a spliced recording) and starts a new run of unbroken
clock; runs follow each other on the asset's clock and no chunk spans two. What is held at any time is one
chunk and what may still belong to it, however long the file is.
Damage stays in the plan; the chunk that meets it reports what is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np

from framewell_media.errors import NO_CONTENT, NO_PICTURES, MediaError
from framewell_media.planning.chunks import ChunkLength, ChunkPlan, ChunkRows, Sink, SourcePlan
from framewell_media.planning.packets import NO_TIME, PacketTable, joined
from framewell_media.planning.rates import StepMeter
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.timeline import LONGEST_OUTAGE_SECONDS

_LONGEST_PICTURE_SECONDS: Final = 4 * 3600.0
"""A picture shown for longer is a broken time stamp. An evening of radio may have one; a fragment of a movie
at 240,000 ticks a second cannot hold one for five hours (ISO/IEC 14496-12: 32 bits)."""
_LONGEST_IN_STREAM_SECONDS: Final = 3600.0
"""The same for a stream, which repeats what it shows."""
_MAX_RUNS: Final = 1000
"""More steps of the clock than this are no splices but a broken clock."""
_REORDERED: Final = 64
"""Packets after which no picture comes that is shown before: more than any codec reorders, fields counted."""
_LATE_ALLOWED: Final = 0.01
"""Share of pictures that may come too late to be planned: their time stamps are damaged."""
_OUTAGE_SECONDS: Final = 5.0
"""A stream that shows no picture for longer was interrupted, even if its rate varies."""
_MAX_LEAPS: Final = 20_000


class UntrustedTimes(Exception):
    """The time stamps of a stream cannot be its pictures' times; they have to be counted."""


@dataclass(slots=True)
class _Run:
    """The run of unbroken clock under way."""

    first_byte: int
    pending: PacketTable | None = None
    """Pictures of no chunk yet, in demux order."""
    first_pts: int | None = None
    last_pts: int = 0
    chunk_start: int | None = None
    """Where the next chunk begins, on the file's clock; None before the first."""
    offset: int = 0
    pictures: int = 0
    last_key: int | None = None


@dataclass(slots=True)
class TimedPlanner:
    """Plans a source whose pictures have time stamps, piece by piece.

    `feed` and `finish` raise UntrustedTimes for packets without pts, for two pictures with one pts, and for a
    broken clock.
    """

    time_base: Fraction
    declared_rate: Fraction | None
    length: ChunkLength
    clock_may_leap: bool
    """False for a container with a clock of its own, where a leap is a held picture."""
    sink: Sink
    meter: StepMeter = field(init=False)
    chunks: list[ChunkPlan] = field(default_factory=list)
    runs: list[ClockRun] = field(default_factory=list)
    leaps: list[tuple[int, int]] = field(default_factory=list)
    _run: _Run | None = None
    _last_dts: int | None = None
    _breaks: int = 0
    _clock_end: int = 0
    _start: int = 0
    _frames: int = 0
    _late: int = 0
    _usual_step: int = 0

    def __post_init__(self) -> None:
        """Begin to measure."""
        self.meter = StepMeter(self.time_base)

    def feed(self, piece: PacketTable) -> None:
        """Take the next packets in demux order and give out the chunks that they complete."""
        starts = [0, *self._breaks_in(piece)]
        for number, (first, end) in enumerate(zip(starts, [*starts[1:], len(piece)], strict=True)):
            if number:
                self._end_run()
            if first < end:
                self._take(piece.rows(slice(first, end)))

    def finish(self) -> SourcePlan:
        """Give out the rest and return the plan. Raises MediaError (`no_content`) without any picture."""
        self._end_run()
        if not self.chunks:
            raise MediaError(NO_CONTENT, NO_PICTURES)
        rate = self.meter.nominal_frame_rate(self.declared_rate)
        return SourcePlan(
            time_base=self.time_base,
            frame_rate=rate,
            variable_rate=self.meter.is_variable(rate),
            serial=False,
            start_pts=self._start,
            end_pts=self._clock_end,
            frame_count=self._frames,
            chunks=tuple(self.chunks),
            clock=SourceClock(tuple(self.runs)),
            leaps=tuple(self.leaps),
            longest_step_seconds=_OUTAGE_SECONDS if self.clock_may_leap else None,
        )

    def _breaks_in(self, piece: PacketTable) -> list[int]:
        """Return the rows at which the clock steps back or leaps from the row before."""
        timed = np.flatnonzero(piece.dts != NO_TIME)
        if not len(timed):
            return []
        dts = piece.dts[timed]
        before = dts[0] - 1 if self._last_dts is None else self._last_dts
        steps = np.diff(dts, prepend=before)
        self._last_dts = int(dts[-1])
        leap = LONGEST_OUTAGE_SECONDS / float(self.time_base) if self.clock_may_leap else math.inf
        found: list[int] = timed[(steps <= 0) | (steps > leap)].tolist()
        self._breaks += len(found)
        if self._breaks >= _MAX_RUNS:
            raise UntrustedTimes(f"the clock breaks {self._breaks} times")
        return found

    def _take(self, rows: PacketTable) -> None:
        run = self._run = self._run or _Run(int(rows.position[0]))
        shown = np.flatnonzero(~rows.is_discarded)
        if bool((rows.pts[shown] == NO_TIME).any()):
            raise UntrustedTimes("pictures have no time stamps")
        if run.chunk_start is not None:
            in_time = rows.pts[shown] >= run.chunk_start
            self._late += int((~in_time).sum())
            shown = shown[in_time]
        run.pending = joined(run.pending, rows.rows(shown))
        self._give_out(run, settled=len(run.pending) - _REORDERED)

    def _give_out(self, run: _Run, settled: int, run_end: int | None = None) -> None:
        """Give out the chunks whose end is decided by the first `settled` pending pictures.

        `run_end` is where the run ends, once that is known.
        """
        while run.pending is not None and settled > 0:
            pending = run.pending
            start = run.chunk_start if run.chunk_start is not None else int(pending.pts.min())
            cut = self._cut(run, start, settled, run_end)
            if cut is None:
                return
            inside = pending.pts < cut
            self._emit(run, pending.rows(np.flatnonzero(inside)), start, cut)
            settled -= int(inside[:settled].sum())
            run.pending = pending.rows(np.flatnonzero(~inside))

    def _cut(self, run: _Run, start: int, settled: int, run_end: int | None) -> int | None:
        """Return the pts at which the chunk from `start` ends, None while that is not known."""
        assert run.pending is not None
        pts, is_key = run.pending.pts[:settled], run.pending.is_key[:settled]
        keys = pts[is_key & (pts - start >= self.length.full)]
        if len(keys):
            cut = int(keys.min())
        else:
            since_key = start - run.last_key if run.last_key is not None else 0
            behind = pts[pts - start >= self.length.without_key(since_key)]
            if not len(behind):
                return None
            cut = int(behind.min())
        known_end = int(pts.max()) if run_end is None else run_end
        return None if self.length.is_too_short(known_end - cut) else cut

    def _end_run(self) -> None:
        """Give out what is left of the run: its last chunk lasts as long as its last picture."""
        run, self._run = self._run, None
        if run is None:
            return
        if run.pending is not None and len(run.pending):
            end = self._end_of(run.pending)
            self._give_out(run, settled=len(run.pending), run_end=end)
            start = run.chunk_start if run.chunk_start is not None else int(run.pending.pts.min())
            self._emit(run, run.pending, start, end)
        if run.first_pts is None:
            return
        self.meter.add_run(run.pictures, run.last_pts - run.first_pts)
        if self._late > _LATE_ALLOWED * self._frames:
            raise UntrustedTimes(f"{self._late} pictures come after later ones")

    def _end_of(self, pending: PacketTable) -> int:
        """Return when the last picture ends: as declared, else it lasts as long as pictures usually do.

        It lasts no longer than any other may.
        """
        last = int(np.argmax(pending.pts))
        lasts = int(pending.duration[last])
        if lasts <= 0:
            steps = np.diff(np.sort(pending.pts))
            lasts = int(np.median(steps)) if len(steps) else self._usual_step
        return int(pending.pts[last]) + max(1, min(lasts, self._longest_picture))

    @property
    def _longest_picture(self) -> int:
        longest = _LONGEST_IN_STREAM_SECONDS if self.clock_may_leap else _LONGEST_PICTURE_SECONDS
        return int(longest / float(self.time_base))

    def _emit(self, run: _Run, rows: PacketTable, start: int, end: int) -> None:
        """Give out one chunk, from `start` up to `end` of the file's clock."""
        rows = rows.rows(np.argsort(rows.pts, kind="stable"))
        place = run.pictures
        if run.first_pts is None:
            run.first_pts = int(rows.pts[0])
            run.offset = self._clock_end - run.first_pts if self.runs else 0
            self._start = self._start if self.runs else run.first_pts
            self.runs.append(self._clock_run(run, end))
        self._measure(run, rows)
        plan = ChunkPlan(
            index=len(self.chunks),
            discontinuity=len(self.runs) - 1,
            start_pts=start + run.offset,
            end_pts=end + run.offset,
            first_frame=self._frames,
            frames=len(rows),
            source_offset=run.offset,
            first_byte=int(rows.position[0]) if place else run.first_byte,
            byte_length=rows.extent(),
        )
        self.chunks.append(plan)
        self.sink(ChunkRows(plan, rows.pts + run.offset, rows.pts, rows.is_key, rows.position))
        run.pictures += len(rows)
        run.last_pts, run.chunk_start = int(rows.pts[-1]), end
        run.last_key = _last_key(rows, run.last_key)
        self._frames += len(rows)
        self._clock_end = end + run.offset
        self.runs[-1] = self._clock_run(run, end)

    def _measure(self, run: _Run, rows: PacketTable) -> None:
        """Count the steps between pictures and note the long ones. Raises UntrustedTimes for broken ones."""
        pts = rows.pts if not run.pictures else np.concatenate(([run.last_pts], rows.pts))
        steps = np.diff(pts)
        if bool(((steps <= 0) | (steps > self._longest_picture)).any()):
            raise UntrustedTimes("pictures share a time stamp, or last for hours")
        self.meter.add_steps(steps)
        if not len(steps):
            return
        self._usual_step = self._usual_step or int(np.median(steps))
        rate = self.declared_rate
        declared = float(1 / (rate * self.time_base)) if rate else math.inf
        long = np.flatnonzero(steps > 1.5 * min(self._usual_step, declared))
        for at in long[: _MAX_LEAPS - len(self.leaps)]:
            self.leaps.append((int(pts[at]) + run.offset, int(pts[at + 1]) + run.offset))

    def _clock_run(self, run: _Run, end: int) -> ClockRun:
        assert run.first_pts is not None
        return ClockRun(
            source_start=run.first_pts * self.time_base,
            source_end=end * self.time_base,
            start=(run.first_pts + run.offset - self._start) * self.time_base,
            first_byte=run.first_byte if run.first_byte != NO_TIME else None,
        )


def _last_key(rows: PacketTable, before: int | None) -> int | None:
    keys = np.flatnonzero(rows.is_key)
    return int(rows.pts[keys[-1]]) if len(keys) else before
