"""Hard days of a reviewer: others take the sample, the network goes, a session ends, keys come too early."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from framewell.sample.v1 import sample_pb2 as wire
from framewell_contracts.access import Role
from framewell_gateway.domain.logins import user_id_of
from framewell_gateway.ports import Away
from framewell_kit.testing.waiting import wait_until
from pages_in_browser.curating import wait_for

PASSWORD = "a long sentence is easy to keep"
ACCEPT, REJECT = wire.DECISION_ACCEPT, wire.DECISION_REJECT


def press(page: Page, key: str, following: str) -> None:
    page.keyboard.press(key)
    wait_for(page, following)


def review(visit: Any, ids: list[str], **how: Any) -> Page:
    page: Page = visit("/review", **how)
    wait_for(page, ids[0])
    return page


def on_a_clock(visit: Any, ids: list[str]) -> Page:
    """Return the page of reviews with a clock that a test can set forward."""
    page: Page = visit("/account")
    page.clock.install()
    page.goto(f"{visit.house.address}/console/review")
    wait_for(page, ids[0])
    return page


def taken(desk: Any, count: int) -> list[tuple[str, int]]:
    """Return the decisions that changed a sample, once there are so many."""
    wait_until(lambda: len(desk.taken) >= count)
    return [(sample_id, decision) for _, sample_id, decision in desk.taken]


def away(*methods: str) -> Any:
    """Return what lets methods be away; all of the service where none is named."""

    def before(asked: str) -> None:
        if not methods or asked in methods:
            raise Away("dataset", "it restarts")

    return before


def sign_in_again(page: Page, login: str | None = None) -> None:
    again = page.get_by_role("alertdialog", name="Sign in again")
    if login is not None:
        again.get_by_label("Login").fill(login)
    again.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(again).to_have_count(0)


# Two at one desk


def test_two_curators_in_two_browsers_share_the_samples_and_decide_in_their_own_names(
    desk: Any, house: Any, visit: Any
) -> None:
    ids = desk.propose(24)
    house.add_user("anna", "curator")
    house.add_user("bert", "curator")
    pages = [visit.sign_in(who, "/review") for who in ("anna", "bert")]
    wait_for(pages[0], ids[0])
    wait_for(pages[1], ids[10])
    held = {who: {each for each, by in desk.claims.items() if by == who} for who in ("anna", "bert")}
    assert held == {"anna": set(ids[:10]), "bert": set(ids[10:20])}
    for turn in range(3):
        press(pages[0], "a", ids[1 + turn])
        press(pages[1], "r", ids[11 + turn])
    taken(desk, 6)
    assert [one[1:] for one in desk.taken if one[0] == "anna"] == [(each, ACCEPT) for each in ids[:3]]
    assert [one[1:] for one in desk.taken if one[0] == "bert"] == [(each, REJECT) for each in ids[10:13]]
    assert all(by in {"anna", "bert"} for by in desk.claims.values())
    pages[1].reload()
    expect(pages[1].get_by_text("Also reviewing: anna")).to_be_visible()


def test_a_sample_that_somebody_else_took_leaves_the_screen_and_says_who_has_it(
    desk: Any, visit: Any
) -> None:
    ids = desk.propose(3)
    page = on_a_clock(visit, ids)
    desk.lease(ids[0], "bert")
    page.clock.fast_forward(45_000)
    wait_for(page, ids[1])
    expect(page.get_by_text("Somebody else is reviewing it. bert is reviewing the sample")).to_be_visible()
    press(page, "a", ids[2])
    assert taken(desk, 1) == [(ids[1], ACCEPT)]


def test_a_machine_that_slept_renews_late_and_keeps_what_nobody_took(desk: Any, visit: Any) -> None:
    ids = desk.propose(4)
    page = on_a_clock(visit, ids)
    desk.later += timedelta(hours=1)
    desk.lease(ids[0], "bert")
    desk.decided_elsewhere(ids[1], REJECT, "bert")
    page.clock.fast_forward("01:00:00")
    wait_for(page, ids[2])
    press(page, "a", ids[3])
    assert taken(desk, 1) == [(ids[2], ACCEPT)]
    assert desk.claims[ids[3]] == "local"


def test_a_key_on_a_sample_whose_lease_is_somebody_elses_by_now_is_refused_into_the_tray(
    desk: Any, visit: Any
) -> None:
    ids = desk.propose(3)
    page = review(visit, ids)
    desk.later += timedelta(minutes=5)
    desk.lease(ids[0], "bert")
    press(page, "a", ids[1])
    tray = page.get_by_role("alert")
    expect(tray.get_by_text("Somebody else is reviewing it.")).to_be_visible()
    assert desk.taken == []
    press(page, "a", ids[2])
    assert taken(desk, 1) == [(ids[1], ACCEPT)]


def test_a_lease_that_ended_and_that_nobody_took_loses_no_decision(desk: Any, visit: Any) -> None:
    ids = desk.propose(2)
    page = review(visit, ids)
    desk.later += timedelta(minutes=5)
    assert desk.claims == {}
    press(page, "a", ids[1])
    assert taken(desk, 1) == [(ids[0], ACCEPT)]


def test_a_sample_that_is_erased_while_it_is_shown_leaves_the_screen(desk: Any, visit: Any) -> None:
    ids = desk.propose(2)
    page = on_a_clock(visit, ids)
    del desk.samples[ids[0]]
    page.clock.fast_forward(45_000)
    wait_for(page, ids[1])
    expect(page.get_by_text("A sample left your desk. This sample is gone.")).to_be_visible()


def test_what_is_typed_about_a_sample_that_went_is_never_said_of_the_next_one(desk: Any, visit: Any) -> None:
    ids = desk.propose(2)
    page = on_a_clock(visit, ids)
    page.keyboard.press("e")
    page.keyboard.type("Grace Hopper")
    desk.lease(ids[0], "bert")
    page.clock.fast_forward(45_000)
    wait_for(page, ids[1])
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.keyboard.press("Enter")
    page.keyboard.press("r")
    assert taken(desk, 1) == [(ids[1], REJECT)]


# The network and the mesh go away


def test_decisions_of_a_minute_without_network_all_arrive_once_and_in_order(desk: Any, visit: Any) -> None:
    ids = desk.propose(8)
    visit.expects("Failed to load resource", "ERR_")
    page = review(visit, ids)
    page.wait_for_load_state("networkidle")
    press(page, "a", ids[1])
    taken(desk, 1)
    page.context.set_offline(True)
    for number, key in enumerate("raur"):
        press(page, key, ids[2 + number])
    expect(page.get_by_text("4 decisions wait to be sent")).to_be_visible()
    page.keyboard.press("z")
    wait_for(page, ids[4])
    press(page, "a", ids[5])
    page.context.set_offline(False)
    expect(page.get_by_text("wait to be sent")).to_have_count(0)
    wait_until(lambda: desk.samples[ids[4]].state == wire.SAMPLE_STATE_ACCEPTED)
    last = dict(taken(desk, 5))
    assert list(last) == ids[:5]
    assert [last[each] for each in ids[:5]] == [ACCEPT, REJECT, ACCEPT, wire.DECISION_UNSURE, ACCEPT]
    expect(page.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize("reload", [False, True])
def test_a_decision_whose_answer_was_lost_is_taken_once(
    desk: Any, house: Any, visit: Any, *, reload: bool
) -> None:
    ids = desk.propose(5)
    visit.expects("Failed to load resource", "ERR_")
    page = review(visit, ids)
    page.wait_for_load_state("networkidle")
    desk.after = resetting(house, "ReviewSamples")
    press(page, "a", ids[1])
    press(page, "r", ids[2])
    taken(desk, 1)
    if reload:
        page.on("dialog", lambda dialog: dialog.accept())
        page.reload()
        wait_for(page, ids[2])
    desk.after = lambda method: None
    wait_until(lambda: len(desk.taken) == 2)
    expect(page.get_by_text("wait to be sent")).to_have_count(0)
    expect(page.get_by_role("alert")).to_have_count(0)
    assert taken(desk, 2) == [(ids[0], ACCEPT), (ids[1], REJECT)]


def resetting(house: Any, method: str) -> Any:
    """Return what breaks every connection once a method has done its work, before it answers."""

    def after(asked: str) -> None:
        if asked == method:
            for connection in list(house.serving.server.server_state.connections):
                connection.transport.abort()

    return after


def test_a_decision_whose_answer_was_lost_can_be_taken_back(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(3)
    visit.expects("Failed to load resource", "ERR_")
    page = review(visit, ids)
    page.wait_for_load_state("networkidle")
    desk.after = resetting(house, "ReviewSamples")
    press(page, "a", ids[1])
    taken(desk, 1)
    press(page, "z", ids[0])
    desk.after = lambda method: None
    assert taken(desk, 2) == [(ids[0], ACCEPT), (ids[0], wire.DECISION_UNDO)]
    press(page, "r", ids[1])
    assert taken(desk, 3)[-1] == (ids[0], REJECT)


def test_while_the_dataset_service_is_away_work_goes_on_and_afterwards_all_is_there(
    desk: Any, visit: Any
) -> None:
    ids = desk.propose(14)
    visit.expects("503")
    page = review(visit, ids)
    page.wait_for_load_state("networkidle")
    desk.before = away()
    for number in range(6):
        press(page, "a", ids[1 + number])
    card = page.locator("[data-sample]")
    expect(card.get_by_text("dataset cannot be asked right now")).to_be_visible()
    expect(page.get_by_text("6 decisions wait to be sent")).to_be_visible()
    desk.before = lambda method: None
    assert taken(desk, 6) == [(each, ACCEPT) for each in ids[:6]]
    expect(card.get_by_text("dataset cannot be asked right now")).to_have_count(0)
    expect(card.get_by_text("nearest other person")).to_be_visible()
    wait_until(lambda: set(desk.claims) == set(ids[6:]))


# The session ends


def test_a_session_that_ends_while_somebody_decides_loses_nothing(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(6)
    visit.expects("401")
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    press(page, "a", ids[1])
    taken(desk, 1)
    house.end_sessions()
    press(page, "r", ids[2])
    expect(page.get_by_role("alertdialog", name="Sign in again")).to_be_visible()
    page.keyboard.press("Escape")
    page.locator("body").press("a")
    sign_in_again(page)
    assert taken(desk, 2) == [(ids[0], ACCEPT), (ids[1], REJECT)]
    wait_for(page, ids[2])
    press(page, "a", ids[3])
    assert taken(desk, 3)[2:] == [(ids[2], ACCEPT)]
    assert {who for who, _, _ in desk.taken} == {"anna"}


def test_a_name_that_is_being_typed_stays_when_the_session_ends(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(3)
    visit.expects("401")
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    page.keyboard.press("e")
    field = page.get_by_role("combobox", name="Name")
    page.keyboard.type("Grace")
    expect(page.get_by_role("option", name="New person: Grace")).to_be_visible()

    def ended_on_the_way(route: Route) -> None:
        house.end_sessions()  # no other request of the page is refused before all is typed
        route.continue_()

    page.route(re.compile(r"/v1/classes\?.*Grace(\+|%20)H(&|$)"), ended_on_the_way, times=1)
    page.keyboard.type(" H")
    expect(page.get_by_role("alertdialog", name="Sign in again")).to_be_visible()
    sign_in_again(page)
    expect(field).to_have_value("Grace H")
    expect(field).to_be_focused()
    page.keyboard.type("opper")
    expect(page.get_by_role("option", name="New person: Grace Hopper")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for(page, ids[1])
    taken(desk, 1)
    assert desk.classes[desk.samples[ids[0]].class_id].name == "Grace Hopper"


def test_decisions_of_one_person_are_never_sent_in_the_name_of_the_next(
    desk: Any, house: Any, visit: Any
) -> None:
    ids = desk.propose(16)
    visit.expects("401", "503")
    house.add_user("anna", "curator")
    house.add_user("bert", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    desk.before = away("ReviewSamples")
    press(page, "a", ids[1])
    press(page, "a", ids[2])
    house.end_sessions()
    sign_in_again(page, "bert")
    desk.before = lambda method: None
    wait_for(page, ids[10])
    expect(page.locator("[data-sample]").get_by_text("nearest other person")).to_be_visible()
    press(page, "r", ids[11])
    taken(desk, 1)
    expect(page.get_by_text("wait to be sent")).to_have_count(0)
    assert desk.taken == [("bert", ids[10], REJECT)]
    house.end_sessions()
    press(page, "r", ids[12])
    sign_in_again(page, "anna")
    wait_until(lambda: len(desk.taken) == 3)
    assert desk.taken[1:] == [("anna", ids[0], ACCEPT), ("anna", ids[1], ACCEPT)]


def test_a_second_tab_in_which_somebody_else_signs_in_changes_nobodys_name(
    desk: Any, house: Any, visit: Any
) -> None:
    ids = desk.propose(4)
    visit.expects("403", "401")
    house.add_user("anna", "curator")
    house.add_user("bert", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    visit.sign_in("bert", "/account", same_browser_as=page)
    page.bring_to_front()
    page.keyboard.press("a")
    expect(page.get_by_text("bert")).to_be_visible()
    assert [one for one in desk.taken if one[1] == ids[0]] == []


def test_a_session_begun_anew_in_a_second_tab_goes_on_in_the_first(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(3)
    visit.expects("403")
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies()
    visit.sign_in("anna", "/account", same_browser_as=page)
    page.bring_to_front()
    press(page, "a", ids[1])
    assert taken(desk, 1) == [(ids[0], ACCEPT)]
    expect(page.get_by_role("alert")).to_have_count(0)


def test_an_account_that_is_disabled_sends_nothing_more(desk: Any, house: Any, visit: Any) -> None:
    ids = desk.propose(3)
    visit.expects("401")
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    users = house.context.access.users
    house.run(users.disable(house.run(users.get(user_id_of("anna")))))
    press(page, "a", ids[1])
    again = page.get_by_role("alertdialog", name="Sign in again")
    again.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(again.get_by_text("Login or password is wrong.")).to_be_visible()
    again.get_by_role("button", name="Leave the page").click()
    expect(page).to_have_url(re.compile("/console/sign-in"))
    assert desk.reviews == []


def test_a_role_that_is_taken_away_in_the_middle_says_so_in_the_tray(
    desk: Any, house: Any, visit: Any
) -> None:
    ids = desk.propose(3)
    visit.expects("403", "401")
    house.add_user("anna", "curator")
    page = visit.sign_in("anna", "/review")
    wait_for(page, ids[0])
    users = house.context.access.users
    user = house.run(users.get(user_id_of("anna")))
    house.run(users.change_role(user, Role.VIEWER))
    page.keyboard.press("a")
    expect(page.get_by_role("alert").or_(page.get_by_role("alertdialog")).first).to_be_visible()
    assert desk.reviews == []


# Keys


KEYDOWN = """
(keys) => {
  for (const init of keys) {
    const target = document.activeElement ?? document.body;
    const event = new KeyboardEvent("keydown", { bubbles: true, cancelable: true, ...init });
    if (init.keyCode) Object.defineProperty(event, "keyCode", { value: init.keyCode });
    target.dispatchEvent(event);
  }
}
"""


def keys(page: Page, *pressed: dict[str, Any]) -> None:
    """Press keys within one task of the page, before anything can be painted."""
    page.evaluate(KEYDOWN, list(pressed))


def test_two_keys_within_one_frame_decide_about_one_sample(desk: Any, visit: Any) -> None:
    ids = desk.propose(4)
    page = review(visit, ids)
    keys(page, {"key": "a"}, {"key": "a"})
    wait_for(page, ids[1])
    page.evaluate(
        """() => {
          const press = () => window.dispatchEvent(new KeyboardEvent("keydown", { key: "a" }));
          press();
          return Promise.resolve().then(() => Promise.resolve()).then(press);
        }"""
    )
    wait_for(page, ids[2])
    press(page, "r", ids[3])
    assert taken(desk, 3) == [(ids[0], ACCEPT), (ids[1], ACCEPT), (ids[2], REJECT)]


def test_a_key_pressed_before_the_next_sample_was_painted_is_about_nothing(desk: Any, visit: Any) -> None:
    """The page is busy: the key waits in its queue, and is read when the next sample is on the screen."""
    ids = desk.propose(3)
    page = review(visit, ids)
    page.evaluate(
        """() => new Promise((done) => {
          const early = new KeyboardEvent("keydown", { key: "a" });
          window.dispatchEvent(new KeyboardEvent("keydown", { key: "r" }));
          const until = () =>
            document.querySelector("[data-sample]").dataset.sample === "s-1"
              ? setTimeout(() => { window.dispatchEvent(early); done(); }, 100)
              : requestAnimationFrame(until);
          until();
        })"""
    )
    wait_for(page, ids[1])
    assert taken(desk, 1) == [(ids[0], REJECT)]
    press(page, "a", ids[2])
    assert taken(desk, 2)[-1] == (ids[1], ACCEPT)


def test_a_key_that_is_held_down_decides_once(desk: Any, visit: Any) -> None:
    ids = desk.propose(4)
    page = review(visit, ids)
    for _ in range(3):  # every further one says that it is a repeat
        page.keyboard.down("a")
        wait_for(page, ids[1])
    page.keyboard.up("a")
    press(page, "a", ids[2])
    assert taken(desk, 2) == [(ids[0], ACCEPT), (ids[1], ACCEPT)]


def test_keys_of_an_input_method_decide_nothing(desk: Any, visit: Any) -> None:
    ids = desk.propose(3)
    page = review(visit, ids)
    keys(page, {"key": "a", "isComposing": True}, {"key": "a", "keyCode": 229}, {"key": "Process"})
    wait_for(page, ids[0])
    page.keyboard.press("e")
    page.keyboard.type("hall")
    expect(page.get_by_role("option", name="Kerstin Hallerstede")).to_be_visible()
    keys(page, {"key": "Enter", "isComposing": True}, {"key": "Enter", "keyCode": 229})
    expect(page.get_by_role("dialog", name="Who is it?")).to_be_visible()
    page.keyboard.press("Enter")
    wait_for(page, ids[1])
    assert [sample_id for sample_id, _ in taken(desk, 1)] == [ids[0]]


@pytest.mark.parametrize("name", ["hall", "Grace Hopper"])
def test_enter_twice_takes_one_name_and_says_nothing_of_the_next_sample(
    desk: Any, visit: Any, name: str
) -> None:
    ids = desk.propose(3)
    known = len(desk.classes)
    page = review(visit, ids)
    page.keyboard.press("e")
    page.keyboard.type(name)
    expect(page.get_by_role("option").first).to_be_visible()
    expect(page.get_by_role("option", name=re.compile(name, re.IGNORECASE)).first).to_be_visible()
    keys(page, {"key": "Enter"}, {"key": "Enter"})
    page.keyboard.press("Enter")
    wait_for(page, ids[1])
    taken(desk, 1)
    press(page, "r", ids[2])
    assert [each for each, _ in taken(desk, 2)] == ids[:2]
    assert len(desk.classes) == known + (name != "hall")


def test_a_number_is_never_about_the_offers_of_another_sample(desk: Any, visit: Any) -> None:
    ids = desk.propose(6)
    waiting: list[Route] = []
    page: Page = visit("/account")

    def hold(route: Route) -> None:
        waiting.append(route)

    page.route(re.compile(f"/v1/samples/{ids[1]}$"), hold)
    page.goto(f"{visit.house.address}/console/review")
    wait_for(page, ids[0])
    expect(offers(page).first).to_be_visible()
    press(page, "2", ids[1])
    expect(offers(page)).to_have_count(0)
    page.keyboard.press("1")
    wait_for(page, ids[1])
    assert [each for each, _ in taken(desk, 1)] == [ids[0]]
    for route in waiting:
        route.continue_()
    expect(offers(page).first).to_be_visible()
    offered = offers(page).first.locator(".one-line").inner_text()
    press(page, "1", ids[2])
    assert taken(desk, 2)[1] == (ids[1], ACCEPT)
    assert desk.classes[desk.samples[ids[1]].class_id].name == offered


def offers(page: Page) -> Locator:
    return page.get_by_role("region", name="Others it may be").get_by_role("button")
