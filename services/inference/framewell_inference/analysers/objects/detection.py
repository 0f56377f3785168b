"""Boxes of a detector whose graph gives the scores and the corners of all its cells (NanoDet)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.domain.pictures import Float, Picture, PixelBox
from framewell_inference.ports.models import Model

SIDE: Final = 416
MOST: Final = 100
"""Most boxes of one picture, the surest."""

FOLLOWED_FROM: Final = 0.35
"""Score from which a box goes on with an object that was seen before, be it too low to begin one."""


@dataclass(frozen=True, slots=True)
class DetectedObject:
    """A box in pixels of the picture, the place of its label among the scores, and its score."""

    box: PixelBox
    place: int
    score: float


@dataclass(frozen=True, slots=True)
class ObjectDetector:
    """Finds objects from FOLLOWED_FROM on; of overlapping boxes of one label the surest."""

    model: Model

    def __call__(self, pictures: Sequence[Picture]) -> list[list[DetectedObject]]:
        """Return the objects of each picture by falling score."""
        outputs = run_pictures(self.model, "image", pictures, network_input)
        scores, boxes = outputs["scores"], outputs["boxes"]
        places, best = scores.argmax(axis=2), scores.max(axis=2)
        found = []
        for at, picture in enumerate(pictures):
            sure = (best[at] >= FOLLOWED_FROM) & np.isfinite(boxes[at]).all(axis=1)
            found.append(self._apart(picture, boxes[at][sure], places[at][sure], best[at][sure]))
        return found

    def _apart(self, picture: Picture, boxes: Float, places: Float, scores: Float) -> list[DetectedObject]:
        if not len(scores):
            return []
        rectangles = np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)
        overlap = self.model.manifest.thresholds["overlap"]
        kept = cv2.dnn.NMSBoxesBatched(
            rectangles.tolist(), scores.tolist(), places.tolist(), FOLLOWED_FROM, overlap, top_k=MOST
        )
        scale, left, top = _fit(picture)
        moved = (rectangles - np.array([left, top, 0, 0], np.float32)) / np.float32(scale)
        return [
            DetectedObject(PixelBox(*map(float, moved[at])), int(places[at]), float(scores[at]))
            for at in sorted(np.asarray(kept, np.int64).ravel(), key=lambda at: -scores[at])
        ]


def network_input(pictures: Sequence[Picture]) -> Float:
    """Return the pictures whole in the middle of black squares, [n, 3, 416, 416] BGR 0..255."""
    squares = np.zeros((len(pictures), SIDE, SIDE, 3), np.uint8)
    for square, picture in zip(squares, pictures, strict=True):
        scale, left, top = _fit(picture)
        width, height = _size(picture, scale)
        how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
        square[top : top + height, left : left + width] = cv2.resize(
            picture, (width, height), interpolation=how
        )
    return np.ascontiguousarray(squares.transpose(0, 3, 1, 2), dtype=np.float32)


def _fit(picture: Picture) -> tuple[float, int, int]:
    """Return how a picture is scaled, and the left and top edge of it in the square."""
    scale = SIDE / max(picture.shape[:2])
    width, height = _size(picture, scale)
    return scale, (SIDE - width) // 2, (SIDE - height) // 2


def _size(picture: Picture, scale: float) -> tuple[int, int]:
    height, width = picture.shape[:2]
    return max(1, round(width * scale)), max(1, round(height * scale))
