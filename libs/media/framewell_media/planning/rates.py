"""The nominal frame rate behind measured time stamps."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

STANDARD_RATES: Final = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(48),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
    Fraction(100),
    Fraction(120),
)
_HIGHEST: Final = Fraction(300)
_LOWEST: Final = Fraction(1, 60)
_SAME_RATE: Final = 5e-4
"""23.976 and 24 differ by 1e-3."""
_LONG: Final = 1.5
"""Steps that are so many times the usual one have pictures missing or held."""
_ODD_STEPS_ALLOWED: Final = 0.02
"""Share of steps that may differ before a rate counts as variable: lost pictures leave a few."""
_ODD_STEPS_OF_SHORT: Final = 3
"""Steps that may differ in any case where there are _SHORT: two seconds of a stream may lose some, too."""
_SHORT: Final = 20
_DIFFERENT_STEPS: Final = 4096
"""Lengths of steps that are counted one by one; a clock with more of them is not regular."""


@dataclass(slots=True)
class StepMeter:
    """What is known of the times of pictures so far, in memory that does not grow with their number."""

    time_base: Fraction
    pictures: int = 0
    """In the longest run of unbroken clock."""
    span: int = 0
    """From the first to the last picture of that run."""
    _steps: Counter[int] = field(default_factory=Counter)
    _irregular: bool = False

    def add_steps(self, steps: NDArray[np.int64]) -> None:
        """Count the steps from picture to picture."""
        if self._irregular or not len(steps):
            return
        lengths, counts = np.unique(steps, return_counts=True)
        self._steps.update(dict(zip(lengths.tolist(), counts.tolist(), strict=True)))
        self._irregular = len(self._steps) > _DIFFERENT_STEPS

    def add_run(self, pictures: int, span: int) -> None:
        """Note a whole run of unbroken clock; the longest one tells the rate."""
        if pictures > self.pictures:
            self.pictures, self.span = pictures, span

    def nominal_frame_rate(self, declared: Fraction | None) -> Fraction:
        """Return the rate a frame count refers to.

        The standard rate next to the average step, as exactly as the time base allows, also without the few
        steps over which pictures are missing or held; otherwise what the container declares, otherwise the
        average.
        """
        sane = declared if declared is not None and _LOWEST <= declared <= _HIGHEST else None
        if self.pictures < 2:
            return sane or Fraction(25)
        average = Fraction(self.pictures - 1) / (self.span * self.time_base)
        if (rate := _standard(average)) is not None:
            return rate
        without_gaps = self._rate_without_gaps()
        if without_gaps is not None and (rate := _standard(without_gaps)) is not None:
            return rate
        if sane is not None:
            return _standard(sane) or sane
        return max(_LOWEST, min(average, _HIGHEST)).limit_denominator(1001)

    def _rate_without_gaps(self) -> Fraction | None:
        """Return the average rate over all steps but long ones, None where these are more than a few."""
        total = self._steps.total()
        if self._irregular or not total:
            return None
        lengths = sorted(self._steps)
        upto = np.cumsum([self._steps[length] for length in lengths])
        median = lengths[int(np.searchsorted(upto, (total + 1) // 2))]
        usual = {length: count for length, count in self._steps.items() if length <= _LONG * median}
        count = sum(usual.values())
        if total - count > _odd_steps_allowed(total):
            return None
        return count / (sum(length * often for length, often in usual.items()) * self.time_base)

    def is_variable(self, rate: Fraction) -> bool:
        """Return whether pictures do not keep to `rate`, beyond the rounding of the time base."""
        if self._irregular:
            return True
        step = float(1 / (rate * self.time_base))
        tolerance = max(1.0, step * 0.01)
        odd = sum(count for length, count in self._steps.items() if abs(length - step) > tolerance)
        return odd > _odd_steps_allowed(self._steps.total())


def _odd_steps_allowed(total: int) -> float:
    return max(_ODD_STEPS_ALLOWED * total, _ODD_STEPS_OF_SHORT if total >= _SHORT else 0)


def _standard(rate: Fraction) -> Fraction | None:
    """Return the standard rate that this is, None for an odd one."""
    return next((each for each in STANDARD_RATES if abs(float(rate / each) - 1) < _SAME_RATE), None)
