"""YuNet: from a picture to boxes with five points each.

The graph gives, per cell of three grids, a class score, an objectness, a box and five points as
offsets in strides (Wu et al. 2023). Decoding is done here: OpenCV's FaceDetectorYN would tie us to
its own runtime and threads.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.domain.pictures import Array, Float, Picture, PixelBox
from framewell_inference.ports.models import Model

SIDE: Final = 640
STRIDES: Final = (8, 16, 32)

INSIDE: Final = 0.75
"""Share of a box inside another from which both are one face: overlap alone leaves a small one in a large."""

LEFT_EYE, RIGHT_EYE, NOSE, LEFT_MOUTH, RIGHT_MOUTH = range(5)
"""Order of the points; left and right as seen in the picture."""


@dataclass(frozen=True, slots=True, eq=False)
class DetectedFace:
    """A face in pixels of its picture. `points` is [5, 2].

    It stands upright after `quarter_turns` of the picture against the clock.
    """

    box: PixelBox
    points: Float
    score: float
    quarter_turns: int = 0


class FaceDetector:
    """Finds faces of a score of at least the manifest's `detect` threshold."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._threshold = model.manifest.thresholds["detect"]
        self._overlap = model.manifest.thresholds["overlap"]
        self._cells = {stride: _cells(SIDE // stride) for stride in STRIDES}

    def __call__(self, pictures: Sequence[Picture]) -> list[list[DetectedFace]]:
        """Return the faces of each picture by falling score."""
        outputs = run_pictures(self._model, "input", pictures, network_input)
        return [
            self._faces({name: value[at] for name, value in outputs.items()}, scale_of(picture))
            for at, picture in enumerate(pictures)
        ]

    def _faces(self, outputs: Mapping[str, Array], scale: float) -> list[DetectedFace]:
        """Return the faces of one picture from its rows of the outputs."""
        parts = [self._decode(outputs, stride) for stride in STRIDES]
        boxes, scores, points = (np.concatenate(values) for values in zip(*parts, strict=True))
        boxes, points = boxes / scale, points / scale
        kept = cv2.dnn.NMSBoxes(boxes.tolist(), scores.tolist(), self._threshold, self._overlap)
        found = [
            DetectedFace(
                PixelBox(*(float(value) for value in boxes[index])), points[index], float(scores[index])
            )
            for index in np.asarray(kept, dtype=np.int64).ravel()
        ]
        return without_doubles(found)

    def _decode(self, outputs: Mapping[str, Array], stride: int) -> tuple[Float, Float, Float]:
        """Return boxes [n, 4] (x, y, width, height), scores [n] and points [n, 5, 2] above the threshold."""
        likely = np.clip(outputs[f"cls_{stride}"][:, 0], 0, 1) * np.clip(outputs[f"obj_{stride}"][:, 0], 0, 1)
        scores = np.sqrt(likely)
        chosen = np.flatnonzero(scores >= self._threshold)
        cells, box = self._cells[stride][chosen], outputs[f"bbox_{stride}"][chosen]
        centre, size = (cells + box[:, :2]) * stride, np.exp(box[:, 2:]) * stride
        points = (outputs[f"kps_{stride}"][chosen].reshape(-1, 5, 2) + cells[:, None]) * stride
        return np.concatenate([centre - size / 2, size], axis=1), scores[chosen], points


def without_doubles(faces: Sequence[DetectedFace]) -> list[DetectedFace]:
    """Return the faces, given by falling score, without those that lie in one before: half of a face."""
    kept: list[DetectedFace] = []
    for face in faces:
        if all(face.box.share_inside(other.box) < INSIDE for other in kept):
            kept.append(face)
    return kept


def network_input(pictures: Sequence[Picture]) -> Float:
    """Return pictures as the network takes them: each in the top left of a black square, [n, 3, 640, 640]."""
    squares = np.zeros((len(pictures), 3, SIDE, SIDE), np.float32)
    for planes, picture in zip(squares, pictures, strict=True):
        height, width = picture.shape[:2]
        scale = scale_of(picture)
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        resized = cv2.resize(picture, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
        planes[:, : size[1], : size[0]] = cv2.split(resized)
    return squares


def scale_of(picture: Picture) -> float:
    """Return by how much a picture is scaled for the network."""
    return SIDE / max(int(side) for side in picture.shape[:2])


def _cells(count: int) -> Float:
    """Return column and row of every cell of a count x count grid, row by row."""
    rows, columns = np.mgrid[0:count, 0:count]
    return np.stack([columns.ravel(), rows.ravel()], axis=1).astype(np.float32)
