"""How the clock of a file maps to the clock of its asset: one decision for pictures and sound.

A file's clock is cut into runs. Inside a run it keeps going, and the asset's clock with it: a picture that is
held, packets that were lost and an outage of the reception stay on the timeline with their true length. A
clock that steps back or leaps ahead too far starts a new run (a spliced recording, a restarted encoder),
which follows the one before without a gap.

All times are seconds, exact. The asset's seconds count from its first picture.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

_SLACK: Final = Fraction(2)
"""Seconds by which sound may lie outside the pictures of its run: streams are interleaved that coarsely."""
_JITTER: Final = Fraction(1, 25)
"""Time stamps of sound that follows without a break are at most this far off."""
_NEAR: Final = Fraction(1, 2)
"""Runs whose clocks differ by less are told apart by position, since sound may hide so small a step."""


@dataclass(frozen=True, slots=True)
class ClockRun:
    """A part of the file whose clock keeps going, in the order of the file."""

    source_start: Fraction
    """The first picture, on the file's clock."""
    source_end: Fraction
    """The end of the last picture, on the file's clock."""
    start: Fraction
    """Where `source_start` stands on the asset's clock."""
    first_byte: int | None
    """Position of its first packet; None when not known."""

    @property
    def offset(self) -> Fraction:
        """Return the asset's seconds minus the file's."""
        return self.start - self.source_start

    def distance(self, source: Fraction) -> Fraction:
        """Return by how much a time on the file's clock lies outside the run, 0 inside."""
        return max(self.source_start - source, source - self.source_end, Fraction(0))

    def begins_by(self, position: int | None) -> bool:
        """Return whether the packet at `position` is known to lie behind the run's first one."""
        return position is not None and self.first_byte is not None and position >= self.first_byte


@dataclass(frozen=True, slots=True)
class SourceClock:
    """The runs of a file in its order; there is at least one."""

    runs: tuple[ClockRun, ...]

    def later(self, seconds: Fraction) -> SourceClock:
        """Return the clock of an asset in which the file begins so many seconds later."""
        return SourceClock(tuple(replace(run, start=run.start + seconds) for run in self.runs))

    def run_at(self, seconds: Fraction) -> int:
        """Return the index of the run in which a moment of the asset lies; the nearest one outside."""
        return max(0, bisect_right(self.runs, seconds, key=lambda run: run.start) - 1)

    def run_of(self, source: Fraction, *, after: int, step: Fraction, position: int | None) -> int:
        """Return the run of a piece of sound that lies at `source` on the file's clock.

        `after` is the run of the piece before, `step` how much later than the end of that piece this one
        begins (negative: earlier), `position` its first byte in the file, None when not known.
        """
        found = after
        last = len(self.runs) if abs(step) > _JITTER else min(after + 2, len(self.runs))
        for later in range(after + 1, last):
            passed = self.runs[later].begins_by(position)
            if self._is_in(later, source, after=after, step=step, position=position) and (
                passed or found == after
            ):
                found = later
        return found

    def _is_in(
        self, later: int, source: Fraction, *, after: int, step: Fraction, position: int | None
    ) -> bool:
        here, run = self.runs[after], self.runs[later]
        if run.distance(source) > _SLACK:
            return False
        passed = run.begins_by(position)
        if abs(run.offset - here.offset) <= _NEAR:
            return passed or (position is None and step < -_JITTER)
        left_behind = step < 0 or source > here.source_end + _SLACK
        return abs(step) > _JITTER and (passed or left_behind)

    def knows(self, source: Fraction, run: int) -> bool:
        """Return whether the file's pictures of that run were shown at about that time."""
        return self.runs[run].distance(source) <= _SLACK
