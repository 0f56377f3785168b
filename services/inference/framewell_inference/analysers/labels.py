"""The `labels` analyser: what a picture shows in 1000 words, and its features for finding similar ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.runs import LabelRuns
from framewell_inference.domain.observations import Findings, FrameSpan, Observation, stacked
from framewell_inference.domain.pictures import Float, Frame, Picture
from framewell_inference.ports.models import Model
from framewell_models.manifest import ModelRef

NAME: Final = "labels"
DESCRIPTION: Final = "What a picture shows, in 1000 words, and features for finding similar pictures."
SIDE: Final = 224
DIMENSIONS: Final = 1280


@dataclass(frozen=True, slots=True)
class LabelAnalyser:
    """`vocabulary` is the model's labels in output order; synonyms after the first comma are dropped."""

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

    def begin(self, *, still: bool = False) -> LabelPass:  # noqa: ARG002  a still is a chunk of one frame
        return LabelPass(self)


@dataclass(slots=True)
class LabelPass:
    """One chunk: a `picture` with features for every frame, a `label` for every run of one."""

    analyser: LabelAnalyser
    runs: LabelRuns = field(default_factory=lambda: LabelRuns("label"))
    pictures: list[Observation] = field(default_factory=list)
    vectors: list[Float] = field(default_factory=list)

    def look(self, frame: Frame) -> None:
        outputs = self.analyser.model.run({"image": network_input(frame.picture)})
        probabilities = outputs["probabilities"][0]
        limit = self.analyser.model.manifest.thresholds["report"]
        self.runs.note(
            frame,
            {
                self.analyser.vocabulary[index].partition(",")[0]: float(probabilities[index])
                for index in np.flatnonzero(probabilities >= limit).tolist()
            },
        )
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
        self.vectors.append(outputs["features"][0])

    def finish(self) -> Findings:
        observations = (*self.runs.finish(), *self.pictures)
        return Findings(NAME, self.analyser.models[0], observations, stacked(self.vectors, DIMENSIONS))


def network_input(picture: Picture) -> Float:
    """Return the picture scaled to a square, [1, 3, 224, 224] RGB 0..255."""
    square = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA)[..., ::-1]
    return np.ascontiguousarray(square.transpose(2, 0, 1)[None], dtype=np.float32)
