"""Names in galleries of 10 to 10,000 people: strangers who get one, and known people who get theirs.

The people are synthetic, with the distances measured between real faces (`benchmarks/search/faces.py`).
Thresholds are those a model of that size has; beside them stands what a fixed 0.52 would name.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.quality.figure import Figure
from benchmarks.search.faces import Faces, Vectors
from framewell_training.recipes.identity.calibration import for_gallery
from framewell_training.recipes.identity.gallery import FALSE_NAMES, RAW, Gallery
from framewell_training.recipes.identity.heads import Thresholds, euclidean, named

SIZES: Final = (10, 100, 1_000, 10_000)
TRIED: Final = 2_000
MOST_GALLERIES: Final = 300
"""Small galleries differ: so many people together are known in the galleries of one size."""

PHOTOS: Final = 3
"""Photos that a known person was learned from."""

BEFORE: Final = Thresholds(0.52, 0.60)

MOST_NAMED: Final = 0.2
"""Per cent of strangers: twice what thresholds are set for, since 2,000 faces tell no less apart."""


def measure() -> Iterable[Figure]:
    """Yield the shares for each size; blocks for about a quarter of a minute."""
    for people in SIZES:
        yield from of_size(people)


def of_size(people: int) -> Iterable[Figure]:
    """Yield the shares of strangers named, and of known people named rightly, among so many people."""
    thresholds = for_gallery(BEFORE, Gallery(people, FALSE_NAMES, (RAW,)))
    galleries = max(1, MOST_GALLERIES // people)
    tried = TRIED if galleries == 1 else TRIED // 2
    named_strangers, named_before, right = np.mean(
        [_shares(people, thresholds, tried, seed) for seed in range(galleries)], axis=0
    ).tolist()
    for what, share, limit in (
        ("strangers named", named_strangers, MOST_NAMED),
        ("strangers named by 0.52 for every size", named_before, None),
        ("known people named rightly", right, None),
    ):
        yield Figure(f"{what}, of {people:,} people", 100 * share, galleries * tried, unit="%", most=limit)
    yield Figure(f"threshold for {people:,} people", thresholds.hit, unit="distance")


def _shares(people: int, thresholds: Thresholds, tried: int, seed: int) -> tuple[float, float, float]:
    """Return the shares of strangers named, of those that 0.52 names, and of known people named rightly."""
    house = Faces(people + tried, seed=people + seed)
    learned = np.arange(people)
    gallery = np.mean([house.pictures(learned, number) for number in range(PHOTOS)], axis=0)
    strangers = house.pictures(np.arange(people, people + tried), PHOTOS)
    own = np.random.default_rng(seed).integers(0, people, tried)
    known = house.pictures(own, PHOTOS + 1)
    return (
        float((_names(strangers, gallery, thresholds) >= 0).mean()),
        float((_names(strangers, gallery, BEFORE) >= 0).mean()),
        float((_names(known, gallery, thresholds) == own).mean()),
    )


def _names(faces: Vectors, gallery: Vectors, thresholds: Thresholds) -> NDArray[np.int64]:
    """Return the number of the person each face is named as, -1 for none; a piece at a time."""
    pieces = [faces[start : start + 250] for start in range(0, len(faces), 250)]
    found = [named(euclidean(one, gallery).astype(np.float32), thresholds) for one in pieces]
    return np.concatenate(found)
