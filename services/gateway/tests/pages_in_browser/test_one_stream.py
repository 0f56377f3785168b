"""Events in the tabs of one browser: one connection for all, handed on with its place, and gaps closed."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, Request, expect

PLACE: Final = "framewell-events-place"
"""Where the console keeps the id of the last event that it was told."""
FORGOTTEN: Final = "some-topic/0#12345"


def after_of(address: str) -> str:
    """Return the place that a stream was asked to go on from; '' for now."""
    return parse_qs(urlsplit(address).query).get("after", [""])[0]


def place_of(page: Page) -> str:
    """Wait until the browser keeps a place, and return it."""
    page.wait_for_function("(name) => localStorage.getItem(name)", arg=PLACE)
    kept: str = page.evaluate("(name) => localStorage.getItem(name)", PLACE)
    return kept


def open_two(house: Any, visit: Any) -> tuple[Page, Page]:
    """Return two tabs of one browser with a list each; the first holds the stream."""
    house.happened(*house.scenes.programme(1, "Abendschau", chunks=1))
    first = visit("/assets")
    expect(first.locator("[data-row]")).to_have_count(1)
    second = visit("/assets", same_browser_as=first)
    expect(second.locator("[data-row]")).to_have_count(1)
    return first, second


def refuse(house: Any, number: int, *tabs: Page) -> None:
    """Let a programme be refused, and wait until the tabs show it."""
    house.happened(*house.scenes.rejected(number, f"Rohschnitt {number}", "it ends in a picture"))
    for page in tabs:
        expect(page.get_by_text(f"Rohschnitt {number}")).to_be_visible()


def asks_for_assets(page: Page) -> list[str]:
    """Return a list that grows with each request of a tab for assets."""
    asked: list[str] = []

    def note(request: Request) -> None:
        if urlsplit(request.url).path == "/v1/assets":
            asked.append(request.url)

    page.on("request", note)
    return asked


def test_two_tabs_share_one_stream_and_both_hear_what_happens(house: Any, visit: Any) -> None:
    refuse(house, 2, *open_two(house, visit))
    assert len(visit.streams) == 1


def test_a_tab_that_closes_hands_the_stream_on_from_where_it_was(house: Any, visit: Any) -> None:
    first, second = open_two(house, visit)
    refuse(house, 2, first, second)
    place = place_of(second)
    asked = asks_for_assets(second)
    with second.expect_request(lambda request: request.resource_type == "eventsource"):
        first.close()
    assert [after_of(stream) for stream in visit.streams] == ["", place]
    refuse(house, 3, second)
    assert len(visit.streams) == 2
    # A burst makes a list old once, and once more at its end: nothing else was read.
    assert 1 <= len(asked) <= 2


@pytest.mark.parametrize("place", [FORGOTTEN, ""])
def test_a_stream_that_cannot_go_on_from_where_it_was_lets_everything_be_read_again(
    house: Any, visit: Any, place: str
) -> None:
    first, second = open_two(house, visit)
    if place:
        second.evaluate("([name, place]) => localStorage.setItem(name, place)", [PLACE, place])
    with second.expect_request(lambda request: urlsplit(request.url).path == "/v1/assets"):
        first.close()
    assert [after_of(stream) for stream in visit.streams] == ["", place]
