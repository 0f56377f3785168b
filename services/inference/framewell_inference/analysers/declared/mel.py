"""Logarithms of mel bands, as VGGish and YAMNet take them: magnitudes, the HTK scale, natural logarithm.

librosa has the same and would bring numba and scipy along; this is one matrix product.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from framewell_inference.analysers.mel import htk_triangles
from framewell_inference.domain.pictures import Float


@dataclass(frozen=True)
class MelBands:
    """Frames of `frame_samples` under a Hann window, one each `step_samples`, as `bands` logarithms."""

    rate: int
    fft: int
    frame_samples: int
    step_samples: int
    bands: int
    lowest_hz: float
    highest_hz: float
    offset: float

    def __call__(self, samples: Float) -> Float:
        """Return [frames, bands] of mono samples; a sound shorter than a frame is padded with silence."""
        padded = np.pad(samples, (0, max(0, self.frame_samples - len(samples))))
        frames = np.lib.stride_tricks.sliding_window_view(padded, self.frame_samples)[:: self.step_samples]
        spectrum = np.abs(np.fft.rfft(frames * self._window, self.fft, axis=1))
        return np.asarray(np.log(spectrum @ self._filters + self.offset), np.float32)

    @cached_property
    def _window(self) -> Float:
        """Return the periodic Hann window."""
        turn = 2 * np.pi * np.arange(self.frame_samples) / self.frame_samples
        return np.asarray(0.5 - 0.5 * np.cos(turn), np.float32)

    @cached_property
    def _filters(self) -> Float:
        """Return the triangles of the bands over the spectrum, [fft / 2 + 1, bands]."""
        return htk_triangles(self.bands, self.fft, self.rate, self.lowest_hz, self.highest_hz)
