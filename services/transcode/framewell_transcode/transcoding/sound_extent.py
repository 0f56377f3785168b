"""How long the sound of a segment without pictures is, and how its own clock goes."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Final

from framewell_media.source_clock import ClockRun, SourceClock
from framewell_media.timeline import LONGEST_OUTAGE_SECONDS
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.ports.sound import SoundBlock

_JITTER: Final = Fraction(1, 25)
"""Seconds that the time stamps of sound that goes on may be off."""
_MOST_GAPS: Final = 1000


@dataclass(slots=True)
class SoundExtent:
    """What is known of the clock once some blocks were taken, in the order of the file.

    As with pictures, a clock that goes on keeps a gap, and one that steps back or leaps begins a new run that
    follows without one.
    """

    gaps: list[tuple[int, int]] = field(default_factory=list)
    """Start and end of what is missing, in samples from the start; at most _MOST_GAPS."""
    _runs: list[ClockRun] = field(default_factory=list)

    @property
    def clock(self) -> SourceClock | None:
        """Return the runs so far, None before the first block."""
        return SourceClock(tuple(self._runs)) if self._runs else None

    def take(self, block: SoundBlock) -> None:
        """Go on to the end of a block."""
        length = Fraction(block.samples.shape[1], SOUND_RATE)
        if not self._runs:
            start = block.start or Fraction(0)
            self._runs.append(ClockRun(start, start + length, Fraction(0), block.position))
            return
        run = self._runs[-1]
        start = run.source_end if block.start is None else block.start
        step = start - run.source_end
        if not -_JITTER <= step <= LONGEST_OUTAGE_SECONDS:
            after = run.start + run.source_end - run.source_start
            self._runs.append(ClockRun(start, start + length, after, block.position))
            return
        if step > _JITTER and len(self.gaps) < _MOST_GAPS:
            begin, end = (round((at + run.offset) * SOUND_RATE) for at in (run.source_end, start))
            self.gaps.append((begin, end))
        self._runs[-1] = replace(run, source_end=start + length)
