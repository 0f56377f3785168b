"""The `speech` analyser: where somebody speaks, from 16 kHz mono sound.

Silero's sequence graph takes many 32 ms windows in one run and hands its state on, so an hour costs
some hundred runs and not a hundred thousand; its probabilities equal those of the window-by-window graph.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from framewell_inference.domain.observations import SoundSegment
from framewell_inference.domain.pictures import Float
from framewell_inference.ports.models import Model
from framewell_inference.ports.step_times import Step, taking
from framewell_models.manifest import ModelRef

NAME: Final = "speech"
DESCRIPTION: Final = "Where somebody speaks."
SAMPLE_RATE: Final = 16_000
WINDOW: Final = 512
CONTEXT: Final = 64
WINDOW_SECONDS: Final = WINDOW / SAMPLE_RATE

WINDOWS_A_RUN: Final = 1024
"""33 seconds of sound: bounds memory whatever the length."""


@dataclass(frozen=True, slots=True)
class SpeechAnalyser:
    """Hysteresis as in Silero's own post-processing: speech starts at `start`, ends below `stop`."""

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
        """Return the segments of speech in the sound that `blocks` make together, in order of time."""
        step = self.model.manifest.postprocessing
        parameters = step.parameters if step else {}
        thresholds = self.model.manifest.thresholds
        probabilities = self.probabilities(blocks)
        segments = _hysteresis(
            probabilities,
            thresholds["start"],
            thresholds["stop"],
            min_silence=float(parameters.get("min_silence_ms", 300)) / 1000,
        )
        shortest, pad = (float(parameters.get(name, 0)) / 1000 for name in ("min_speech_ms", "pad_ms"))
        return [
            SoundSegment(
                start_seconds=max(0.0, first * WINDOW_SECONDS - pad),
                end_seconds=min(len(probabilities) * WINDOW_SECONDS, last * WINDOW_SECONDS + pad),
                score=float(probabilities[first:last].mean()),
                kind=NAME,
            )
            for first, last in segments
            if (last - first) * WINDOW_SECONDS >= shortest
        ]

    def probabilities(self, blocks: Iterable[Float]) -> Float:
        """Return the probability of speech in every window of 512 samples, the last padded with silence."""
        state = {name: np.zeros((1, 1, 128), np.float32) for name in ("h", "c")}
        parts = []
        for windows in _windows(blocks):
            with taking(Step.RUN):
                outputs = self.model.run({"input": windows, **state})
            state = {"h": outputs["hn"], "c": outputs["cn"]}
            parts.append(outputs["speech_probs"])
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


def _windows(blocks: Iterable[Float]) -> Iterator[Float]:
    """Yield [n, 576]: each window after the 64 samples before it, at most WINDOWS_A_RUN at once."""
    held = np.zeros(CONTEXT, np.float32)
    for block in blocks:
        held = np.concatenate([held, block])
        while len(held) - CONTEXT >= WINDOWS_A_RUN * WINDOW:
            end = WINDOWS_A_RUN * WINDOW
            yield _framed(held[: CONTEXT + end])
            held = held[end:]
    rest = len(held) - CONTEXT
    if rest > 0:
        padded = np.zeros(CONTEXT + -(-rest // WINDOW) * WINDOW, np.float32)
        padded[: len(held)] = held
        yield _framed(padded)


def _framed(samples: Float) -> Float:
    view = np.lib.stride_tricks.sliding_window_view(samples, CONTEXT + WINDOW)[::WINDOW]
    return np.ascontiguousarray(view)


def _hysteresis(
    probabilities: Float, start: float, stop: float, *, min_silence: float
) -> list[tuple[int, int]]:
    """Return window ranges of speech; pauses shorter than `min_silence` seconds do not end one."""
    min_silent_windows = round(min_silence / WINDOW_SECONDS)
    found: list[tuple[int, int]] = []
    began: int | None = None
    last_speech = 0
    for index, probability in enumerate(probabilities):
        if probability >= start:
            began = index if began is None else began
            last_speech = index
        elif began is not None and probability >= stop:
            last_speech = index
        elif began is not None and index - last_speech > min_silent_windows:
            found.append((began, last_speech + 1))
            began = None
    if began is not None:
        found.append((began, last_speech + 1))
    return found
