"""How good a face is to learn from or to recognise: size, sharpness, light, pose."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from framewell_inference.analysers.faces.detection import LEFT_EYE, NOSE, RIGHT_EYE, DetectedFace
from framewell_inference.domain.pictures import Picture


@dataclass(frozen=True, slots=True)
class FaceQuality:
    """Figures, not a verdict: the rules that use them set the limits.

    Named as in `media.v1.FaceAttributes`, and rounded, so that the last bits of a machine's arithmetic do not
    make another observation of the same picture.
    """

    side_pixels: float
    """Shorter side of the box in pixels of the sampled picture."""
    sharpness: float
    """Variance of the Laplacian of the grey chip; under 40 is soft."""
    brightness: float
    """Mean grey of the chip, 0..255."""
    turn: float
    """How far the nose is from the middle of the eyes along their line, in eye distances: 0 is frontal,
    from 0.35 on the face is turned away."""


def assess(face: DetectedFace, chip: Picture) -> FaceQuality:
    """Return the quality of a face, measured on its box, its points and its aligned chip."""
    grey = cv2.cvtColor(chip, cv2.COLOR_BGR2GRAY)
    return FaceQuality(
        side_pixels=float(round(face.box.shorter_side)),
        sharpness=round(float(cv2.Laplacian(grey, cv2.CV_64F).var()), 1),
        brightness=round(float(grey.mean()), 1),
        turn=round(_turn(face), 3),
    )


def _turn(face: DetectedFace) -> float:
    left, right, nose = (face.points[index].astype(np.float64) for index in (LEFT_EYE, RIGHT_EYE, NOSE))
    eyes = right - left
    distance = float(np.hypot(*eyes))
    return abs(float((nose - (left + right) / 2) @ eyes)) / distance**2 if distance else 1.0
