"""`framewell similar`: which pictures of an asset are looked for."""

from __future__ import annotations

from typing import Any

from framewell_cli.commands.similar import moments

VIEW: dict[str, Any] = {
    "timeline": {"time_base": {"numerator": 1, "denominator": 90000}, "start_pts": 900},
    "shots": [{"span": {"start_pts": start, "end_pts": start + 200}} for start in (900, 1100)],
}


def test_every_shot_is_looked_for_by_its_middle() -> None:
    assert list(moments(VIEW, None)) == [1000, 1200]


def test_a_second_is_counted_from_the_start() -> None:
    assert list(moments(VIEW, 1.5)) == [900 + 135000]


def test_a_still_and_a_film_without_shots_have_one_picture() -> None:
    assert list(moments({}, 3.0)) == [0]
    assert list(moments({**VIEW, "shots": []}, None)) == [900]
