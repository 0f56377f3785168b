"""The `sounds` analyser: where there is music, singing, noise or silence.

The model hears speech, singing and music, each for itself, so that one may lie over another; what is none of
them and not silent is noise. Where somebody speaks the analyser `speech` says.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from framewell_inference.analysers.mel import htk_triangles
from framewell_inference.domain.observations import SoundSegment
from framewell_inference.domain.pictures import Array, Float
from framewell_inference.ports.models import Model
from framewell_inference.ports.step_times import Step, taking
from framewell_models.manifest import ModelRef

NAME: Final = "sounds"
DESCRIPTION: Final = "Where there is music, singing, noise or silence."
KIND: Final = "sound"

SPEECH, SINGING, MUSIC = "speech", "singing", "music"
NOISE, SILENCE = "noise", "silence"

RATE: Final = 16_000
FRAME: Final = 400
STEP: Final = 160
FRAMES_A_SECOND: Final = RATE // STEP

_FFT: Final = 512
_BANDS: Final = 80
_LOWEST_HZ: Final = 20.0
_EMPHASIS: Final = 0.97
_FULL_SCALE: Final = 32768.0
_FLOOR: Final = 1e-20

FRAMES_A_RUN: Final = 3000
"""Half a minute: bounds memory whatever the length."""

AROUND: Final = 160
"""Frames that the model remembers or looks ahead: as many are given beside those that are asked about."""


@dataclass(frozen=True, slots=True)
class SoundsAnalyser:
    """Averages probabilities over a time, and reports what stays over its threshold for long enough."""

    model: Model

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.model.manifest.ref,)

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        """Return segments in order of time; music may lie under singing, noise and silence lie apart."""
        probabilities, levels = self.heard(blocks)
        if not len(levels):
            return []
        step = self.model.manifest.postprocessing
        given = step.parameters if step else {}
        thresholds = self.model.manifest.thresholds
        smooth = round(float(given["smooth_seconds"]) * FRAMES_A_SECOND)
        shares = {name: _averaged(probabilities[:, at], smooth) for at, name in enumerate(self.model.labels)}
        silent = _averaged(levels**2, smooth) < 10 ** (thresholds["silence_dbfs"] / 10)
        known = np.zeros(len(levels), bool)
        for name, share in shares.items():
            known |= share >= thresholds[name]
        there: Mapping[str, Array] = {
            MUSIC: (shares[MUSIC] >= thresholds[MUSIC]) & ~silent,
            SINGING: (shares[SINGING] >= thresholds[SINGING]) & ~silent,
            NOISE: ~known & ~silent,
            SILENCE: silent,
        }
        sure = shares | {NOISE: 1 - np.max(list(shares.values()), axis=0), SILENCE: silent.astype(np.float32)}
        found = [
            SoundSegment(
                start_seconds=first / FRAMES_A_SECOND,
                end_seconds=last / FRAMES_A_SECOND,
                score=float(sure[label][first:last].mean()),
                kind=KIND,
                label=label,
            )
            for label, present in there.items()
            for first, last in runs(
                present,
                shortest=round(float(given["shortest_seconds"]) * FRAMES_A_SECOND),
                gap=round(float(given["gap_seconds"]) * FRAMES_A_SECOND),
            )
        ]
        return sorted(found, key=lambda one: (one.start_seconds, one.label))

    def heard(self, blocks: Iterable[Float]) -> tuple[Float, Float]:
        """Return the probabilities of each frame [frames, labels], and its level (RMS) [frames]."""
        probabilities, levels = [], []
        for features, level, first, last in _runs_of_frames(blocks):
            with taking(Step.RUN):
                outputs = self.model.run({"features": features[None]})
            probabilities.append(outputs["probabilities"][0, first:last])
            levels.append(level[first:last])
        if not levels:
            return np.zeros((0, len(self.model.labels)), np.float32), np.zeros(0, np.float32)
        return np.concatenate(probabilities), np.concatenate(levels)


def runs(present: Array, *, shortest: int, gap: int) -> Iterator[tuple[int, int]]:
    """Yield where something is present, [first, last): shorter gaps are none, shorter runs are left out."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], present.astype(np.int8), [0]])))
    joined: list[list[int]] = []
    for first, last in edges.reshape(-1, 2).tolist():
        if joined and first - joined[-1][1] < gap:
            joined[-1][1] = last
        else:
            joined.append([first, last])
    yield from ((first, last) for first, last in joined if last - first >= shortest)


def filter_banks(samples: Float) -> Float:
    """Return Kaldi's filter banks, [frames, 80]: natural logarithms of the power in each band.

    Frames of 25 ms without their mean, emphasised, under a window between Hann's and Hamming's, 100 a second.
    """
    frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::STEP] * np.float32(_FULL_SCALE)
    frames = frames - frames.mean(axis=1, keepdims=True)
    emphasised = frames.copy()
    emphasised[:, 1:] -= np.float32(_EMPHASIS) * frames[:, :-1]
    power = np.abs(np.fft.rfft(emphasised * _window(), _FFT, axis=1)) ** 2
    return np.asarray(np.log(np.maximum(power @ _filters(), _FLOOR)), np.float32)


def _runs_of_frames(blocks: Iterable[Float]) -> Iterator[tuple[Float, Float, int, int]]:
    """Yield features and levels of frames, and which of them [first, last) are asked about.

    The others lie around them, as far as there are any.
    """
    held, before = np.zeros(0, np.float32), 0
    whole = (FRAMES_A_RUN + AROUND - 1) * STEP + FRAME
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) >= whole + before * STEP:
            yield *_framed(held[: whole + before * STEP]), before, before + FRAMES_A_RUN
            gone = before + FRAMES_A_RUN - AROUND
            held, before = held[gone * STEP :], AROUND
    if (len(held) - FRAME) // STEP + 1 > before:
        features, levels = _framed(held)
        yield features, levels, before, len(levels)


def _framed(samples: Float) -> tuple[Float, Float]:
    with taking(Step.PREPARE):
        frames = np.lib.stride_tricks.sliding_window_view(samples, FRAME)[::STEP]
        return filter_banks(samples), np.sqrt((frames**2).mean(axis=1))


def _averaged(values: Float, size: int) -> Float:
    """Return the mean of `size` values around each; at the ends of those that there are."""
    sums = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    at = np.arange(len(values))
    first, last = np.maximum(0, at - size // 2), np.minimum(len(values), at + size - size // 2)
    return np.asarray((sums[last] - sums[first]) / (last - first), np.float32)


@cache
def _window() -> Float:
    """Return Povey's window: Hann's to the power of 0.85."""
    return np.asarray((0.5 - 0.5 * np.cos(2 * np.pi * np.arange(FRAME) / (FRAME - 1))) ** 0.85, np.float32)


@cache
def _filters() -> Float:
    return htk_triangles(_BANDS, _FFT, RATE, _LOWEST_HZ, RATE / 2)
