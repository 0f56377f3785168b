"""What an analyser saw, before it becomes a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from framewell_inference.domain.pictures import Float, Frame, PixelBox
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class Stretch:
    """pts and frame indexes from the first (inclusive) to the last (exclusive)."""

    start_pts: int
    end_pts: int
    first_frame: int
    end_frame: int

    @staticmethod
    def of(frame: Frame) -> Stretch:
        return Stretch(frame.pts, frame.until_pts, frame.index, frame.until_index)

    def joined(self, later: Stretch) -> Stretch:
        return Stretch(self.start_pts, later.end_pts, self.first_frame, later.end_frame)


@dataclass(frozen=True, slots=True)
class FractionBox:
    """A rectangle in fractions of the displayed picture, clipped to it."""

    x: float
    y: float
    width: float
    height: float

    @staticmethod
    def of(box: PixelBox, frame: Frame) -> FractionBox:
        left, top = max(0.0, box.x), max(0.0, box.y)
        right, bottom = min(float(frame.width), box.right), min(float(frame.height), box.bottom)
        return FractionBox(
            left / frame.width,
            top / frame.height,
            max(0.0, right - left) / frame.width,
            max(0.0, bottom - top) / frame.height,
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation. `vector` is its row in the findings' vectors, -1 when it has none.

    `attributes` are the facts of its kind, all documented in `docs/observations.md`.
    """

    kind: str
    stretch: Stretch
    score: float
    moment: tuple[int, int] | None = None
    """(pts, frame index) of the picture it was measured in; none for sound."""
    box: FractionBox | None = None
    label: str = ""
    text: str = ""
    attributes: Mapping[str, str] = field(default_factory=dict)
    vector: int = -1


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """All one analyser saw in one chunk, picture or sound, in order of time.

    `model` is the model whose output the observations are and whose space the vectors lie in.
    """

    analyser: str
    model: ModelRef
    seen: tuple[Seen, ...]
    vectors: Float | None = None
    """[rows, dimensions] float32; none for analysers that make no vectors."""

    def __post_init__(self) -> None:
        rows = 0 if self.vectors is None else len(self.vectors)
        if any(item.vector >= rows for item in self.seen):
            raise ValueError(f"{self.analyser}: an observation names a vector row beyond {rows}")


@dataclass(frozen=True, slots=True)
class SpeechStretch:
    """Somebody speaks; seconds count from the first sample, which is the asset's start."""

    start_seconds: float
    end_seconds: float
    score: float


def stacked(vectors: list[Float], dimensions: int) -> Float:
    """Rows as one array, [0, dimensions] when there are none."""
    return np.stack(vectors) if vectors else np.zeros((0, dimensions), np.float32)
