"""Which pictures of a face track are worth learning from."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_dataset.domain.observations import NO_VECTORS, FaceSeen, Vectors
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
    """Return the best crops of a track, no two of the same moment, at most ten, all in one space."""
    good = sorted(filter(good_enough, faces), key=lambda face: (-face.quality, face.moment.pts))
    good = [face for face in good if face.space == good[0].space]  # nothing leads from one space to another
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
    if first.vector is None or second.vector is None or first.space != second.space:
        return float("inf")
    return float(np.linalg.norm(first.vector - second.vector))


class KnownCrops:
    """The crops of several samples in one matrix, so that one comparison asks them all."""

    def __init__(self, samples: Sequence[Vectors]) -> None:
        """`samples`: vectors of each, all in one space; one without rows is repeated by nothing."""
        self._described = [place for place, rows in enumerate(samples) if len(rows)]
        rows = [samples[place] for place in self._described]
        self._rows = np.concatenate(rows) if rows else NO_VECTORS
        self._begins = np.cumsum([0, *map(len, rows)])[:-1]
        self._squares = np.square(self._rows).sum(axis=1)

    def repeated_by(self, vectors: Vectors) -> list[int]:
        """Return the places of the samples that have most of the moments that `vectors` show."""
        if not len(vectors) or not self._described:
            return []
        squares = np.square(vectors).sum(axis=1)[:, None] + self._squares - 2 * vectors @ self._rows.T
        nearest = np.minimum.reduceat(squares, self._begins, axis=1)
        most = (nearest < NEAR_DUPLICATE**2).mean(axis=0) > 0.5
        return [place for place, repeated in zip(self._described, most, strict=True) if repeated]
