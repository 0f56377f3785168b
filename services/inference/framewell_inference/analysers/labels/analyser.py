"""The `labels` analyser: what a picture shows, in words that are sure, and features to find similar ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.analysers.labels.vocabulary import Vocabulary
from framewell_inference.analysers.runs import LabelRuns
from framewell_inference.analysers.scaling import squares
from framewell_inference.domain.observations import Findings, FrameSpan, Observation, stacked
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.ports.models import Model
from framewell_models.manifest import ModelRef

NAME: Final = "labels"
DESCRIPTION: Final = "What a picture shows, where that is sure, and features for finding similar pictures."
SIDE: Final = 224
DIMENSIONS: Final = 1280
LABEL_CLASSES: Final = 1000


@dataclass(frozen=True, slots=True)
class LabelAnalyser:
    """Reports the words of a vocabulary over the model's classes; better none than a wrong one."""

    model: Model
    vocabulary: Vocabulary

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.model.manifest.ref,)

    def begin(self, *, still: bool = False) -> LabelPass:  # noqa: ARG002  a still is a chunk of one frame
        return LabelPass(self)


@dataclass(slots=True)
class LabelPass:
    """One chunk: a `picture` with features for every frame, a `label` for every run of one."""

    analyser: LabelAnalyser
    runs: LabelRuns = field(default_factory=lambda: LabelRuns("label"))
    pictures: list[Observation] = field(default_factory=list)
    vectors: list[Float] = field(default_factory=list)

    def look(self, frames: Sequence[Frame]) -> None:
        pictures = squares(frames, SIDE)
        outputs = run_pictures(self.analyser.model, "image", pictures, network_input)
        for frame, probabilities, features in zip(
            frames, outputs["probabilities"], outputs["features"], strict=True
        ):
            self._note(frame, probabilities, features)

    def _note(self, frame: Frame, probabilities: Float, features: Float) -> None:
        general = self.analyser.model.manifest.thresholds["report"]
        self.runs.note(frame, self.analyser.vocabulary.reported(probabilities, general))
        self.pictures.append(
            Observation(
                kind="picture",
                span=FrameSpan.of(frame),
                score=1.0,
                moment=(frame.pts, frame.index),
                shot=frame.shot,
                vector=len(self.vectors),
            )
        )
        self.vectors.append(features)

    def finish(self) -> Findings:
        observations = (*self.runs.finish(), *self.pictures)
        return Findings(NAME, self.analyser.models[0], observations, stacked(self.vectors, DIMENSIONS))


def network_input(pictures: Sequence[Picture]) -> Float:
    """Return squares as the network takes them: [n, 3, 224, 224] RGB 0..255."""
    return np.ascontiguousarray(np.stack(pictures)[..., ::-1].transpose(0, 3, 1, 2), dtype=np.float32)
