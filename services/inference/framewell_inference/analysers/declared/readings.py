"""What the outputs of a declared model mean: one reading for each task that looks at pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

import numpy as np

from framewell_inference.analysers.declared.boxes import Box, boxes_of
from framewell_inference.analysers.declared.pictures import Fitting
from framewell_inference.analysers.declared.scores import (
    activated,
    label_of,
    numbers_of,
    scores_of,
    sure_labels,
)
from framewell_inference.analysers.runs import LabelRuns
from framewell_inference.domain.observations import FractionBox, FrameSpan, Observation
from framewell_inference.domain.pictures import Array, Float, Frame, PixelBox
from framewell_inference.ports.calls import RunFailedError
from framewell_inference.ports.models import Model

MOST_DIMENSIONS: Final = 65_536
"""Numbers of a vector that is kept for every picture."""


class Reading(Protocol):
    """The rows of one chunk, read in order of time."""

    def note(self, frame: Frame, fitting: Fitting, outputs: Mapping[str, Array]) -> None:
        """Take in a frame's own row of every output."""
        ...

    def observations(self) -> tuple[Observation, ...]:
        """Return what was observed, in order of time."""
        ...

    @property
    def vectors(self) -> list[Float] | None:
        """Return the vectors that observations name by row; None for a task that makes none."""
        ...


@dataclass(slots=True)
class LabelReading:
    """Classification: runs of each label that reaches its threshold."""

    model: Model
    parameters: Mapping[str, Any]
    vectors: None = None
    runs: LabelRuns = field(default_factory=lambda: LabelRuns("label"))

    def note(self, frame: Frame, fitting: Fitting, outputs: Mapping[str, Array]) -> None:  # noqa: ARG002
        scores, top = scores_of(outputs, self.parameters), self.parameters["top"]
        self.runs.note(frame, sure_labels(scores, self.model.labels, self.model.manifest, top=top))

    def observations(self) -> tuple[Observation, ...]:
        return tuple(self.runs.finish())


@dataclass(slots=True)
class BoxReading:
    """Detection: an `object` for every box of every frame that reaches its label's threshold."""

    model: Model
    postprocessing: str
    parameters: Mapping[str, Any]
    vectors: None = None
    found: list[Observation] = field(default_factory=list)

    def note(self, frame: Frame, fitting: Fitting, outputs: Mapping[str, Array]) -> None:
        size = input_size(self.model)
        for box in boxes_of(self.postprocessing, outputs, self.parameters, self.model.manifest, size):
            self._note(frame, fitting.back(box.box), box)

    def _note(self, frame: Frame, place: PixelBox, box: Box) -> None:
        label = label_of(self.model.labels, box.place)
        if box.score < self.model.manifest.threshold(label):
            return
        shown = FractionBox.of(place, frame)
        if shown.width <= 0 or shown.height <= 0:
            return
        self.found.append(_observation("object", frame, box.score, box=shown, label=label))

    def observations(self) -> tuple[Observation, ...]:
        return tuple(self.found)


@dataclass(slots=True)
class VectorReading:
    """Embedding: a `picture` with a vector for every frame."""

    parameters: Mapping[str, Any]
    vectors: list[Float] = field(default_factory=list)
    found: list[Observation] = field(default_factory=list)

    def note(self, frame: Frame, fitting: Fitting, outputs: Mapping[str, Array]) -> None:  # noqa: ARG002
        vector = numbers_of(outputs, self.parameters).astype(np.float32).ravel()
        if not 0 < len(vector) <= MOST_DIMENSIONS:
            raise RunFailedError(f"its vectors have {len(vector)} numbers, 1 to {MOST_DIMENSIONS} are kept")
        if self.vectors and len(self.vectors[0]) != len(vector):
            lengths = f"{len(self.vectors[0])} and {len(vector)}"
            raise RunFailedError(f"its vectors have different lengths ({lengths})")
        if self.parameters["normalise"]:
            vector = vector / max(float(np.linalg.norm(vector)), 1e-12)
        self.found.append(_observation("picture", frame, 1.0, vector=len(self.vectors)))
        self.vectors.append(vector)

    def observations(self) -> tuple[Observation, ...]:
        return tuple(self.found)


@dataclass(slots=True)
class MaskReading:
    """Segmentation: a `region` for each label that covers enough of a frame, with the box around it.

    Its score is the mean score of its pixels; a mask without scores (class numbers) has 1.
    """

    model: Model
    parameters: Mapping[str, Any]
    vectors: None = None
    found: list[Observation] = field(default_factory=list)

    def note(self, frame: Frame, fitting: Fitting, outputs: Mapping[str, Array]) -> None:
        classes, scores = self._masked(np.squeeze(numbers_of(outputs, self.parameters)))
        height, width = classes.shape
        net_width, net_height = input_size(self.model)
        for place in np.unique(classes[classes >= 0]).tolist():  # below 0: no class
            label = label_of(self.model.labels, int(place))
            mask = classes == place
            if label == self.parameters["background"] or mask.mean() < self.parameters["least_share"]:
                continue
            score = float(scores[mask].mean())
            if score < self.model.manifest.threshold(label):
                continue
            x, y, across, down = _bounds(mask)
            fx, fy = net_width / width, net_height / height
            box = fitting.back(PixelBox(x * fx, y * fy, across * fx, down * fy))
            self.found.append(
                _observation("region", frame, score, box=FractionBox.of(box, frame), label=label)
            )

    def _masked(self, output: Array) -> tuple[Array, Float]:
        """Return the class of each pixel, [height, width], and how sure it is."""
        if output.ndim == 2:
            return output.astype(np.int64), np.ones(output.shape, np.float32)
        scores = activated(output, self.parameters["activation"], axis=0)
        return scores.argmax(axis=0), scores.max(axis=0)

    def observations(self) -> tuple[Observation, ...]:
        return tuple(self.found)


READINGS: Final[Mapping[str, Callable[[Model, str, Mapping[str, Any]], Reading]]] = {
    "classification": lambda model, _, parameters: LabelReading(model, parameters),
    "detection": BoxReading,
    "embedding": lambda _, __, parameters: VectorReading(parameters),
    "segmentation": lambda model, _, parameters: MaskReading(model, parameters),
}
"""Tasks that look at pictures and run a graph, and how its outputs are read."""


def input_size(model: Model) -> tuple[int, int]:
    """Return width and height of the network's input in pixels, as preprocessing makes it."""
    step = model.manifest.preprocessing
    assert step is not None, "a declared model has one"
    return step.parameters["width"], step.parameters["height"]


def _bounds(mask: Array) -> tuple[int, int, int, int]:
    """Return x, y, width and height of the rectangle around a mask that is not empty."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        int(columns[0]),
        int(rows[0]),
        int(columns[-1] - columns[0] + 1),
        int(rows[-1] - rows[0] + 1),
    )


def _observation(
    kind: str,
    frame: Frame,
    score: float,
    *,
    box: FractionBox | None = None,
    label: str = "",
    vector: int | None = None,
) -> Observation:
    return Observation(
        kind=kind,
        span=FrameSpan.of(frame),
        score=score,
        moment=(frame.pts, frame.index),
        box=box,
        label=label,
        shot=frame.shot,
        vector=vector,
    )
