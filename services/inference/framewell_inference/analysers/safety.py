"""The `safety` analyser: one of five classes for every picture, from neutral to explicit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import run_rows
from framewell_inference.analysers.runs import LabelRuns
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.ports.models import Model
from framewell_models.manifest import ModelRef

NAME: Final = "safety"
DESCRIPTION: Final = "How safe a picture is to show."
SIDE: Final = 224
NEUTRAL: Final = "neutral"


@dataclass(frozen=True, slots=True)
class SafetyAnalyser:
    """A class other than `neutral` is only reported at the manifest's `flag` threshold or above."""

    model: Model
    vocabulary: Sequence[str]

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.model.manifest.ref,)

    def begin(self, *, still: bool = False) -> SafetyPass:  # noqa: ARG002  a still is a chunk of one frame
        return SafetyPass(self)


@dataclass(slots=True)
class SafetyPass:
    """One chunk: the likeliest class of every frame, drawn together into runs."""

    analyser: SafetyAnalyser
    runs: LabelRuns = field(default_factory=lambda: LabelRuns("safety"))

    def look(self, frames: Sequence[Frame]) -> None:
        rows = network_input([frame.picture for frame in frames])
        outputs = run_rows(self.analyser.model, "image", rows)
        for frame, probabilities in zip(frames, outputs["probabilities"], strict=True):
            self._note(frame, probabilities)

    def _note(self, frame: Frame, probabilities: Float) -> None:
        best = int(probabilities.argmax())
        label, score = self.analyser.vocabulary[best], float(probabilities[best])
        if label == NEUTRAL or score >= self.analyser.model.manifest.thresholds["flag"]:
            self.runs.note(frame, {label: score})
        else:
            self.runs.note(frame, {})

    def finish(self) -> Findings:
        return Findings(NAME, self.analyser.models[0], tuple(self.runs.finish()))


def network_input(pictures: Sequence[Picture]) -> Float:
    """Return the pictures scaled to squares, [n, 224, 224, 3] RGB 0..1."""
    squares = [cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA) for picture in pictures]
    return np.ascontiguousarray(np.stack(squares)[..., ::-1], dtype=np.float32) / np.float32(255)
