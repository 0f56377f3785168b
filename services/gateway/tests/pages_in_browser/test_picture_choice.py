"""Which pictures of the console are taken: as asked for, and never none without a word."""

from __future__ import annotations

import pytest

from pages_in_browser import picture_choice as choice

SCENES = ("home", "assets", "assets-why", "people", "people-merge")


@pytest.mark.parametrize(
    ("asked", "count"),
    [("", 12), ("wide", 4), ("de", 6), ("dark", 6), ("wide.de", 2), ("small.dark de.dark", 4)],
)
def test_any_part_of_a_look_may_be_left_out(asked: str, count: int) -> None:
    looks = choice.chosen_looks(asked)
    assert len(looks) == len(set(looks)) == count
    if asked:
        assert all(any(set(word.split(".")) <= set(look) for word in asked.split()) for look in looks)


def test_a_whole_look_is_one_picture() -> None:
    assert choice.chosen_looks("wide.de.light") == [("wide", "de", "light")]


@pytest.mark.parametrize("asked", ["huge", "wide.small", "wide.fr", "wide..de", "small.de nothing"])
def test_a_look_that_there_is_not_is_said_with_those_there_are(asked: str) -> None:
    with pytest.raises(ValueError, match=r"no look .*wide\|large\|small, en\|de and light\|dark"):
        choice.chosen_looks(asked)


def test_scenes_are_chosen_by_name_and_by_page() -> None:
    assert choice.chosen_scenes("", SCENES) == list(SCENES)
    assert choice.chosen_scenes("people assets-why", SCENES) == ["assets-why", "people", "people-merge"]


def test_a_scene_that_there_is_not_is_said_with_those_there_are() -> None:
    with pytest.raises(ValueError, match="no scene 'asset'; there are assets assets-why home"):
        choice.chosen_scenes("home asset", SCENES)
