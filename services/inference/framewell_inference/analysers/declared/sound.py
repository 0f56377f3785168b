"""Declared models that listen: windows of sound to runs of labels (`sequence`) or vectors (`embedding`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from framewell_inference.analysers.batching import run_rows
from framewell_inference.analysers.declared.mel import MelBands
from framewell_inference.analysers.declared.scores import activated, numbers_of, sure_labels
from framewell_inference.domain.observations import SoundSegment
from framewell_inference.domain.pictures import Array, Float
from framewell_inference.ports.models import Model
from framewell_models.manifest import ManifestError, ModelRef, Step

RATE: Final = 16_000
EMBEDDING: Final = "embedding"
KIND: Final = "sound"
LOG_MEL: Final = "log-mel"

WINDOWS_AT_ONCE: Final = 64
"""Bounds memory whatever the length of the sound."""


@dataclass(frozen=True)
class DeclaredSound:
    """Listens with a declared model: reports a label for as long as windows reach its threshold.

    A model of the task `embedding` describes every window by a vector instead.
    """

    model: Model
    preprocessing: Step
    postprocessing: Step

    @staticmethod
    def over(model: Model) -> DeclaredSound:
        """Return the analyser of a model. Raises ManifestError when its task does not listen."""
        manifest = model.manifest
        if not manifest.listens or manifest.preprocessing is None or manifest.postprocessing is None:
            raise ManifestError(f"{manifest.ref}: no analyser listens for the task {manifest.task}")
        return DeclaredSound(model, manifest.preprocessing, manifest.postprocessing)

    @property
    def name(self) -> str:
        return self.model.manifest.analyser_name

    @property
    def description(self) -> str:
        return self.model.manifest.intended_use

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.model.manifest.ref,)

    def listen(self, blocks: Iterable[Float]) -> Sequence[SoundSegment]:
        """Return one segment for each time a label was heard, or for each window, in order of time."""
        given = self.preprocessing.parameters
        window, hop = _samples(given["window_seconds"]), _samples(given["hop_seconds"])
        runs, vectors, heard = _Runs(), list[SoundSegment](), 0
        describes = self.model.manifest.task == EMBEDDING
        for samples, windows in _windows(blocks, window, hop):
            for values in self._vectors(windows) if describes else self._scores(windows):
                start, end = heard * hop / RATE, min(heard * hop + window, samples) / RATE
                heard += 1
                if describes:
                    vectors.append(SoundSegment(start, end, 1.0, KIND, vector=values))
                    continue
                top = self.postprocessing.parameters["top"]
                runs.note(start, end, sure_labels(values, self.model.labels, self.model.manifest, top=top))
        return vectors or runs.finish()

    def _vectors(self, windows: Float) -> Float:
        """Return one vector for each of windows [n, samples], [n, dimensions]."""
        given = self.postprocessing.parameters
        values = numbers_of(self._run(self._prepared(windows)), given).reshape(len(windows), -1)
        if not given["normalise"]:
            return values
        lengths = np.linalg.norm(values, axis=1, keepdims=True)
        return np.asarray(values / np.maximum(lengths, 1e-12), np.float32)

    def _scores(self, windows: Float) -> Float:
        """Return the scores of windows [n, samples], [n, labels]."""
        given = self.postprocessing.parameters
        values = numbers_of(self._run(self._prepared(windows)), given)
        return activated(values.reshape(len(windows), -1), given["activation"])

    def _prepared(self, windows: Float) -> Array:
        if self.preprocessing.name != LOG_MEL:
            return windows
        bands = np.stack([self._mel(window) for window in windows])
        return bands.transpose(0, 2, 1) if self.preprocessing.parameters["layout"] == "bands-time" else bands

    def _run(self, rows: Array) -> dict[str, Array]:
        wanted = self.preprocessing.parameters["input"]
        spec = next((one for one in self.model.inputs if wanted in ("", one.name)), None)
        if spec is None:
            raise ManifestError(f"{self.model.manifest.ref}: the graph has no input called {wanted!r}")
        rows = np.ascontiguousarray(rows, spec.dtype)
        if self.preprocessing.parameters["layout"] != "single":
            return run_rows(self.model, spec.name, rows.reshape(_with_channels(rows, len(spec.shape))))
        parts = [self.model.run({spec.name: row}) for row in rows]
        return {name: np.stack([part[name] for part in parts]) for name in parts[0]}

    @cached_property
    def _mel(self) -> MelBands:
        given = self.preprocessing.parameters
        return MelBands(
            rate=RATE,
            fft=given["fft"],
            frame_samples=given["frame_samples"],
            step_samples=given["step_samples"],
            bands=given["bands"],
            lowest_hz=given["lowest_hz"],
            highest_hz=given["highest_hz"],
            offset=given["offset"],
        )


class _Runs:
    """Labels of overlapping windows, joined."""

    def __init__(self) -> None:
        self._open: dict[str, SoundSegment] = {}
        self._closed: list[SoundSegment] = []

    def note(self, start: float, end: float, labels: dict[str, float]) -> None:
        """Take in the labels of the next window; its ends are in seconds."""
        for label in [label for label in self._open if label not in labels]:
            self._closed.append(self._open.pop(label))
        for label, score in labels.items():
            run = self._open.get(label)
            first, best = (run.start_seconds, max(run.score, score)) if run else (start, score)
            self._open[label] = SoundSegment(first, end, best, KIND, label)

    def finish(self) -> list[SoundSegment]:
        """Return all runs in order of their start."""
        return sorted([*self._closed, *self._open.values()], key=lambda one: (one.start_seconds, one.label))


def _windows(blocks: Iterable[Float], window: int, hop: int) -> Iterator[tuple[int, Float]]:
    """Yield how many samples came so far, and windows [n, window]; the last one is padded with silence.

    A rest that an earlier window holds already makes none of its own.
    """
    held, total, begun = np.zeros(0, np.float32), 0, False
    for block in blocks:
        held, total = np.concatenate([held, block]), total + len(block)
        while len(held) >= window + (WINDOWS_AT_ONCE - 1) * hop:
            yield total, _framed(held, window, hop, WINDOWS_AT_ONCE)
            held, begun = held[WINDOWS_AT_ONCE * hop :], True
    whole = (len(held) - window) // hop + 1 if len(held) >= window else 0
    if whole:
        yield total, _framed(held, window, hop, whole)
        held, begun = held[whole * hop :], True
    if len(held) > (window - hop if begun else 0):
        yield total, np.pad(held[:window], (0, max(0, window - len(held))))[None]


def _framed(samples: Float, window: int, hop: int, count: int) -> Float:
    view = np.lib.stride_tricks.sliding_window_view(samples, window)[: count * hop : hop]
    return np.ascontiguousarray(view)


def _samples(seconds: float) -> int:
    return max(1, round(seconds * RATE))


def _with_channels(rows: Array, dimensions: int) -> tuple[int, ...]:
    """Return the shape of rows with as many dimensions as the graph takes: ones after the first."""
    missing = max(0, dimensions - rows.ndim)
    return (rows.shape[0], *(1 for _ in range(missing)), *rows.shape[1:])
