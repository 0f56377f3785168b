"""Faces that were never photographed: vectors with the distances that were measured between real ones.

Two pictures of one person lie .40 apart in the middle (at most .54), two people .83 with a deviation of .095
(46 photos of 28 people). Squared distances of normal points in d dimensions have the variance 2/d of their
squared mean: so people differ in 23 dimensions, turned into the 128 of the embedding, and pictures in all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DIMENSIONS: Final = 128
STRANGERS: Final = 0.83
STRANGERS_DEVIATION: Final = 0.095
SAME: Final = 0.40
SAME_DEVIATION: Final = 0.065
"""Of the distance between two pictures of one person: 29 pairs, the farthest at .54."""

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Faces:
    """A house of people, the same for the same seed."""

    people: int
    seed: int = 0

    @property
    def inner(self) -> int:
        """Return in how many dimensions people differ."""
        variance = (2 * STRANGERS * STRANGERS_DEVIATION) ** 2 / 2 - SAME**4 / DIMENSIONS
        return round((STRANGERS**2 - SAME**2) ** 2 / variance)

    def centres(self) -> Vectors:
        """Return one point a person, [people, 128]."""
        random = np.random.default_rng(self.seed)
        turn, _ = np.linalg.qr(random.standard_normal((DIMENSIONS, DIMENSIONS)))
        # Two pictures of two people differ by their centres and by what both pictures vary.
        spread = np.sqrt((STRANGERS**2 - SAME**2) / (2 * self.inner))
        points = spread * random.standard_normal((self.people, self.inner))
        centres: Vectors = (points @ turn[: self.inner]).astype(np.float32)
        return centres

    def pictures(self, person: NDArray[np.int64], seed: int) -> Vectors:
        """Return one picture of each person named, [rows, 128]."""
        random = np.random.default_rng((self.seed, seed))
        spread = np.sqrt(2) * SAME_DEVIATION / SAME
        quality = random.normal(1, spread, (len(person), 1)) / np.sqrt(1 + spread**2)
        varied = (SAME / np.sqrt(2 * DIMENSIONS) * quality).astype(np.float32)
        noise = random.standard_normal((len(person), DIMENSIONS)).astype(np.float32)
        pictures: Vectors = self.centres()[person] + varied * noise
        return pictures
