"""PP-OCR text detection: a probability per pixel, grown into boxes.

Differentiable binarisation (Liao et al., AAAI 2020): the net predicts shrunken text cores; each is
grown by area x ratio / perimeter. Boxes are kept upright: captions are. pyclipper and shapely, which
the original uses for slanted polygons, are not needed for that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.domain.pictures import Float, Picture, PixelBox
from framewell_inference.ports.models import Model

MULTIPLE: Final = 32
SMALLEST_CORE: Final = (6, 4)
"""Width and height in net pixels under which a core is noise."""


@dataclass(frozen=True, slots=True)
class TextBox:
    """A line of text that was found, in pixels of its picture, and how sure that is (0 to 1)."""

    box: PixelBox
    score: float


class TextDetector:
    """Finds lines of text, top to bottom."""

    def __init__(self, model: Model) -> None:
        self._model = model
        thresholds, step = model.manifest.thresholds, model.manifest.postprocessing
        self._pixel, self._box = thresholds["pixel"], thresholds["box"]
        self._unclip = float(step.parameters["unclip"]) if step else 1.6

    def __call__(self, pictures: Sequence[Picture], *, max_side: int) -> list[list[TextBox]]:
        """Return the boxes of each picture, in its pixels.

        The pictures are of one size; they are scaled to a longer side of at most `max_side`.
        """
        height, width = pictures[0].shape[:2]
        outputs = run_pictures(self._model, "x", pictures, lambda part: network_input(part, max_side))
        (probabilities,) = outputs.values()
        fx, fy = width / probabilities.shape[3], height / probabilities.shape[2]
        return [
            sorted(
                self._boxes(probability[0], fx, fy, width, height),
                key=lambda line: (line.box.y, line.box.x),
            )
            for probability in probabilities
        ]

    def _boxes(self, probability: Float, fx: float, fy: float, width: int, height: int) -> list[TextBox]:
        mask = cv2.dilate((probability > self._pixel).astype(np.uint8), np.ones((2, 2), np.uint8))
        contours, _ = cv2.findContours(mask, cv2.RETR_LIST, cv2.CHAIN_APPROX_SIMPLE)
        found = []
        for contour in contours:
            left, top, core_width, core_height = cv2.boundingRect(contour)
            if core_width < SMALLEST_CORE[0] or core_height < SMALLEST_CORE[1]:
                continue
            core: Any = np.s_[top : top + core_height, left : left + core_width]
            score = float(probability[core][mask[core] > 0].mean())
            if score < self._box:
                continue
            grow = core_width * core_height * self._unclip / (2 * (core_width + core_height))
            x, y = max(0.0, (left - grow) * fx), max(0.0, (top - grow) * fy)
            right = min(float(width), (left + core_width + grow) * fx)
            bottom = min(float(height), (top + core_height + grow) * fy)
            found.append(TextBox(PixelBox(x, y, right - x, bottom - y), score))
        return found


def network_input(pictures: Sequence[Picture], max_side: int) -> Float:
    """Return pictures of one size as the network takes them: [n, 3, height, width] BGR, -1..1."""
    height, width = pictures[0].shape[:2]
    scale = min(1.0, max_side / max(height, width))
    size = _multiple(width * scale), _multiple(height * scale)
    resized = np.stack([cv2.resize(one, size, interpolation=cv2.INTER_AREA) for one in pictures])
    return np.ascontiguousarray((resized.astype(np.float32) / 127.5 - 1).transpose(0, 3, 1, 2))


def _multiple(size: float) -> int:
    return max(MULTIPLE, round(size / MULTIPLE) * MULTIPLE)
