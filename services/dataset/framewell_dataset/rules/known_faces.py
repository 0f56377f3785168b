"""A new name and face against those already stored: same person, other spelling, or a conflict.

A caption may be wrong (the guest's name over the host's face), so what is stored is asked before a name is
given. Distances are raw L2 of the face embedding; they were measured on 46 faces and are provisional.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import Enum, auto

import numpy as np

from framewell_dataset.domain.classes import DatasetClass
from framewell_dataset.domain.observations import Vectors
from framewell_kit.name_hashes import folded

SAME_FACE = 0.52
PERHAPS_SAME_FACE = 0.60
SIMILAR_SPELLING = 0.85


@dataclass(frozen=True, slots=True)
class KnownClass:
    """A class with the centroids of its live samples in one space; no rows when it has none."""

    named: DatasetClass
    centroids: Vectors

    def distance(self, face: Vectors) -> float:
        if not len(self.centroids):
            return float("inf")
        return float(np.linalg.norm(self.centroids - face, axis=1).min())


class Match(Enum):
    """How a name with a face stands to what is stored."""

    NEW = auto()
    SAME = auto()
    OTHER_SPELLING = auto()
    FACE_OF_ANOTHER = auto()
    NAME_OF_ANOTHER = auto()

    @property
    def conflict(self) -> bool:
        return self in (Match.FACE_OF_ANOTHER, Match.NAME_OF_ANOTHER)


@dataclass(frozen=True, slots=True)
class Found:
    """The verdict, the class it concerns (none for a new one), and how far the faces are apart."""

    match: Match
    of: DatasetClass | None = None
    distance: float = float("inf")


def look_up(name: str, face: Vectors, known: Sequence[KnownClass]) -> Found:
    """Compare a name and a centroid with classes: all of that name, or the one with the nearest face.

    The order of `known` does not matter.
    """
    nearest = min(known, key=lambda each: (each.distance(face), each.named.class_id), default=None)
    namesake = _named(name, known)
    if namesake is not None:
        distance = namesake.distance(face)
        if distance < PERHAPS_SAME_FACE or not len(namesake.centroids):
            return Found(Match.SAME, namesake.named, distance)
        return Found(Match.NAME_OF_ANOTHER, namesake.named, distance)
    if nearest is None or nearest.distance(face) >= PERHAPS_SAME_FACE:
        return Found(Match.NEW)
    distance = nearest.distance(face)
    if distance < SAME_FACE and any(_similar(name, each) for each in _names(nearest.named)):
        return Found(Match.OTHER_SPELLING, nearest.named, distance)
    return Found(Match.FACE_OF_ANOTHER, nearest.named, distance)


def _named(name: str, known: Iterable[KnownClass]) -> KnownClass | None:
    wanted = folded(name)
    matching = [each for each in known if wanted in map(folded, _names(each.named))]
    return min(matching, key=lambda each: each.named.class_id, default=None)


def _names(named: DatasetClass) -> tuple[str, ...]:
    return (named.name, *named.aliases)


def _similar(first: str, second: str) -> bool:
    return SequenceMatcher(None, folded(first), folded(second)).ratio() >= SIMILAR_SPELLING
