"""How near strangers come to a gallery of so many people, and what that means for names.

A stranger is compared with everybody known, so the nearest of many counts: at a fixed distance the share of
strangers who are given a name grows with the gallery. A threshold is therefore set for its size. Distances
between strangers are taken as normal and independent: of 1,003 pairs of real faces 1.3 % lie below 0.60 and
3.0 % below 0.65, where a normal distribution has 0.8 and 2.9 %, and none below 0.53, where it has one pair.
What a house's own unknown faces show can make it stricter, never looser.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import inf
from statistics import NormalDist

import numpy as np
from numpy.typing import NDArray

FALSE_NAMES = 0.001
"""Share of strangers who may be given a name."""

REVIEW_SHARE = 0.04
"""Share of strangers who may end up as a question: as many as lie below 0.60 of ten people."""

MARGIN = 0.05
"""By how much the nearest must be nearer than the second, in distances: of known people it holds back hardly
any, of strangers to thousands most, since many are then about as near as the nearest (`docs/quality.md`)."""

LEAST_HIT = 1e-6
"""A threshold is above zero, also where strangers lie at no distance and nobody can be named."""

GALLERIES = (10, 100, 1_000, 10_000)
"""Sizes for which a card says what would happen."""


@dataclass(frozen=True, slots=True)
class StrangerDistances:
    """Distances of strangers to single people, as a normal distribution."""

    mean: float
    deviation: float

    @classmethod
    def of(cls, distances: NDArray[np.floating]) -> StrangerDistances:
        """Return those that were seen, [strangers, people]; there must be two at least."""
        return cls(float(distances.mean()), max(1e-9, float(distances.std())))

    def named(self, distance: float, people: int) -> float:
        """Return the share of strangers who lie so near to the nearest of so many people."""
        one = NormalDist(self.mean, self.deviation).cdf(distance)
        return float(-np.expm1(people * np.log1p(-min(one, 1 - 1e-12))))

    def distance_of(self, share: float, people: int) -> float:
        """Return the distance within which this share of strangers has the nearest of so many people."""
        one = float(-np.expm1(np.log1p(-share) / max(1, people)))
        return NormalDist(self.mean, self.deviation).inv_cdf(one)


PAIRS = StrangerDistances(0.83, 0.095)
"""Of two photos: 1,003 pairs of two people each among 46 photos of 28 people, in the raw embedding."""

RAW = StrangerDistances(0.80, 0.095)
"""Of a photo and the mean photo of somebody else, which lies nearer to everybody: what its photos vary is
averaged out. For three photos that lie .40 apart it is sqrt(.83^2 - .40^2 / 2 * (1 - 1 / 3))."""


@dataclass(frozen=True, slots=True)
class Gallery:
    """What thresholds are set for: the number of people, and how near strangers come to one of them.

    Of several measurements of strangers the strictest counts.
    """

    people: int
    false_names: float
    strangers: tuple[StrangerDistances, ...]

    @property
    def bounds(self) -> tuple[float, float]:
        """Return the distances within which a stranger may be named and may be a question, at most."""
        return self.hit_for(self.people), min(
            (one.distance_of(REVIEW_SHARE, self.people) for one in self.strangers), default=inf
        )

    def expected(self, hit: float, people: int) -> float:
        """Return the share of strangers named in a gallery of so many people, the margin aside."""
        return max((one.named(hit, people) for one in self.strangers), default=0.0)

    def hit_for(self, people: int) -> float:
        """Return the distance that holds the set share in a gallery of so many people."""
        return min((one.distance_of(self.false_names, people) for one in self.strangers), default=inf)


NO_GALLERY = Gallery(0, FALSE_NAMES, ())
"""Of thresholds that were set without regard to a size."""
