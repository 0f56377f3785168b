"""Two tabs of one reviewer: one reviews, and what is leased there is neither shown twice nor given back."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from framewell.sample.v1 import sample_pb2 as wire
from framewell_kit.testing.waiting import wait_until

ACCEPT, REJECT = wire.DECISION_ACCEPT, wire.DECISION_REJECT


def shown(page: Page, sample_id: str) -> None:
    expect(page.locator("[data-sample]")).to_have_attribute("data-sample", sample_id)


def elsewhere(page: Page, title: str = "You are reviewing in another tab") -> None:
    """Wait until a tab says that another one reviews, and shows no sample."""
    expect(page.get_by_role("heading", name=title)).to_be_visible()
    expect(page.locator("[data-sample]")).to_have_count(0)


def open_two(desk: Any, house: Any, visit: Any, count: int = 12, **how: Any) -> tuple[list[str], Page, Page]:
    """Return samples, a tab that reviews them, and one beside it that does not."""
    ids = desk.propose(count)
    house.add_user("anna", "curator")
    first = visit.sign_in("anna", "/review", **how)
    shown(first, ids[0])
    second = visit("/review", same_browser_as=first)
    return ids, first, second


def test_a_second_tab_shows_no_sample_and_its_end_gives_nothing_back(
    desk: Any, house: Any, visit: Any
) -> None:
    ids, first, second = open_two(desk, house, visit)
    elsewhere(second)
    second.close()
    first.bring_to_front()
    first.keyboard.press("a")
    shown(first, ids[1])
    wait_until(lambda: desk.taken == [("anna", ids[0], ACCEPT)])
    assert desk.released == []
    assert set(ids[1:10]) <= set(desk.claims)


def test_a_tab_that_takes_over_shows_what_the_other_gave_back_and_keeps_it(
    desk: Any, house: Any, visit: Any
) -> None:
    ids, first, second = open_two(desk, house, visit)
    first.keyboard.press("a")
    shown(first, ids[1])
    second.bring_to_front()
    second.get_by_role("button", name="Review here").click()
    shown(second, ids[1])
    elsewhere(first)
    second.keyboard.press("r")
    shown(second, ids[2])
    wait_until(lambda: desk.taken == [("anna", ids[0], ACCEPT), ("anna", ids[1], REJECT)])
    wait_until(lambda: set(ids[2:10]) <= set(desk.claims))
    first.bring_to_front()
    first.get_by_role("button", name="Review here").click()
    shown(first, ids[2])
    elsewhere(second)


@pytest.mark.parametrize("how", ["closed", "another page"])
def test_when_the_tab_that_reviews_goes_the_one_that_waits_goes_on(
    desk: Any, house: Any, visit: Any, how: str
) -> None:
    ids, first, second = open_two(desk, house, visit)
    elsewhere(second)
    if how == "closed":
        first.close(run_before_unload=False)
    else:
        first.get_by_role("link", name="People", exact=True).click()
    shown(second, ids[0])
    wait_until(lambda: set(desk.claims) == set(ids[:10]))


def test_of_three_tabs_the_one_that_asks_gets_the_seat(desk: Any, house: Any, visit: Any) -> None:
    ids, first, second = open_two(desk, house, visit)
    third = visit("/review", same_browser_as=first)
    elsewhere(second)
    elsewhere(third)
    third.get_by_role("button", name="Review here").click()
    shown(third, ids[0])
    elsewhere(first)
    elsewhere(second)
    first.get_by_role("button", name="Review here").click()
    shown(first, ids[0])
    elsewhere(third)


def test_a_tab_that_is_loaded_anew_sits_down_again(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(3)
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review")
    shown(page, ids[0])
    for _ in range(3):
        page.reload()
        shown(page, ids[0])


def test_it_is_said_in_german_too(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(3)
    first = visit("/review", language="de")
    shown(first, ids[0])
    second = visit("/review", same_browser_as=first)
    elsewhere(second, "Sie prüfen in einem anderen Tab")
    second.get_by_role("button", name="Hier prüfen").click()
    shown(second, ids[0])
