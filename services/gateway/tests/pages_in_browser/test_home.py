"""Home: what waits for whoever is here, and the first step on a mesh without anything."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect


def filled(house: Any) -> None:
    """Let a day happen."""
    house.happened(*house.scenes.a_day())


@pytest.mark.parametrize(
    ("language", "title"), [("en", "Nothing is here yet"), ("de", "Hier ist noch nichts")]
)
def test_a_mesh_without_anything_says_the_first_step_and_what_it_is(
    house: Any, visit: Any, language: str, title: str
) -> None:
    page = visit("/", language=language)
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("local mesh|Mesh ist lokal"))).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    page.locator("main .button-main").click()
    expect(page).to_have_url(re.compile("/console/assets"))


def test_what_failed_waits_and_enter_goes_there(house: Any, visit: Any) -> None:
    filled(house)
    page = visit("/")
    expect(page.get_by_role("link", name=re.compile("1 asset failed"))).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("Lokalzeit Folge 23"))).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    page.keyboard.press("Enter")
    expect(page).not_to_have_url(re.compile("/console/$"))


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_hostile_title_and_reason_are_text_and_break_nothing(house: Any, visit: Any, language: str) -> None:
    hostile = house.scenes.HOSTILE
    house.happened(*house.scenes.rejected(3, hostile, hostile + "W" * 10_000))
    page = visit("/", language=language)
    expect(page.get_by_role("link").filter(has_text="<img src=x onerror=alert(1)>").first).to_be_visible()
    assert page.locator("main img[src=x]").count() == 0
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_a_part_that_is_away_says_so_and_the_rest_is_shown(house: Any, visit: Any) -> None:
    filled(house)
    house.mesh.dataset.away = True
    page = visit("/")
    expect(page.get_by_text("Missing here:")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("1 asset failed"))).to_be_visible()
    visit.check_accessibility(page)


def test_what_happens_appears_without_a_reload(house: Any, visit: Any) -> None:
    page = visit("/")
    expect(page.get_by_role("heading", name="Nothing is here yet")).to_be_visible()
    house.happened(*house.scenes.rejected(3, "Rohschnitt", "the file ends in the middle of a picture"))
    expect(page.get_by_role("link", name=re.compile("1 asset failed"))).to_be_visible()
