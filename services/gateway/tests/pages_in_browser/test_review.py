"""Review: samples by keyboard; decisions follow in order, and none is lost."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell.sample.v1 import sample_pb2 as wire
from framewell_gateway.ports import Away
from framewell_kit.testing.waiting import PATIENCE
from pages_in_browser import curating
from pages_in_browser import test_player as player
from pages_in_browser.curating import wait_for

HOSTILE = '<img src=x onerror="document.title=1">\u202eedoc\u202c שלום ' + "W" * 10_000


media_sandbox, programmes = player.media_sandbox, player.programmes


def shown(page: Page) -> str:
    """Return the id of the sample on the screen."""
    return page.locator("[data-sample]").get_attribute("data-sample") or ""


def review(visit: Any, **how: Any) -> Page:
    """Return the page of reviews, once a sample is shown: keys before that are about nothing."""
    page: Page = visit("/review", **how)
    page.locator("[data-sample]").first.wait_for()
    wait_for(page, shown(page))
    return page


def sent(desk: Any, count: int) -> list[tuple[str, int]]:
    """Return the decisions that arrived, once there are so many."""
    end = time.monotonic() + PATIENCE
    while len(desk.reviews) < count:
        assert time.monotonic() < end, f"{len(desk.reviews)} of {count} decisions arrived"
        time.sleep(0.02)
    return [(one.sample_id, one.decision) for one in desk.reviews]


def test_a_sample_shows_its_two_sources_whom_to_compare_with_and_the_gates_words(
    desk: Any, visit: Any
) -> None:
    desk.propose(3)
    page = review(visit)
    expect(page.get_by_role("heading", name="Is this Jörg Müßigbrodt?")).to_be_visible()
    card = page.locator("[data-sample]")
    expect(card.get_by_role("img", name="The face in its picture")).to_be_visible()
    expect(card.get_by_role("img", name="The caption")).to_be_visible()
    expect(card.get_by_text("Reporterin, Kanal Eins")).to_be_visible()
    expect(card.get_by_text("nearest other person · distance 0.49")).to_be_visible()
    expect(card.get_by_text("Allowed: training of the house's own models")).to_be_visible()
    expect(card.get_by_text(curating.WORDS)).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)


def test_keys_decide_advance_at_once_and_decisions_follow_in_order(desk: Any, visit: Any) -> None:
    ids = desk.propose(8)
    page = review(visit)
    for key, following in zip("aru2", ids[1:], strict=False):
        if key.isdigit():
            expect(page.get_by_role("button", name="Eileen Collins")).to_be_visible()
        page.keyboard.press(key)
        wait_for(page, following)
    accept, reject, unsure = wire.DECISION_ACCEPT, wire.DECISION_REJECT, wire.DECISION_UNSURE
    assert sent(desk, 4) == [(ids[0], accept), (ids[1], reject), (ids[2], unsure), (ids[3], accept)]
    assert [one.class_id for one in desk.reviews] == ["", "", "", "class-1"]
    assert {one.expected_revision for one in desk.reviews} == {1}
    expect(page.get_by_role("status").filter(has_text="Eileen Collins")).to_have_count(1)


def test_every_decision_of_the_last_twenty_can_be_taken_back_and_its_sample_is_shown_again(
    desk: Any, visit: Any
) -> None:
    ids = desk.propose(5)
    page = review(visit)
    for following in ids[1:4]:
        page.keyboard.press("a")
        wait_for(page, following)
    sent(desk, 3)
    page.keyboard.press("z")
    wait_for(page, ids[2])
    assert sent(desk, 4)[-1] == (ids[2], wire.DECISION_UNDO)
    page.get_by_role("button", name="Undo: Jörg Müßigbrodt").click()
    wait_for(page, ids[0])
    assert sent(desk, 5)[-1] == (ids[0], wire.DECISION_UNDO)
    page.keyboard.press("r")
    assert sent(desk, 6)[-1] == (ids[0], wire.DECISION_REJECT)
    assert desk.samples[ids[0]].state == wire.SAMPLE_STATE_REJECTED


def test_who_it_is_instead_is_written_known_or_new(desk: Any, visit: Any) -> None:
    ids = desk.propose(4)
    page = review(visit)
    page.keyboard.press("e")
    page.keyboard.type("hall")
    expect(page.get_by_role("option", name="Kerstin Hallerstede")).to_be_visible()
    visit.check_accessibility(page)
    page.keyboard.press("Enter")
    wait_for(page, ids[1])
    page.keyboard.press("e")
    page.keyboard.type("Grace  Hopper")
    expect(page.get_by_role("option", name="New person: Grace Hopper")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for(page, ids[2])
    sent(desk, 2)
    assert [desk.classes[one.class_id].name for one in desk.reviews] == [
        "Kerstin Hallerstede",
        "Grace Hopper",
    ]


def test_a_question_takes_a_name_before_it_is_accepted(desk: Any, visit: Any) -> None:
    desk.propose(1, question=True)
    page = review(visit, language="de")
    expect(page.get_by_role("heading", name="Wer ist das?")).to_be_visible()
    page.keyboard.press("a")
    expect(page.get_by_role("dialog", name="Wer ist es?")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    sent(desk, 1)
    assert desk.reviews[0].class_id == "class-1"
    expect(page.get_by_role("heading", name="Nichts mehr zu prüfen")).to_be_visible()


def test_what_is_skipped_is_given_back_and_comes_again_when_asked_for(desk: Any, visit: Any) -> None:
    ids = desk.propose(2)
    page = review(visit)
    page.keyboard.press("s")
    wait_for(page, ids[1])
    page.keyboard.press("a")
    page.get_by_role("button", name="Look at skipped ones again").click()
    wait_for(page, ids[0])
    assert ids[0] in desk.released


def test_a_refused_decision_comes_back_in_the_tray_with_its_sentence(desk: Any, visit: Any) -> None:
    ids = desk.propose(4)
    page = review(visit)
    wait_for(page, ids[0])
    desk.decided_elsewhere(ids[0], wire.DECISION_REJECT, "bert")
    page.keyboard.press("a")
    tray = page.get_by_role("alert")
    expect(tray.get_by_text("Somebody was faster.")).to_be_visible()
    expect(tray.get_by_text("bert rejected it at")).to_be_visible()
    visit.check_accessibility(page)
    page.keyboard.press("a")
    assert sent(desk, 2)[1] == (ids[1], wire.DECISION_ACCEPT)
    assert desk.samples[ids[1]].state == wire.SAMPLE_STATE_ACCEPTED
    tray.get_by_role("button", name="Seen: Jörg Müßigbrodt").click()
    expect(tray).to_have_count(0)


def test_decisions_wait_while_the_gateway_is_away_and_go_out_in_order(
    desk: Any, visit: Any, house: Any
) -> None:
    ids = desk.propose(6)
    visit.expects("Failed to load resource", "ERR_", "502", "503")
    page = review(visit)
    wait_for(page, ids[0])
    page.wait_for_load_state("networkidle")
    house.leave()
    for following in ids[1:4]:
        page.keyboard.press("a")
        wait_for(page, following)
    expect(page.get_by_text("3 decisions wait to be sent")).to_be_visible()
    assert desk.reviews == []
    house.come_back()
    assert [one for one, _ in sent(desk, 3)] == ids[:3]
    expect(page.get_by_text("decisions wait to be sent")).to_have_count(0)


def test_twenty_decisions_that_wait_stop_the_reviewer(desk: Any, visit: Any) -> None:
    ids = desk.propose(30)
    desk.before = refusing("ReviewSamples")
    visit.expects("503")
    page = review(visit)
    for following in [*ids[1:21], *[ids[20]] * 3]:
        page.keyboard.press("a")
        wait_for(page, following)
    expect(page.get_by_text("20 decisions wait to be sent")).to_be_visible()
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_disabled()
    people = len(desk.classes)
    page.keyboard.press("e")
    who = page.get_by_role("dialog", name="Who is it?")
    page.keyboard.type("Grace Hopper")
    expect(who.get_by_role("option", name="New person: Grace Hopper")).to_be_visible()
    page.keyboard.press("Enter")
    expect(who.get_by_role("alert")).to_have_text(re.compile("^Twenty decisions wait to be sent"))
    assert len(desk.classes) == people
    page.keyboard.press("Escape")
    desk.before = lambda method: None
    sent(desk, 20)
    expect(page.get_by_role("button", name="Accept", exact=True)).to_be_enabled()
    assert len({one.sample_id for one in desk.reviews}) == 20


def test_a_reload_loses_no_decision_that_was_not_sent(desk: Any, visit: Any) -> None:
    ids = desk.propose(5)
    desk.before = refusing("ReviewSamples")
    visit.expects("503")
    page = review(visit)
    for following in ids[1:3]:
        page.keyboard.press("a")
        wait_for(page, following)
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    wait_for(page, ids[2])
    desk.before = lambda method: None
    assert [one for one, _ in sent(desk, 2)][:2] == ids[:2]


def refusing(method: str) -> Any:
    """Return what lets a method be away."""

    def before(asked: str) -> None:
        if asked == method:
            raise Away("dataset", "it restarts")

    return before


def test_who_leaves_gives_back_what_is_leased(desk: Any, visit: Any) -> None:
    ids = desk.propose(3)
    page = review(visit)
    wait_for(page, ids[0])
    assert set(desk.claims) == set(ids)
    page.keyboard.press("g")
    page.keyboard.press("h")
    expect(page.get_by_role("heading", level=1, name="Home")).to_be_visible()
    end = time.monotonic() + PATIENCE
    while desk.claims:
        assert time.monotonic() < end, desk.claims
        time.sleep(0.02)


def test_all_of_one_person_in_one_programme_are_accepted_at_once_but_no_question(
    desk: Any, visit: Any
) -> None:
    asset = curating.ASSETS[0]
    alike = desk.propose(4, person=0, asset_id=asset)
    question = desk.propose(1, person=0, asset_id=asset, question=True)
    page = review(visit)
    page.get_by_role("button", name="Accept all 4 of this programme").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(4)
    visit.check_accessibility(page)
    dialog.get_by_role("button", name=re.compile("^Leave out")).nth(1).click()
    dialog.get_by_role("button", name="Accept 3").click()
    sent(desk, 3)
    assert {one.sample_id for one in desk.reviews} == set(alike) - {alike[1]}
    assert desk.samples[question[0]].state == wire.SAMPLE_STATE_PROPOSED


def test_all_alike_are_all_of_them_however_many_pages_they_take(desk: Any, visit: Any) -> None:
    asset = curating.ASSETS[0]
    alike = desk.propose(230, person=0, asset_id=asset)
    others = [
        *desk.propose(2, person=1, asset_id=asset),
        *desk.propose(2, person=0, asset_id=curating.ASSETS[1]),
    ]
    page = review(visit)
    page.get_by_role("button", name="Accept all 230 of this programme").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("listitem")).to_have_count(230)
    dialog.get_by_role("button", name="Accept 230").click()
    sent(desk, 230)
    assert {one.sample_id for one in desk.reviews} == set(alike)
    assert all(desk.samples[each].state == wire.SAMPLE_STATE_PROPOSED for each in others)
    wait_for(page, others[0])


def test_v_plays_five_seconds_before_and_after(desk: Any, visit: Any, programmes: Any) -> None:
    desk.propose(7, asset_id=player.ASSET)
    clip = player.Clip(frames=320, timecode="10:00:00:00", b_frames=2)
    player.run(programmes.house, programmes.play("clip.mp4", clip))
    visit.expects("404", "422")  # the clip has fewer pictures than the samples name
    page = review(visit)
    for following in list(desk.samples)[1:]:
        page.keyboard.press("s")
        wait_for(page, following)
    page.keyboard.press("v")
    video = page.get_by_role("dialog", name="The moment").locator("video")
    page.wait_for_function("() => document.querySelector('video')?.currentTime > 1.2")
    assert 1.0 <= float(video.evaluate("(one) => one.played.start(0)")) < 1.2
    video.evaluate("(one) => { one.currentTime = 10.6; }")
    page.wait_for_function("() => document.querySelector('video').paused")
    assert 11.0 <= float(video.evaluate("(one) => one.currentTime")) < 12.0
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_forbidden_sample_says_so_in_the_words_it_rests_on(desk: Any, visit: Any) -> None:
    (only,) = desk.propose(1)
    rights = desk.samples[only].provenance.rights
    rights.allowed, rights.sentence = False, "Withheld: a TDM reservation prohibits training."
    del rights.grounds[:]
    rights.grounds.append(RightsStatement(holder="Agentur Bluu", verbatim="tdm-reservation: 1"))
    page = review(visit)
    expect(page.locator("[data-sample]").get_by_text("tdm-reservation: 1")).to_be_visible()
    visit.check_accessibility(page)


@pytest.mark.parametrize("language", ["de", "en"])
def test_hostile_names_and_titles_are_only_text(desk: Any, visit: Any, language: str) -> None:
    desk.classes["class-0"].name = HOSTILE
    desk.propose(2, person=0, title=HOSTILE)
    page = review(visit, language=language)
    page.locator("[data-sample]").wait_for()
    assert page.title() in {"Review – Framewell", "Prüfung – Framewell"}
    visit.check_fits(page)
    expect(page.get_by_role("button", name=re.compile("^(Accept|Annehmen)$"))).to_be_in_viewport()
    page.set_viewport_size({"width": 360, "height": 640})
    visit.check_fits(page)


def test_nothing_to_review_says_why_and_a_service_that_is_away_says_so(desk: Any, visit: Any) -> None:
    page = visit("/review")
    expect(page.get_by_role("heading", name="Nothing is left to review")).to_be_visible()
    visit.check_accessibility(page)
    visit.expects("503")
    desk.before = refusing("ClaimSamples")
    page.reload()
    expect(page.get_by_text("dataset cannot be asked right now")).to_be_visible()
    desk.before = lambda method: None
    desk.propose(1)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("[data-sample]")).to_be_visible()


def test_a_key_shows_the_next_sample_in_the_same_frame_and_asks_for_nothing_of_it(
    desk: Any, visit: Any
) -> None:
    """The next three are drawn and decoded ahead; how long a key takes, `make bench-console` says."""
    ids = desk.propose(8)
    page = review(visit)
    for turn in range(4):
        page.wait_for_function(AHEAD_IS_DECODED)
        asked: list[str] = []
        listen = asked.append
        page.on("request", lambda request, listen=listen: listen(request.url))
        shown_at_once = page.evaluate(PRESS_AND_LOOK, "aru"[turn % 3])
        assert shown_at_once == {"sample": ids[turn + 1], "decoded": True}
        wait_for(page, ids[turn + 1])
        frame = desk.samples[ids[turn + 1]].crops[0].moment.frame
        of_it = [url for url in asked if re.search(f"/samples/{ids[turn + 1]}(/|$)|frame={frame}&", url)]
        assert of_it == []


AHEAD_IS_DECODED = """
() => {
  const cards = [...document.querySelectorAll('.review-card')];
  const images = cards.flatMap((card) => [...card.querySelectorAll('img')]);
  const decoded = images.filter((one) => one.complete && one.naturalWidth > 0);
  return cards.length === 4 && images.length >= 4 * 4 && decoded.length === images.length;
}
"""

PRESS_AND_LOOK = """
(key) => new Promise((resolve) => {
  window.dispatchEvent(new KeyboardEvent('keydown', { key }));
  requestAnimationFrame(() => {
    const card = document.querySelector('[data-sample]');
    const images = [...card.querySelectorAll('img')];
    resolve({
      sample: card.dataset.sample,
      decoded: images.length > 3 && images.every((one) => one.complete && one.naturalWidth > 0),
    });
  });
})
"""
"""Presses a key; resolves to what the very next frame paints."""
