"""Pictures of Review: a sample with its two sources, a refused decision, nothing left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page

from framewell.sample.v1.sample_pb2 import DECISION_REJECT
from pages_in_browser import curating

After = Callable[[Page], None]


def review(house: Any, _: Any) -> tuple[str, After]:
    """Show a sample after some decisions."""
    curating.Curating(house).propose(40)

    def decide(page: Page) -> None:
        page.locator("[data-sample]").wait_for()
        for key in "aar":
            page.keyboard.press(key)
            page.wait_for_timeout(300)

    return "/review", decide


def review_refused(house: Any, _: Any) -> tuple[str, After]:
    """Show the tray."""
    desk = curating.Curating(house)
    desk.propose(12)

    def decide(page: Page) -> None:
        page.locator("[data-sample]").wait_for()
        shown = page.locator("[data-sample]").get_attribute("data-sample")
        desk.decided_elsewhere(shown, DECISION_REJECT, "bert")
        page.keyboard.press("a")
        page.get_by_role("alert").wait_for()

    return "/review", decide


def review_done(house: Any, _: Any) -> tuple[str, After]:
    """Show that nothing is left."""
    curating.Curating(house)
    return "/review", lambda _: None


def who_else(house: Any, _: Any) -> tuple[str, After]:
    """Show how somebody else is named."""
    curating.Curating(house).propose(40)

    def ask(page: Page) -> None:
        page.locator("[data-sample]").wait_for()
        page.keyboard.press("e")
        page.get_by_role("dialog").locator("input").first.fill("ad")
        page.get_by_role("option").filter(has_text=curating.NAMES[1]).wait_for()

    return "/review", ask


def all_alike(house: Any, _: Any) -> tuple[str, After]:
    """Show all samples of one person in one programme, of which one is left out."""
    desk = curating.Curating(house)
    desk.propose(6, person=0, asset_id=curating.ASSETS[0])

    def ask(page: Page) -> None:
        page.locator("[data-sample]").wait_for()
        page.locator(".review-actions > .button").last.click()
        page.get_by_role("dialog").locator("li .button").nth(1).click()

    return "/review", ask


SCENES: Final = {
    "review-who-else": who_else,
    "review-all-alike": all_alike,
    "review": review,
    "review-refused": review_refused,
    "review-empty": review_done,
}
