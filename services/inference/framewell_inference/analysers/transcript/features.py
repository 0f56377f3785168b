"""Whisper's input: logarithms of 80 mel bands of 30 seconds of sound, as its training scaled them.

Bands by Slaney's scale, each of area one, over the power spectrum of 25 ms under a Hann window, 100 a second
(`whisper/audio.py`). The same as librosa's, which would bring numba and scipy along.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np

from framewell_inference.domain.pictures import Array, Float

RATE: Final = 16_000
SECONDS: Final = 30
SAMPLES: Final = SECONDS * RATE
BANDS: Final = 80
FFT: Final = 400
HOP: Final = 160

_LOWEST: Final = 1e-10
_RANGE: Final = 8.0
"""What lies further below the loudest, in powers of ten, counts as that far."""

_LINEAR_HZ: Final = 200 / 3
_LOGARITHMIC_FROM_HZ: Final = 1000.0
_LOGARITHMIC_STEP: Final = float(np.log(6.4)) / 27


def log_mel(samples: Float) -> Float:
    """Return [80, 3000] of at most 30 seconds of mono sound at 16 kHz; what is missing is silence."""
    sound = np.zeros(SAMPLES + FFT, np.float32)
    sound[FFT // 2 : FFT // 2 + len(samples)] = samples
    sound[: FFT // 2] = sound[FFT // 2 + 1 : FFT + 1][::-1]
    sound[-FFT // 2 :] = sound[-FFT - 1 : -FFT // 2 - 1][::-1]
    frames = np.lib.stride_tricks.sliding_window_view(sound, FFT)[: -HOP + 1 : HOP][: SAMPLES // HOP]
    power = np.abs(np.fft.rfft(frames * _window(), axis=1)) ** 2
    bands = np.log10(np.maximum(_filters() @ power.T, _LOWEST))
    return np.asarray((np.maximum(bands, bands.max() - _RANGE) + 4) / 4, np.float32)


@cache
def _window() -> Float:
    """Return the periodic Hann window."""
    return np.asarray(0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FFT) / FFT), np.float32)


@cache
def _filters() -> Float:
    """Return the triangles of the bands over the spectrum, [80, 201]."""
    spectrum = np.linspace(0, RATE / 2, FFT // 2 + 1)
    edges = _hertz(np.linspace(_mel(0.0), _mel(RATE / 2), BANDS + 2))[:, None]
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (spectrum - lower) / (centre - lower), (upper - spectrum) / (upper - centre)
    triangles = np.maximum(0, np.minimum(rising, falling)) * 2 / (upper - lower)
    return np.asarray(triangles, np.float32)


def _mel(hertz: float) -> float:
    """Return a frequency on Slaney's scale: linear below 1 kHz, logarithmic above."""
    if hertz < _LOGARITHMIC_FROM_HZ:
        return hertz / _LINEAR_HZ
    return _LOGARITHMIC_FROM_HZ / _LINEAR_HZ + float(np.log(hertz / _LOGARITHMIC_FROM_HZ)) / _LOGARITHMIC_STEP


def _hertz(mel: Array) -> Array:
    first = _LOGARITHMIC_FROM_HZ / _LINEAR_HZ
    above = _LOGARITHMIC_FROM_HZ * np.exp(_LOGARITHMIC_STEP * (mel - first))
    return np.asarray(np.where(mel < first, mel * _LINEAR_HZ, above))
