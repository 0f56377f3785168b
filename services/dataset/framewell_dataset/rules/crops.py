"""Which pictures of a face track are worth learning from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_dataset.domain.observations import FaceSeen, Vectors
from framewell_dataset.domain.samples import MOST_CROPS

LOWEST_SCORE = 0.85
"""False boxes scored up to .70, real faces in bright pictures from .86."""

SMALLEST_SIDE = 64.0
LARGEST_TURN = 0.35
SOFTEST = 40.0
DARKEST, BRIGHTEST = 40.0, 220.0

NEAR_DUPLICATE = 0.15
"""Raw L2 between two crops: closer ones show the same moment again (a mirrored regrade is .20 away)."""


@dataclass(frozen=True, slots=True)
class ChosenCrops:
    """Best first; `collapsed` are the near-duplicates that the chosen ones stand for."""

    faces: tuple[FaceSeen, ...]
    collapsed: tuple[FaceSeen, ...]
    good: int
    """How many faces were good enough before near-duplicates were collapsed."""


def good_enough(face: FaceSeen) -> bool:
    """Return whether the face is sure, large, frontal, sharp, lit, and described by a vector."""
    return (
        face.vector is not None
        and face.score >= LOWEST_SCORE
        and face.side_pixels >= SMALLEST_SIDE
        and face.turn < LARGEST_TURN
        and face.sharpness > SOFTEST
        and DARKEST <= face.brightness <= BRIGHTEST
    )


def choose(faces: Sequence[FaceSeen]) -> ChosenCrops:
    """Return the best crops of a track, no two of the same moment, at most ten."""
    good = sorted(filter(good_enough, faces), key=lambda face: (-face.quality, face.moment.pts))
    chosen: list[FaceSeen] = []
    collapsed: list[FaceSeen] = []
    for face in good:
        if any(_distance(face, kept) < NEAR_DUPLICATE for kept in chosen):
            collapsed.append(face)
        elif len(chosen) < MOST_CROPS:
            chosen.append(face)
    return ChosenCrops(tuple(chosen), tuple(collapsed), len(good))


def best_effort(faces: Sequence[FaceSeen]) -> ChosenCrops:
    """Return the best face with a vector, for a question: nothing is learned before a person answers."""
    described = [face for face in faces if face.vector is not None]
    best = max(described, key=lambda face: (face.quality, face.score), default=None)
    return ChosenCrops(() if best is None else (best,), (), 0)


def _distance(first: FaceSeen, second: FaceSeen) -> float:
    if first.vector is None or second.vector is None:
        return float("inf")
    return float(np.linalg.norm(first.vector - second.vector))


def repeats(vectors: Vectors, of: Vectors) -> bool:
    """Return whether most of the crops `vectors` [n, 128] show moments that `of` [m, 128] has already."""
    if not len(vectors) or not len(of):
        return False
    nearest = np.linalg.norm(vectors[:, None, :] - of[None, :, :], axis=2).min(axis=1)
    return bool((nearest < NEAR_DUPLICATE).mean() > 0.5)
