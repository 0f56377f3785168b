"""Faces that behave like embeddings: photos of one person lie about 0.4 apart, strangers about 0.9."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from framewell_training.domain.photos import Crop, Photos, Strangers

DIMENSIONS = 128
BETWEEN = 0.9 / np.sqrt(2 * DIMENSIONS)
WITHIN = 0.38 / np.sqrt(2 * DIMENSIONS)


@dataclass
class Cast:
    """Draws people and photos of them; the same seed draws the same."""

    seed: int = 1
    common: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.random = np.random.default_rng(self.seed)
        self.common = self.random.standard_normal(DIMENSIONS) * (1.3 / np.sqrt(DIMENSIONS))
        self.people: dict[str, np.ndarray] = {}

    def person(self, name: str) -> np.ndarray:
        if name not in self.people:
            self.people[name] = self.common + self.random.standard_normal(DIMENSIONS) * BETWEEN
        return self.people[name]

    def photo(self, name: str) -> list[float]:
        return [float(x) for x in self.person(name) + self.random.standard_normal(DIMENSIONS) * WITHIN]

    def crops(
        self, name: str, programmes: Sequence[str], *, crops: int = 3, learned: bool = True
    ) -> list[Crop]:
        """One sample a programme, `crops` vectors each."""
        return [
            Crop(f"{name}/{programme}", name, f"asset-{programme}", programme, learned, self.photo(name))
            for programme in programmes
            for _ in range(crops)
        ]

    def photos(self, programmes: dict[str, Sequence[str]]) -> Photos:
        return Photos.of_crops([crop for name, seen in programmes.items() for crop in self.crops(name, seen)])

    def strangers(self, count: int) -> Strangers:
        return Strangers.of_rows(
            (f"face-{number}", f"asset-{number % 7}", self.photo(f"stranger-{number}"))
            for number in range(count)
        )


@pytest.fixture
def cast() -> Cast:
    return Cast()
