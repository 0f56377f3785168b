"""Frame index, clock runs and chunks from a packet table. No decoding, no I/O.

Fallback order: packets without pts, or two pictures with one pts, make the file *serial*: one chunk,
decoded from the start, pictures counted as they come. A dts that steps back or leaps is a *discontinuity*
(a spliced recording) and starts a new run of unbroken clock; runs follow each other on the asset's clock
and no chunk spans two.
Damage stays in the plan; the chunk that meets it reports what is missing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell_media.errors import NO_CONTENT, MediaError
from framewell_media.planning.packets import NO_TIME, PacketTable
from framewell_media.planning.rates import is_variable, nominal_frame_rate
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.timeline import LONGEST_OUTAGE_SECONDS

_FULL_ENOUGH: Final = 0.95
"""A keyframe this close to the target length may end a chunk."""
_TOO_SHORT: Final = 0.3
"""A last chunk shorter than this part of the target joins its predecessor."""
_LONGEST_PICTURE_SECONDS: Final = 3600.0
"""A picture shown for longer is a broken time stamp."""
_GAP_STEPS: Final = 1.5
_MAX_RUNS: Final = 1000
"""More steps of the clock than this are no splices but a broken clock: decoded serially."""


@dataclass(frozen=True, slots=True)
class ChunkPlan:
    """One chunk on the asset's clock, and how to find it in the file."""

    index: int
    discontinuity: int
    """Index of the run of unbroken clock it lies in, from 0."""
    start_pts: int
    end_pts: int
    first_frame: int
    frames: int
    source_offset: int
    """pts on the asset's clock minus pts in the file."""
    first_byte: int
    """Position of its first packet, NO_TIME when not known."""
    byte_length: int


@dataclass(frozen=True, slots=True)
class SourcePlan:
    """The exact frame index of a source and its chunks.

    Arrays are in presentation order, one entry a picture.
    """

    time_base: Fraction
    frame_rate: Fraction
    variable_rate: bool
    serial: bool
    pts: NDArray[np.int64]
    """On the asset's clock, strictly increasing."""
    source_pts: NDArray[np.int64]
    end_pts: int
    is_key: NDArray[np.bool_]
    position: NDArray[np.int64]
    chunks: tuple[ChunkPlan, ...]
    clock: SourceClock
    """How the file's clock maps to the asset's."""

    @property
    def start_pts(self) -> int:
        """Return the pts of the first picture."""
        return int(self.pts[0])

    def gaps(self) -> list[tuple[int, int]]:
        """Return (end pts of the picture before, pts of the next) wherever pictures are missing.

        Found by the steps of a regular clock, since packets lost on the way leave no other trace; a variable
        rate and a serial plan have none.
        """
        if self.variable_rate or self.serial:
            return []
        step = 1 / (self.frame_rate * self.time_base)
        places = np.flatnonzero(np.diff(self.pts) > float(step) * _GAP_STEPS)
        return [(int(self.pts[at]) + round(step), int(self.pts[at + 1])) for at in places]


@dataclass(frozen=True, slots=True)
class _ClockRun:
    """The pictures between two discontinuities of the clock, in presentation order."""

    pts: NDArray[np.int64]
    end_pts: int
    is_key: NDArray[np.bool_]
    position: NDArray[np.int64]
    size: NDArray[np.int64]
    first_byte: int


def plan_source(
    table: PacketTable,
    *,
    declared_rate: Fraction | None,
    chunk_seconds: float,
    times_can_be_trusted: bool = True,
    clock_may_leap: bool = True,
) -> SourcePlan:
    """Return the frame index, and chunks of about `chunk_seconds` that start at keyframes.

    `clock_may_leap` is False for a container with a clock of its own, where a leap is a held picture.
    `times_can_be_trusted` is False where the demuxer makes pts up instead of reading them.
    Raises MediaError (`no_content`) when no packet is a picture.
    """
    shown = int((~table.is_discarded).sum())
    if shown == 0:
        raise MediaError(NO_CONTENT, "The file has a video track but not a single picture in it.")
    runs = _clock_runs(table, clock_may_leap) if times_can_be_trusted else None
    if runs is None:
        return _serial_plan(table, shown, declared_rate)
    longest = max(runs, key=lambda run: len(run.pts))
    rate = nominal_frame_rate(longest.pts, table.time_base, declared_rate)
    step = max(1, round(1 / (rate * table.time_base)))
    target = max(step, round(chunk_seconds / float(table.time_base)))

    chunks, clocks, clock_end = _on_one_clock(runs, target)
    start = int(runs[0].pts[0])
    return SourcePlan(
        time_base=table.time_base,
        frame_rate=rate,
        variable_rate=is_variable(longest.pts, table.time_base, rate),
        serial=False,
        pts=np.concatenate(clocks),
        source_pts=np.concatenate([run.pts for run in runs]),
        end_pts=clock_end,
        is_key=np.concatenate([run.is_key for run in runs]),
        position=np.concatenate([run.position for run in runs]),
        chunks=tuple(chunks),
        clock=SourceClock(
            tuple(
                ClockRun(
                    source_start=int(run.pts[0]) * table.time_base,
                    source_end=run.end_pts * table.time_base,
                    start=(int(clock[0]) - start) * table.time_base,
                    first_byte=run.first_byte if run.first_byte != NO_TIME else None,
                )
                for run, clock in zip(runs, clocks, strict=True)
            )
        ),
    )


def _on_one_clock(runs: list[_ClockRun], target: int) -> tuple[list[ChunkPlan], list[NDArray[np.int64]], int]:
    """Return the chunks, the pts of every run on the asset's clock, and where that clock ends."""
    chunks: list[ChunkPlan] = []
    clocks: list[NDArray[np.int64]] = []
    clock_end, frames = int(runs[0].pts[0]), 0
    for number, run in enumerate(runs):
        offset = 0 if number == 0 else clock_end - int(run.pts[0])
        run_end = max(run.end_pts, int(run.pts[-1]) + 1)
        chunks += _chunks_of(
            run,
            number=number,
            offset=offset,
            run_end=run_end,
            target=target,
            first_index=len(chunks),
            frames_before=frames,
        )
        clocks.append(run.pts + offset)
        clock_end, frames = run_end + offset, frames + len(run.pts)
    return chunks, clocks, clock_end


def _clock_runs(table: PacketTable, clock_may_leap: bool) -> list[_ClockRun] | None:
    """Return the runs of unbroken clock, or None when the file has to be read serially."""
    shown = ~table.is_discarded
    if bool((table.pts[shown] == NO_TIME).any()):
        return None
    timed = np.flatnonzero(table.dts != NO_TIME)
    steps = np.diff(table.dts[timed])
    longest = _LONGEST_PICTURE_SECONDS / float(table.time_base)
    leap = LONGEST_OUTAGE_SECONDS / float(table.time_base) if clock_may_leap else math.inf
    starts = [0, *(timed[1:][(steps <= 0) | (steps > leap)]).tolist()]
    if len(starts) > _MAX_RUNS:
        return None
    runs = []
    for first, last in zip(starts, [*starts[1:], len(table)], strict=True):
        rows = np.arange(first, last)[shown[first:last]]
        if len(rows) == 0:
            continue
        rows = rows[np.argsort(table.pts[rows], kind="stable")]
        pts = table.pts[rows]
        steps = np.diff(pts)
        if bool(((steps == 0) | (steps > longest)).any()):
            return None
        end = int(pts[-1]) + _last_duration(pts, int(table.duration[rows[-1]]))
        runs.append(
            _ClockRun(
                pts,
                end,
                table.is_key[rows],
                table.position[rows],
                table.size[rows],
                int(table.position[first]),
            )
        )
    return runs


def _last_duration(pts: NDArray[np.int64], declared: int) -> int:
    """Return how long the last picture is shown: as declared, else as long as pictures usually are."""
    if declared > 0:
        return declared
    return int(np.median(np.diff(pts))) if len(pts) > 1 else 1


def _chunks_of(
    run: _ClockRun,
    *,
    number: int,
    offset: int,
    run_end: int,
    target: int,
    first_index: int,
    frames_before: int,
) -> list[ChunkPlan]:
    cuts = [int(run.pts[0])]
    for key in run.pts[run.is_key].tolist():
        if key - cuts[-1] >= target * _FULL_ENOUGH:
            cuts.append(key)
    if len(cuts) > 1 and run_end - cuts[-1] < target * _TOO_SHORT:
        cuts.pop()
    chunks = []
    for place, (start, end) in enumerate(zip(cuts, [*cuts[1:], run_end], strict=True)):
        low, high = (int(row) for row in np.searchsorted(run.pts, [start, end]))
        at = run.position[low] if place else run.first_byte
        chunks.append(
            ChunkPlan(
                index=first_index + place,
                discontinuity=number,
                start_pts=start + offset,
                end_pts=end + offset,
                first_frame=frames_before + low,
                frames=high - low,
                source_offset=offset,
                first_byte=int(at),
                byte_length=_extent(run, low, high),
            )
        )
    return chunks


def _extent(run: _ClockRun, low: int, high: int) -> int:
    """Return the bytes from the first to the last packet, 0 when positions are not known."""
    position = run.position[low:high]
    if bool((position == NO_TIME).any()):
        return 0
    return int((position + run.size[low:high]).max() - position.min())


def _serial_plan(table: PacketTable, shown: int, declared_rate: Fraction | None) -> SourcePlan:
    """Return a plan of one chunk on a regular clock, for pictures whose time stamps cannot be trusted."""
    rate = nominal_frame_rate(np.empty(0, dtype=np.int64), table.time_base, declared_rate)
    time_base = Fraction(1, 240_000)
    pts = np.array([round(frame / rate / time_base) for frame in range(shown + 1)], dtype=np.int64)
    unknown = np.full(shown, NO_TIME, dtype=np.int64)
    is_key = np.zeros(shown, dtype=np.bool_)
    is_key[0] = True
    chunk = ChunkPlan(0, 0, 0, int(pts[-1]), 0, shown, 0, NO_TIME, 0)
    known = table.dts[table.dts != NO_TIME]
    begin = int(known[0]) * table.time_base if len(known) else Fraction(0)
    run = ClockRun(begin, begin + int(pts[-1]) * time_base, Fraction(0), None)
    return SourcePlan(
        time_base=time_base,
        frame_rate=rate,
        variable_rate=False,
        serial=True,
        pts=pts[:-1],
        source_pts=unknown,
        end_pts=int(pts[-1]),
        is_key=is_key,
        position=unknown.copy(),
        chunks=(chunk,),
        clock=SourceClock((run,)),
    )
