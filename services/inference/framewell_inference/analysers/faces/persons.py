"""Whether a detected face is a filmed person's: detectors also find animals, drawings, dolls and balls.

Measured on 56 faces that YuNet finds in pictures out of packages (`docs/quality.md`): its own score does not
tell (a spaniel has .86, a dim profile too), nor does the length of the face's vector. What does is what a
network of 1000 classes sees around the face: of 40 people at most .21 of its probability lies on the classes
below, of 16 others at least .31.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np

from framewell_inference.analysers.batching import run_pictures
from framewell_inference.analysers.faces.detection import DetectedFace
from framewell_inference.analysers.labels.analyser import SIDE, network_input
from framewell_inference.analysers.scaling import square
from framewell_inference.domain.pictures import Array, Float, Picture
from framewell_inference.ports.models import Model
from framewell_inference.ports.step_times import prepares

AROUND: Final = 2.4
"""Side of what is looked at, in longer sides of the face's box."""

NO_PERSON_FROM: Final = 0.28

NOT_PEOPLE: Final = np.array(
    [
        *range(398),  # animals
        *(
            409,
            429,
            430,
            574,
            607,
            611,
            643,
            722,
            796,
            805,
            850,
            852,
            861,
            865,
            890,
            892,
        ),  # things with a face
        *(917, 920, 921, 971),  # comic book, traffic light, book jacket, bubble
        *range(924, 970),  # food
        *range(984, 999),  # flowers, fruit, mushrooms
    ]
)
"""Classes of ImageNet that a filmed face does not look like."""


def unlikeness(model: Model, faces: Sequence[tuple[Picture, DetectedFace]]) -> Float:
    """Return how little each face is like a filmed person's, [n], 0 to 1."""
    if not faces:
        return np.zeros(0, np.float32)
    around = [square(surroundings(picture, face), SIDE) for picture, face in faces]
    return share_of_no_people(run_pictures(model, "image", around, network_input)["probabilities"])


def share_of_no_people(probabilities: Array) -> Float:
    """Return the probability of all classes that people do not look like, [n], of rows [n, 1000]."""
    return np.asarray(probabilities[:, NOT_PEOPLE].sum(axis=1), np.float32)


@prepares
def surroundings(picture: Picture, face: DetectedFace) -> Picture:
    """Return the square around a face, upright; beyond the picture's edge its last pixels go on."""
    box, side = face.box, max(face.box.width, face.box.height) * AROUND
    x, y = box.x + box.width / 2 - side / 2, box.y + box.height / 2 - side / 2
    left, top, right, bottom = round(x), round(y), round(x + side), round(y + side)
    height, width = picture.shape[:2]
    inside = picture[max(0, top) : bottom, max(0, left) : right]
    padded = cv2.copyMakeBorder(
        inside,
        max(0, -top),
        max(0, bottom - height),
        max(0, -left),
        max(0, right - width),
        cv2.BORDER_REPLICATE,
    )
    return np.ascontiguousarray(np.rot90(np.asarray(padded, np.uint8), face.quarter_turns))
