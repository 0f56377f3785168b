"""The `safety` analyser: one of five classes for every picture, from neutral to explicit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.analysers.runs import LabelRuns
from framewell_inference.analysers.scaling import squares
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
        pictures = squares(frames, SIDE)
        outputs = run_pictures(self.analyser.model, "image", pictures, network_input)
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
    """Return squares as the network takes them: [n, 224, 224, 3] RGB 0..1."""
    return np.ascontiguousarray(np.stack(pictures)[..., ::-1], dtype=np.float32) / np.float32(255)
