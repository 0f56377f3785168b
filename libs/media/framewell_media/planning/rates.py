"""The nominal frame rate behind measured time stamps."""

from __future__ import annotations

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
_SAME_RATE: Final = 5e-4
"""23.976 and 24 differ by 1e-3."""
_ODD_STEPS_ALLOWED: Final = 0.02
"""Share of steps that may differ before a rate counts as variable: lost pictures leave a few."""


def nominal_frame_rate(pts: NDArray[np.int64], time_base: Fraction, declared: Fraction | None) -> Fraction:
    """Return the rate a frame count refers to.

    The standard rate next to the median step, as exactly as the time base allows; otherwise what the
    container declares, otherwise the average.
    """
    sane = declared if declared is not None and 0 < declared <= _HIGHEST else None
    if len(pts) < 2:
        return sane or Fraction(25)
    span = int(pts[-1] - pts[0])
    average = Fraction(len(pts) - 1) / (span * time_base)
    for rate in STANDARD_RATES:
        if abs(float(average / rate) - 1) < _SAME_RATE:
            return rate
    if sane is not None:
        return next((rate for rate in STANDARD_RATES if abs(float(sane / rate) - 1) < _SAME_RATE), sane)
    return min(average, _HIGHEST).limit_denominator(1001)


def is_variable(pts: NDArray[np.int64], time_base: Fraction, rate: Fraction) -> bool:
    """Return whether pictures do not keep to `rate`, beyond the rounding of the time base."""
    if len(pts) < 2:
        return False
    step = float(1 / (rate * time_base))
    tolerance = max(1.0, step * 0.01)
    odd = np.abs(np.diff(pts) - step) > tolerance
    return bool(odd.mean() > _ODD_STEPS_ALLOWED)
