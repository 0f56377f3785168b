"""What an analyser observed, before it becomes a message."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from framewell.media.v1.media_pb2 import FaceAttributes, SpeechAttributes, TextAttributes
from framewell_inference.domain.pictures import Float, Frame, PixelBox
from framewell_models.manifest import ModelRef

Attributes = FaceAttributes | TextAttributes | SpeechAttributes
"""What is measured of some kinds only: the contract's own messages."""


@dataclass(frozen=True, slots=True)
class FrameSpan:
    """A span of an asset: pts and frame indexes from the first (inclusive) to the last (exclusive)."""

    start_pts: int
    end_pts: int
    first_frame: int
    end_frame: int

    @staticmethod
    def of(frame: Frame) -> FrameSpan:
        """Return the span from a sampled frame to the next one."""
        return FrameSpan(frame.pts, frame.until_pts, frame.index, frame.until_index)

    def joined(self, later: FrameSpan) -> FrameSpan:
        """Return the span from the start of this one to the end of a later one."""
        return FrameSpan(self.start_pts, later.end_pts, self.first_frame, later.end_frame)


@dataclass(frozen=True, slots=True)
class FractionBox:
    """A rectangle in fractions of the displayed picture, clipped to it."""

    x: float
    y: float
    width: float
    height: float

    @staticmethod
    def of(box: PixelBox, frame: Frame) -> FractionBox:
        """Return a box in pixels of a frame as fractions of it."""
        left, top = max(0.0, box.x), max(0.0, box.y)
        right, bottom = min(float(frame.width), box.right), min(float(frame.height), box.bottom)
        return FractionBox(
            left / frame.width,
            top / frame.height,
            max(0.0, right - left) / frame.width,
            max(0.0, bottom - top) / frame.height,
        )


@dataclass(frozen=True, slots=True)
class Observation:
    """One observation; what each kind carries is documented in `docs/observations.md`."""

    kind: str
    span: FrameSpan
    score: float
    moment: tuple[int, int] | None = None
    """(pts, frame index) of the picture it was measured in; none for sound."""
    box: FractionBox | None = None
    label: str = ""
    text: str = ""
    shot: int | None = None
    """Provisional shot inside the chunk, from 0; none for sound."""
    attributes: Attributes | None = None
    below: int | None = None
    """Of a line of text: ordinal of the line right below that belongs to it, among the same findings."""
    vector: int | None = None
    """Its row in the findings' vectors; none when it has no vector."""


@dataclass(frozen=True, slots=True, eq=False)
class Findings:
    """All that one analyser observed in one chunk, picture or sound, in order of time.

    `model` is the model whose output the observations are and whose space the vectors lie in.
    Raises ValueError when an observation names a vector row that does not exist, or rows beside do not match.
    """

    analyser: str
    model: ModelRef
    observations: tuple[Observation, ...]
    vectors: Float | None = None
    """[rows, dimensions] float32; none for analysers that make no vectors."""
    beside: Mapping[ModelRef, Float] = field(default_factory=dict)
    """The same rows as other embeddings describe them."""

    def __post_init__(self) -> None:
        rows = 0 if self.vectors is None else len(self.vectors)
        for model, vectors in self.beside.items():
            if len(vectors) != rows:
                raise ValueError(f"{self.analyser}: {model} describes {len(vectors)} rows of {rows}")
        if any(one.vector is not None and one.vector >= rows for one in self.observations):
            raise ValueError(f"{self.analyser}: an observation names a vector row beyond {rows}")


@dataclass(frozen=True, slots=True)
class Word:
    """One word that is said, with the punctuation at it; seconds count as its segment's do."""

    text: str
    start_seconds: float
    end_seconds: float
    score: float


@dataclass(frozen=True, slots=True)
class SoundSegment:
    """A segment in which something is heard; seconds count from the first sample, the asset's start."""

    start_seconds: float
    end_seconds: float
    score: float
    kind: str
    label: str = ""
    text: str = ""
    words: tuple[Word, ...] = ()
    """Of what is said: the words of `text`, in order."""
    language: str = ""
    """Of what is said (BCP 47)."""
    language_score: float = 0.0
    vector: Float | None = field(default=None, compare=False)
    """Of a sound that a model describes: [dimensions] float32."""


def stacked(vectors: list[Float], dimensions: int) -> Float:
    """Return the rows as one array, [0, dimensions] when there are none."""
    return np.stack(vectors) if vectors else np.zeros((0, dimensions), np.float32)
