"""Filters that sum a spectrum up into mel bands, as HTK and Kaldi lay them: triangles on HTK's mel scale."""

from __future__ import annotations

import numpy as np

from framewell_inference.domain.pictures import Float


def htk_triangles(bands: int, fft: int, rate: int, lowest_hz: float, highest_hz: float) -> Float:
    """Return the triangles of the bands over the spectrum of an FFT, [fft / 2 + 1, bands]."""
    spectrum = _mel(np.linspace(0, rate / 2, fft // 2 + 1, dtype=np.float32))[:, None]
    edges = np.linspace(float(_mel(lowest_hz)), float(_mel(highest_hz)), bands + 2)
    lower, centre, upper = edges[:-2], edges[1:-1], edges[2:]
    rising, falling = (spectrum - lower) / (centre - lower), (upper - spectrum) / (upper - centre)
    filters = np.maximum(0, np.minimum(rising, falling))
    filters[0] = 0
    return np.asarray(filters, np.float32)


def _mel(hertz: Float | float) -> Float:
    """Return frequencies on the mel scale, as HTK defines it."""
    return np.asarray(1127 * np.log1p(np.asarray(hertz, np.float64) / 700))
