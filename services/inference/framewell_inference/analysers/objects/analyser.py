"""The `objects` analyser: people, vehicles, animals and things with their place, where that is sure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from framewell_inference.analysers.objects.detection import ObjectDetector
from framewell_inference.analysers.objects.tracks import ObjectTracks
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame
from framewell_inference.ports.models import Model
from framewell_models.manifest import ModelRef

NAME: Final = "objects"
DESCRIPTION: Final = "People, vehicles, animals and things with their place, where that is sure."


@dataclass(frozen=True, slots=True)
class ObjectAnalyser:
    """An object begins at the threshold of its label in the model's manifest."""

    model: Model
    labels: Sequence[str]

    @property
    def name(self) -> str:
        return NAME

    @property
    def description(self) -> str:
        return DESCRIPTION

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.model.manifest.ref,)

    def begin(self, *, still: bool = False) -> ObjectPass:  # noqa: ARG002  a still is a chunk of one frame
        return ObjectPass(self, ObjectDetector(self.model))


@dataclass(slots=True)
class ObjectPass:
    """One chunk: an `object` for every thing of a shot, for as long as it is seen."""

    analyser: ObjectAnalyser
    detect: ObjectDetector
    tracks: ObjectTracks = field(default_factory=ObjectTracks)

    def look(self, frames: Sequence[Frame]) -> None:
        threshold = self.analyser.model.manifest.threshold
        found = self.detect([frame.picture for frame in frames])
        for frame, objects in zip(frames, found, strict=True):
            labels = [self.analyser.labels[one.place] for one in objects]
            sure = [one.score >= threshold(label) for one, label in zip(objects, labels, strict=True)]
            self.tracks.note(frame, objects, labels, sure)

    def finish(self) -> Findings:
        return Findings(NAME, self.analyser.models[0], tuple(self.tracks.finish()))
