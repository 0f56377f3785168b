"""Boxes of declared detectors: `yolo-v8`, `yolo-v5` and `boxes` (SSD, DETR, TensorFlow), one row of outputs.

YOLOv5 and v8 as Ultralytics export them; the layouts are those of their ONNX graphs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from framewell_inference.analysers.declared.scores import activated, output_of
from framewell_inference.domain.pictures import Array, Float, PixelBox
from framewell_models.manifest import Manifest

OVERLAP: Final = 0.45
"""Share from which two boxes of one label are one, unless the manifest says another (`overlap`)."""

CANDIDATES: Final = 10_000
"""Boxes that are compared with each other, the best ones."""

MOST: Final = 300
"""Most boxes of one picture."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box in pixels of the network's input, the place of its label among the outputs, and its score."""

    box: PixelBox
    place: int
    score: float


def boxes_of(
    name: str,
    outputs: Mapping[str, Array],
    parameters: Mapping[str, Any],
    manifest: Manifest,
    size: tuple[int, int],
) -> list[Box]:
    """Return the boxes of one picture by falling score, at most MOST, of overlapping ones the best.

    `size` is width and height of the network's input. Boxes under every threshold of the manifest are left
    out; a label's own, higher one is the caller's business.
    """
    rectangles, scores, places = _LAYOUTS[name](outputs, parameters, size)
    least = min([manifest.threshold(), *_label_thresholds(manifest)])
    # A place below 0 says that there is no object.
    sure = (scores >= least) & np.isfinite(rectangles).all(axis=1) & (places >= 0)
    best = np.flatnonzero(sure)[np.argsort(-scores[sure], kind="stable")[:CANDIDATES]]
    rectangles, scores, places = rectangles[best], scores[best], places[best]
    if not len(scores):
        return []
    overlap = float(manifest.thresholds.get("overlap", OVERLAP))
    kept = cv2.dnn.NMSBoxesBatched(
        rectangles.tolist(), scores.tolist(), places.tolist(), least, overlap, top_k=MOST
    )
    return [
        Box(PixelBox(*(float(value) for value in rectangles[at])), int(places[at]), float(scores[at]))
        for at in sorted(np.asarray(kept, np.int64).ravel(), key=lambda at: -scores[at])
    ]


def _label_thresholds(manifest: Manifest) -> list[float]:
    return [value for name, value in manifest.thresholds.items() if name.startswith("label:")]


Decoded = tuple[Float, Float, Array]
"""Rectangles [n, 4] (x, y, width, height in network pixels), scores [n], places of labels [n]."""


def _yolo_v8(outputs: Mapping[str, Array], parameters: Mapping[str, Any], _: tuple[int, int]) -> Decoded:
    """Read [4 + classes, anchors]: centre, size, and a score for each class."""
    rows = output_of(outputs, parameters).T.astype(np.float32)
    scores = activated(rows[:, 4:], parameters["activation"])
    return _from_centres(rows[:, :4]), scores.max(axis=1), scores.argmax(axis=1)


def _yolo_v5(outputs: Mapping[str, Array], parameters: Mapping[str, Any], _: tuple[int, int]) -> Decoded:
    """Read [anchors, 5 + classes]: centre, size, objectness, and a score for each class."""
    rows = output_of(outputs, parameters).astype(np.float32)
    activation = parameters["activation"]
    scores = activated(rows[:, 5:], activation) * activated(rows[:, 4:5], activation)
    return _from_centres(rows[:, :4]), scores.max(axis=1), scores.argmax(axis=1)


def _plain(outputs: Mapping[str, Array], parameters: Mapping[str, Any], size: tuple[int, int]) -> Decoded:
    """Read boxes [n, 4] and scores [n] with their classes [n], or scores [n, classes]."""
    rectangles = output_of(outputs, parameters, "boxes").astype(np.float32).reshape(-1, 4)
    raw = output_of(outputs, parameters, "scores")
    # Rows that fill the output up to its size have a score of -1 with some exporters.
    scores = activated(np.where(raw == -1, 0, raw), parameters["activation"])
    if parameters["classes"]:
        places = output_of(outputs, parameters, "classes").astype(np.int64).ravel()
        scores = scores.ravel()
    else:
        scores = scores.reshape(len(rectangles), -1)
        places, scores = scores.argmax(axis=1), scores.max(axis=1)
    if parameters["normalised"]:
        rectangles = rectangles * _sides(size, parameters["format"])
    return _FORMATS[parameters["format"]](rectangles), scores, places


def _sides(size: tuple[int, int], form: str) -> Float:
    width, height = size
    pair = (height, width) if form == "yxyx" else (width, height)
    return np.array([*pair, *pair], np.float32)


def _from_centres(boxes: Float) -> Float:
    return np.concatenate([boxes[:, :2] - boxes[:, 2:] / 2, boxes[:, 2:]], axis=1)


def _from_corners(boxes: Float) -> Float:
    return np.concatenate([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]], axis=1)


_FORMATS: Final = {
    "xyxy": _from_corners,
    "yxyx": lambda boxes: _from_corners(boxes[:, [1, 0, 3, 2]]),
    "cxcywh": _from_centres,
}
_LAYOUTS: Final = {"yolo-v8": _yolo_v8, "yolo-v5": _yolo_v5, "boxes": _plain}
