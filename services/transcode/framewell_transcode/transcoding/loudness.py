"""Integrated loudness of sound that is measured in pieces: the two gates of ITU-R BS.1770-4."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

STEPS_PER_LU: Final = 100
"""Loudness is counted in hundredths, as libavfilter's own meter does."""
SILENT_LUFS: Final = -70.0
"""The absolute gate: what is quieter has no loudness."""
_RELATIVE_THRESHOLD: Final = 10.0


def integrated_loudness(counts: Mapping[int, int]) -> float | None:
    """Return the loudness in LUFS, None for silence.

    `counts` says how many blocks of 400 ms, one each 100 ms, have which momentary loudness, in steps of
    1 / STEPS_PER_LU.
    """
    loud = {step: count for step, count in counts.items() if step > SILENT_LUFS * STEPS_PER_LU}
    if not loud:
        return None
    threshold = _mean(loud) - _RELATIVE_THRESHOLD
    return _mean({step: count for step, count in loud.items() if step / STEPS_PER_LU >= threshold})


def _mean(counts: Mapping[int, int]) -> float:
    power = sum(count * 10 ** (step / STEPS_PER_LU / 10) for step, count in counts.items())
    return 10 * math.log10(power / sum(counts.values()))
