"""Rates, their intervals, and two models on the same trials."""

from __future__ import annotations

import pytest

from framewell_training.domain.completion import measures_of
from framewell_training.domain.figures import NOTHING_MEASURED, Figures, Pairs, Rate


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        # By the formula in Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (29, 29, 0.8830, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_wilsons(count, of, low, high) -> None:
    assert (Rate(count, of).low, Rate(count, of).high) == pytest.approx((low, high), abs=1e-4)


def test_a_rate_says_its_count_and_interval() -> None:
    assert str(Rate(3, 40)) == "3 of 40 (7.5 %, 95 %: 2.6–19.9 %)"
    assert str(Rate(0, 0)) == "0 of 0"


def test_two_models_are_told_apart_only_beyond_chance() -> None:
    pairs = Pairs.of_trials([(True, False)] * 4 + [(True, True)] * 10)
    assert (pairs.candidate, pairs.reference) == (Rate(14, 14), Rate(10, 14))
    assert pairs.surely_more
    assert not Pairs(10, 3, 0, 0).surely_more
    assert not Pairs(10, 6, 3, 0).surely_more
    assert Pairs(10, 0, 4, 0).surely_less
    assert not Pairs().surely_more


def test_every_measure_carries_its_count_and_interval_and_few_are_not_measured() -> None:
    figures = Figures({"a": 30}, {"a": 27}, 1, Rate(2, 10), Rate(0, 1), Rate(2, 12), 0, ())
    recall, wrong, false = measures_of(figures, 20)
    assert (recall.name, recall.value, recall.sample_count, recall.not_measured) == ("recall", 0.9, 30, "")
    assert (recall.low, recall.high) == (Rate(27, 30).low, Rate(27, 30).high)
    assert (wrong.name, wrong.sample_count) == ("wrong_name_rate", 30)
    assert false.name == "false_name_rate"
    assert false.not_measured.startswith("10 people whom it does not know were tried; 20 are needed")
    assert all(one.not_measured for one in measures_of(NOTHING_MEASURED, 20))
