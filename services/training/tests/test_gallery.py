"""The share of strangers who get a name stays as it is set, however many people are known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from framewell_training.domain.faces import BackgroundFaces
from framewell_training.recipes.identity.calibration import (
    for_gallery,
    from_logits,
    strangers_to_centroids,
    to_logits,
)
from framewell_training.recipes.identity.gallery import (
    FALSE_NAMES,
    MARGIN,
    PAIRS,
    RAW,
    Gallery,
    StrangerDistances,
)
from framewell_training.recipes.identity.heads import CentroidHead, Thresholds, named

DEFAULT = Thresholds(0.52, 0.60)


def gallery(people: int, *strangers: StrangerDistances) -> Gallery:
    return Gallery(people, FALSE_NAMES, strangers or (RAW,))


def test_fixed_thresholds_name_more_strangers_the_more_people_are_known() -> None:
    """Tried: 6 % at 100 people, and nearly half of all strangers at 1,000."""
    assert PAIRS.named(DEFAULT.hit, 100) == pytest.approx(0.054, abs=0.01)
    assert PAIRS.named(DEFAULT.hit, 1_000) == pytest.approx(0.42, abs=0.06)


@pytest.mark.parametrize("people", [1, 10, 100, 1_000, 10_000])
def test_the_set_share_of_strangers_is_named_whatever_the_size(people: int) -> None:
    thresholds = for_gallery(DEFAULT, gallery(people))
    random, strangers, false = np.random.default_rng(people), 20_000, 0
    for _ in range(0, strangers, 1_000):
        distances = random.normal(RAW.mean, RAW.deviation, (1_000, people)).astype(np.float32)
        false += int((named(distances, thresholds) >= 0).sum())
    assert false <= strangers * FALSE_NAMES + 3 * np.sqrt(strangers * FALSE_NAMES)
    without_margin = gallery(people).expected(thresholds.hit, people)
    assert without_margin <= FALSE_NAMES * 1.0001


def test_a_larger_gallery_never_has_looser_thresholds_nor_any_than_those_that_are_set() -> None:
    found = [for_gallery(DEFAULT, gallery(people)) for people in (1, 2, 10, 100, 1_000, 10_000)]
    assert all(later.hit <= earlier.hit for earlier, later in pairwise(found))
    assert all(one.usable and one.hit <= DEFAULT.hit and one.review <= DEFAULT.review for one in found)
    assert [one.margin for one in found] == [0.0, *[MARGIN] * 5]
    assert for_gallery(Thresholds(0.3, 0.35), gallery(10)).hit == 0.3


def test_unknown_faces_of_the_house_can_only_make_it_stricter(cast) -> None:
    def alike(name: str) -> list[float]:
        return list(cast.common + 0.5 * (np.array(cast.photo(name)) - cast.common))

    centroids = np.array([alike(f"person-{n}") for n in range(20)], np.float32)
    near = BackgroundFaces.of_rows((f"near-{n}", "asset", alike(f"stranger-{n}")) for n in range(120))
    head = CentroidHead(centroids)
    assert strangers_to_centroids(head, near, enough=200) == (RAW,)
    seen = strangers_to_centroids(head, near, enough=100)
    assert for_gallery(DEFAULT, gallery(20, *seen)).hit < for_gallery(DEFAULT, gallery(20)).hit
    far = BackgroundFaces.of_rows(("far", "asset", [9.0] * 128) for _ in range(1))
    seen = strangers_to_centroids(head, far, enough=1)
    assert for_gallery(DEFAULT, gallery(20, *seen)) == for_gallery(DEFAULT, gallery(20))


def test_logits_and_distances_are_two_scales_of_one_thing() -> None:
    logits = np.array([-20.0, -1.0, 0.0, 1.0, 20.0, 300.0])
    np.testing.assert_allclose(to_logits(from_logits(logits)), logits, atol=1e-6)
