"""Sound of any layout as stereo, by the coefficients of ITU-R BS.775-3, annex 4."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import Final

import numpy as np
from numpy.typing import NDArray

_HALF_POWER: Final = sqrt(0.5)
_WEIGHTS: Final = {
    "FL": (1.0, 0.0),
    "FR": (0.0, 1.0),
    "FC": (_HALF_POWER, _HALF_POWER),
    "SL": (_HALF_POWER, 0.0),
    "SR": (0.0, _HALF_POWER),
    "BL": (_HALF_POWER, 0.0),
    "BR": (0.0, _HALF_POWER),
    "BC": (0.5, 0.5),
    "FLC": (_HALF_POWER, 0.0),
    "FRC": (0.0, _HALF_POWER),
    "DL": (1.0, 0.0),
    "DR": (0.0, 1.0),
}
"""Share of a channel, by FFmpeg's name, in left and right. LFE is left out, as in the standard."""


def stereo_weights(channels: Sequence[str]) -> NDArray[np.float32]:
    """Return the 2 x n matrix that gives stereo; of channels without a known place the first two count."""
    if not any(name in _WEIGHTS for name in channels):
        channels = ["FC"] if len(channels) == 1 else ["FL", "FR", *channels[2:]]
    return np.array([_WEIGHTS.get(name, (0.0, 0.0)) for name in channels], np.float32).T


def to_stereo(samples: NDArray[np.float32], weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return samples (channels x n) as stereo; what would exceed full scale is limited to it."""
    if np.array_equal(weights, np.eye(2, dtype=np.float32)):
        return samples
    stereo: NDArray[np.float32] = np.clip(weights @ samples, -1.0, 1.0).astype(np.float32)
    return stereo
