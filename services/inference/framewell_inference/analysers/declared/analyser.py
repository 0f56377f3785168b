"""An analyser made of a declared model: task, steps, labels and thresholds are those of its manifest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_inference.analysers.batching import outputs_of_each
from framewell_inference.analysers.declared.pictures import PictureStep
from framewell_inference.analysers.declared.readings import READINGS, Reading
from framewell_inference.domain.observations import Findings, stacked
from framewell_inference.domain.pictures import Frame
from framewell_inference.ports.models import Model
from framewell_models.manifest import Manifest, ManifestError, ModelRef, Step


def looks(manifest: Manifest) -> bool:
    """Return whether a declared model looks at pictures."""
    return manifest.task in READINGS and not manifest.listens


@dataclass(frozen=True, slots=True)
class DeclaredAnalyser:
    """Looks at pictures with a declared model; its observations are named by model and version."""

    model: Model
    prepare: PictureStep
    postprocessing: Step

    @staticmethod
    def over(model: Model) -> DeclaredAnalyser:
        """Return the analyser of a model. Raises ManifestError when its task does not look at pictures."""
        manifest = model.manifest
        if not looks(manifest) or manifest.preprocessing is None or manifest.postprocessing is None:
            raise ManifestError(f"{manifest.ref}: no analyser looks at pictures for the task {manifest.task}")
        return DeclaredAnalyser(model, PictureStep.of(manifest.preprocessing), manifest.postprocessing)

    @property
    def name(self) -> str:
        return self.model.manifest.analyser_name

    @property
    def description(self) -> str:
        return self.model.manifest.intended_use

    @property
    def models(self) -> Sequence[ModelRef]:
        return (self.model.manifest.ref,)

    def begin(self, *, still: bool = False) -> DeclaredPass:  # noqa: ARG002  a still is a chunk of one frame
        step = self.postprocessing
        return DeclaredPass(self, READINGS[self.model.manifest.task](self.model, step.name, step.parameters))


@dataclass(slots=True)
class DeclaredPass:
    """One chunk through a declared model."""

    analyser: DeclaredAnalyser
    reading: Reading

    def look(self, frames: Sequence[Frame]) -> None:
        model = self.analyser.model
        name, dtype = _input(model, self.analyser)
        prepare, pictures = self.analyser.prepare, [frame.picture for frame in frames]
        rows = outputs_of_each(model, name, pictures, lambda part: prepare(part, dtype))
        for frame, outputs in zip(frames, rows, strict=True):
            self.reading.note(frame, prepare.fitting(frame.picture), outputs)

    def finish(self) -> Findings:
        vectors, observations = self.reading.vectors, self.reading.observations()
        rows = None if vectors is None else stacked(vectors, len(vectors[0]) if vectors else 1)
        return Findings(self.analyser.name, self.analyser.models[0], observations, rows)


def _input(model: Model, analyser: DeclaredAnalyser) -> tuple[str, np.dtype[np.generic]]:
    """Return name and type of the input that takes pictures: the one preprocessing names, or the first."""
    step = analyser.model.manifest.preprocessing
    wanted = step.parameters["input"] if step else ""
    for spec in model.inputs:
        if wanted in ("", spec.name):
            if spec.dtype.kind not in "fiu":
                raise ManifestError(f"{model.manifest.ref}: its input {spec.name} takes no numbers")
            return spec.name, spec.dtype
    raise ManifestError(f"{model.manifest.ref}: the graph has no input called {wanted!r}")
