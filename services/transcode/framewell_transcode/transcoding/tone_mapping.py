"""High dynamic range and wide colours as BT.709 pictures show them, from the ITU's own formulas.

PQ and HLG signals (ITU-R BT.2100-2) become display light, are mapped to standard dynamic range by method A
of ITU-R BT.2446-1 (1000 to 100 cd/m2), and their BT.2020 primaries become BT.709's (ITU-R BT.2087-0; what
lies outside is clipped). Brighter than 1000 cd/m2 counts as that. libswscale's own conversion was considered:
its curve is not published, so that no test can say what a colour must become.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

Curve = Literal["pq", "hlg", "wide"]
"""How light became signal: PQ, HLG, or the gamma of standard dynamic range with BT.2020 primaries."""

_Array = NDArray[np.float64]

_LUMA_2020: Final = np.array([0.2627, 0.6780, 0.0593])
_PRIMARIES_2020_TO_709: Final = np.array(
    [[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]]
)
_DISPLAY_GAMMA: Final = 2.4  # ITU-R BT.1886
_PEAK: Final = 1000.0
_SDR_PEAK: Final = 100.0


def to_bt709(signal: _Array, curve: Curve) -> _Array:
    """Return BT.709 R'G'B' of BT.2020 R'G'B' (both ... x 3, in [0, 1], gamma-coded)."""
    standard = signal if curve == "wide" else _to_standard_range(_display_light(signal, curve))
    light = np.clip(standard, 0, 1) ** _DISPLAY_GAMMA
    return np.asarray(np.clip(light @ _PRIMARIES_2020_TO_709.T, 0, 1) ** (1 / _DISPLAY_GAMMA))


def _display_light(signal: _Array, curve: Curve) -> _Array:
    """Return linear light on a display of 1000 cd/m2, 1 for that."""
    if curve == "pq":
        m1, m2, c1, c2, c3 = 2610 / 16384, 2523 / 32, 3424 / 4096, 2413 / 128, 2392 / 128
        root = signal ** (1 / m2)
        return np.asarray(
            np.clip((np.maximum(root - c1, 0) / (c2 - c3 * root)) ** (1 / m1) * 10_000 / _PEAK, 0, 1)
        )
    a, b, c = 0.17883277, 0.28466892, 0.55991073
    scene = np.where(signal <= 0.5, signal**2 / 3, (np.exp((signal - c) / a) + b) / 12)
    luminance = (scene @ _LUMA_2020)[..., None]
    return np.asarray(scene * luminance**0.2)  # system gamma 1.2 at 1000 cd/m2


def _to_standard_range(light: _Array) -> _Array:
    """Return BT.2020 R'G'B' in standard dynamic range: BT.2446-1, method A, clauses 4.1 and 4.2."""
    coded = light ** (1 / _DISPLAY_GAMMA)
    luma = coded @ _LUMA_2020
    mapped = _luma_curve(luma)
    factor = np.divide(mapped, 1.1 * luma, out=np.zeros_like(luma), where=luma > 0)
    blue = factor * (coded[..., 2] - luma) / 1.8814
    red = factor * (coded[..., 0] - luma) / 1.4746
    luma_out = mapped - np.maximum(0.1 * red, 0)
    r, b = luma_out + 1.4746 * red, luma_out + 1.8814 * blue
    g = (luma_out - _LUMA_2020[0] * r - _LUMA_2020[2] * b) / _LUMA_2020[1]
    return np.stack([r, g, b], axis=-1)


def _luma_curve(luma: _Array) -> _Array:
    """Return the tone-mapped luma: logarithmic, compressed by a knee, and back."""
    high = 1 + 32 * (_PEAK / 10_000) ** (1 / _DISPLAY_GAMMA)
    low = 1 + 32 * (_SDR_PEAK / 10_000) ** (1 / _DISPLAY_GAMMA)
    perceived = np.log(1 + (high - 1) * luma) / np.log(high)
    compressed = np.select(
        [perceived <= 0.7399, perceived < 0.9909],
        [1.0770 * perceived, -1.1510 * perceived**2 + 2.7811 * perceived - 0.6302],
        0.5 * perceived + 0.5,
    )
    return np.asarray((low**compressed - 1) / (low - 1))
