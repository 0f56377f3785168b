"""What was decided in Review and is not sent is told on every page, and goes out from whichever is shown."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from framewell.sample.v1 import sample_pb2 as wire
from framewell_gateway.ports import Away
from framewell_kit.testing.waiting import wait_until

ACCEPT, REJECT = wire.DECISION_ACCEPT, wire.DECISION_REJECT


def away(asked: str) -> None:
    if asked == "ReviewSamples":
        raise Away("dataset", "it restarts")


def decide_two(desk: Any, page: Page, ids: list[str]) -> None:
    """Accept the first sample and reject the second, neither of which arrives."""
    desk.before = away
    for key, here, following in (("a", ids[0], ids[1]), ("r", ids[1], ids[2])):
        expect(page.locator("[data-sample]")).to_have_attribute("data-sample", here)
        page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done, 20)))")
        page.keyboard.press(key)
        expect(page.locator("[data-sample]")).to_have_attribute("data-sample", following)


def told(page: Page, sentence: str) -> None:
    """Wait until the status line says how much waits, and Home where it is shown."""
    expect(page.get_by_label("Status").get_by_text(sentence)).to_be_visible()


@pytest.mark.parametrize("reload", [False, True], ids=["", "loaded anew"])
@pytest.mark.parametrize(
    "words",
    [
        ("en", "2 decisions not sent yet", "Home", "People"),
        ("de", "2 Entscheidungen noch nicht gesendet", "Start", "Personen"),
    ],
    ids=["en", "de"],
)
def test_decisions_that_wait_are_told_everywhere_and_go_out_without_review(
    desk: Any, house: Any, visit: Any, words: tuple[str, ...], *, reload: bool
) -> None:
    language, sentence, home, people = words
    ids = desk.propose(4)
    visit.expects("503")
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review", language=language)
    decide_two(desk, page, ids)
    page.get_by_role("link", name=home, exact=True).first.click()
    expect(page.get_by_role("main").get_by_role("link", name=sentence)).to_be_visible()
    told(page, sentence)
    page.get_by_role("link", name=people, exact=True).click()
    told(page, sentence)
    if reload:
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        told(page, sentence)
    assert desk.taken == []
    desk.before = lambda method: None
    wait_until(lambda: desk.taken == [("anna", ids[0], ACCEPT), ("anna", ids[1], REJECT)])
    expect(page.get_by_text(sentence)).to_have_count(0)


def test_nobody_is_told_or_sends_what_somebody_else_decided(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(4)
    visit.expects("503", "401", "403")
    for login in ("anna", "bert"):
        house.add_user(login, "curator")
    page = visit.sign_in("anna", "/review")
    decide_two(desk, page, ids)
    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("link", name="Home", exact=True).first.click()
    told(page, "2 decisions not sent yet")
    page.context.clear_cookies()
    visit.sign_in("bert", "/account", same_browser_as=page)
    desk.before = lambda method: None
    page.goto(f"{visit.house.address}/console/")
    expect(
        page.locator("main h2").first
    ).to_be_visible()  # what waits, unless anna's claim was not given back yet
    page.wait_for_load_state("networkidle")
    expect(page.get_by_text("not sent yet")).to_have_count(0)
    assert desk.taken == []
    page.context.clear_cookies()
    visit.sign_in("anna", "/account", same_browser_as=page)
    page.goto(f"{visit.house.address}/console/people")
    wait_until(lambda: desk.taken == [("anna", ids[0], ACCEPT), ("anna", ids[1], REJECT)])
