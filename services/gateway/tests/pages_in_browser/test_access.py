"""Access, the account, and the pages for somebody who is not signed in, from the operator's code on."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from framewell_gateway.domain.access_secrets import hashed
from framewell_gateway.domain.webhooks import Delivery, DeliveryStatus

CODE = "K7WQ2-9TRXB-4MPHA-Z8CVE"
PASSWORD = "a long sentence is easy to keep"
HOSTILE = '<img src=x onerror="alert(1)">\u202e' + "x" * 120


def put_code(house: Any) -> None:
    access = house.context.access
    house.run(access.setup_codes.put(hashed(CODE), access.clock.now() + timedelta(hours=1)))


def fill(page: Page, **fields: str) -> None:
    for label, text in fields.items():
        page.get_by_label(re.compile(label, re.IGNORECASE)).first.fill(text)


def set_up(house: Any, visit: Any) -> Page:
    put_code(house)
    page: Page = visit("/setup")
    fill(page, code=CODE, name="Anna Meier", login="anna", password=PASSWORD)
    page.get_by_role("button", name="Create the administrator").click()
    expect(page.get_by_role("heading", name="Access")).to_be_visible()
    return page


def test_the_operators_code_makes_an_administrator_who_invites_somebody(house: Any, visit: Any) -> None:
    page = set_up(house, visit)
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Bernd Vogt")
    dialog.get_by_label("Login").fill("Bernd")
    dialog.get_by_role("button", name=re.compile("Role")).click()
    page.get_by_role("option", name="Curator").click()
    dialog.get_by_role("button", name="Invite").click()
    address = page.get_by_role("alertdialog").get_by_label("Address").input_value()
    assert "/console/invitation#" in address
    page.get_by_role("alertdialog").get_by_role("button", name="Close").click()
    row = page.get_by_role("row").filter(has_text="Bernd Vogt")
    expect(row).to_contain_text("Invited")
    expect(row).to_contain_text("Curator")

    other: Page = visit(f"/invitation#{address.rpartition('#')[2]}")
    fill(other, password=PASSWORD)
    other.get_by_role("button", name="Accept the invitation").click()
    expect(other.get_by_role("navigation")).to_be_visible()
    expect(other.get_by_role("link", name="Access")).to_have_count(0)


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_pages_of_access_can_be_used_by_everybody(house: Any, visit: Any, language: str) -> None:
    page: Page = visit("/access", language=language)
    expect(page.get_by_role("heading", level=2)).to_be_visible()
    visit.check_accessibility(page)
    page = visit("/setup", language=language)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    visit.check_accessibility(page)
    visit.check_fits(page)
    page = visit("/invitation", language=language)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    visit.check_accessibility(page)
    visit.check_fits(page)


def test_a_list_of_users_with_a_hostile_name_stays_readable(house: Any, visit: Any) -> None:
    page = set_up(house, visit)
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill(HOSTILE)
    dialog.get_by_label("Login").fill("bernd")
    dialog.get_by_role("button", name="Invite").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Close").click()
    expect(page.get_by_role("row").get_by_text("onerror")).to_be_visible()
    expect(page.get_by_role("region", name="Status").get_by_text("onerror")).to_be_visible()
    visit.check_accessibility(page)
    visit.check_fits(page)


def test_in_a_small_window_all_of_a_row_is_in_sight_and_it_stays_a_table(house: Any, visit: Any) -> None:
    page = set_up(house, visit)
    page.set_viewport_size({"width": 360, "height": 640})
    row = page.get_by_role("row").filter(has_text="Anna Meier")
    expect(row.get_by_role("cell", name="Administrator")).to_be_in_viewport(ratio=1)
    expect(row.get_by_role("button", name="Actions: Anna Meier")).to_be_in_viewport(ratio=1)
    hidden = page.locator(".sheet").evaluate("(sheet) => sheet.scrollWidth - sheet.clientWidth")
    assert hidden <= 0
    label = row.get_by_role("cell", name="Administrator").evaluate(
        "(cell) => getComputedStyle(cell, '::before').content"
    )
    assert '"Role"' in label
    visit.check_accessibility(page)


def test_a_wrong_code_is_refused_in_words(house: Any, visit: Any) -> None:
    visit.expects("403")
    page: Page = visit("/setup", language="de")
    for label, text in (("Code", "ZZZZZ"), ("Name", "A"), ("Anmeldename", "anna"), ("Passwort", PASSWORD)):
        page.get_by_label(label, exact=True).fill(text)
    page.get_by_role("button", name="Konto anlegen").click()
    expect(page.get_by_role("alert")).to_contain_text("Der Code ist falsch")


def test_the_last_administrator_stays_and_the_page_says_why(house: Any, visit: Any) -> None:
    visit.expects("409")
    page = set_up(house, visit)
    page.get_by_role("button", name=re.compile("Actions: Anna")).click()
    page.get_by_role("menuitem", name="Disable").click()
    expect(page.get_by_text("last administrator")).to_be_visible()


def test_a_token_is_shown_once_and_can_be_revoked(house: Any, visit: Any) -> None:
    set_up(house, visit)
    page: Page = visit("/sign-in")
    fill(page, login="anna", password=PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("navigation")).to_be_visible()
    page.goto(page.url.partition("/console")[0] + "/console/account")
    page.get_by_role("button", name="Create a token").click()
    page.get_by_role("dialog").get_by_label("What it is for").fill("Playout report")
    page.get_by_role("dialog").get_by_role("button", name="Create a token").click()
    secret = page.get_by_role("dialog").get_by_label("The token").input_value()
    assert secret.startswith("fwt_")
    page.get_by_role("dialog").get_by_role("button", name="Close").last.click()
    expect(page.get_by_role("row").filter(has_text="Playout report")).to_be_visible()
    assert secret not in page.content()
    visit.check_accessibility(page)
    page.get_by_role("button", name=re.compile("Revoke: Playout")).click()
    expect(page.get_by_text("No tokens")).to_be_visible()


@pytest.mark.parametrize(("language", "sentence"), [("en", "no role in this mesh"), ("de", "keine Rolle")])
def test_why_the_provider_let_nobody_in_is_said(house: Any, visit: Any, language: str, sentence: str) -> None:
    house.add_user("anna", "admin")
    page: Page = visit("/sign-in?refused=no_role", language=language)
    expect(page.get_by_role("alert")).to_contain_text(sentence)
    visit.check_accessibility(page)


def test_another_password_is_taken_and_the_session_goes_on(house: Any, visit: Any) -> None:
    visit.expects("401")
    page = set_up(house, visit)
    page.goto(page.url.partition("/console")[0] + "/console/account")
    fill(page, **{"current password": "not the password", "new password": "another sentence, longer"})
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_role("alert")).to_contain_text("wrong")
    fill(page, **{"current password": PASSWORD})
    page.get_by_role("button", name="Change password").click()
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="My account")).to_be_visible()


def test_a_field_that_is_refused_is_marked_and_says_why(house: Any, visit: Any) -> None:
    visit.expects("422")
    page = set_up(house, visit)
    page.get_by_role("button", name="Invite").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("Bernd")
    dialog.get_by_label("Login").fill("no login at all")
    dialog.get_by_role("button", name="Invite").click()
    login = dialog.get_by_label("Login")
    expect(login).to_have_attribute("aria-invalid", "true")
    expect(login).to_have_accessible_description(re.compile("This is no login"))
    expect(dialog.get_by_label("Name")).not_to_have_attribute("aria-invalid", "true")
    visit.check_accessibility(page)


def test_the_sign_in_page_offers_another_language_and_keeps_it(house: Any, visit: Any) -> None:
    house.add_user("anna", "admin")
    page: Page = visit("/sign-in", language="de")
    expect(page.get_by_role("button", name="Anmelden")).to_be_visible()
    page.get_by_role("button", name=re.compile("Sprache")).click()
    page.get_by_role("option", name="English").click()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    page.reload()
    expect(page.get_by_role("button", name="Sign in")).to_be_visible()


class Receiver:
    """A system outside that takes deliveries, or refuses them."""

    def __init__(self) -> None:
        receiver = self
        self.status, self.received = 204, 0

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                receiver.received += 1
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.address = f"http://127.0.0.1:{self.server.server_port}/framewell"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()
    yield made
    made.server.shutdown()
    made.server.server_close()


def give_up(house: Any, count: int) -> None:
    """Let deliveries to the newest webhook be dead, as after days of refusals."""
    webhooks = house.context.webhooks

    async def fail() -> None:
        webhook = (await webhooks.active())[0]
        for number in range(count):
            await webhooks.put(
                Delivery(
                    delivery_id=f"msg_{number:032x}",
                    webhook_id=webhook.webhook_id,
                    event_key=f"/test#{number}",
                    type="framewell.asset.analysed.v1",
                    created_at=datetime.now(UTC) - timedelta(days=3),
                    due_at=None,
                    status=DeliveryStatus.DEAD,
                    attempts=9,
                    answered=503,
                    problem="HTTP 503",
                )
            )

    house.run(fail())


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_webhook_is_made_tried_and_taken_away(
    house: Any, visit: Any, receiver: Receiver, language: str
) -> None:
    words = {
        "en": ["New webhook", "Address", "Secret", "Close", "Actions", "Send a test", "Delete"],
        "de": [
            "Neuer Webhook",
            "Adresse",
            "Geheimnis",
            "Schließen",
            "Aktionen",
            "Probe schicken",
            "Löschen",
        ],
    }
    make, address, secret, close, what, try_it, delete = words[language]
    page: Page = visit("/access?tab=webhooks", language=language)
    visit.check_accessibility(page)
    page.get_by_role("button", name=make).click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label(address).fill(receiver.address)
    dialog.locator(".radio").nth(1).click()
    dialog.get_by_text("asset.analysed", exact=True).click()
    visit.check_accessibility(page)
    dialog.get_by_role("button", name=make).click()
    shown = page.get_by_role("alertdialog")
    assert shown.get_by_label(secret).input_value().startswith("whsec_")
    visit.check_accessibility(page)
    shown.get_by_role("button", name=close).click()
    row = page.get_by_role("row").filter(has_text=receiver.address)
    expect(row).to_contain_text("asset.analysed")
    assert "whsec_" not in page.content()
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    page.get_by_role("button", name=re.compile(what)).click()
    page.get_by_role("menuitem", name=try_it).click()
    expect(page.locator(".status-said")).to_contain_text("HTTP 204")
    assert receiver.received == 1
    receiver.status = 500
    page.get_by_role("button", name=re.compile(what)).click()
    page.get_by_role("menuitem", name=try_it).click()
    expect(page.locator(".status-said")).to_contain_text("HTTP 500")
    page.get_by_role("button", name=re.compile(what)).click()
    page.get_by_role("menuitem", name=delete).click()
    page.get_by_role("dialog").get_by_role("button", name=delete).click()
    expect(page.get_by_role("row").filter(has_text=receiver.address)).to_have_count(0)


def test_deliveries_that_were_given_up_are_seen_and_sent_again(
    house: Any, visit: Any, receiver: Receiver
) -> None:
    page: Page = visit("/access?tab=webhooks")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_role("dialog").get_by_label("Address").fill(receiver.address)
    page.get_by_role("dialog").get_by_role("button", name="New webhook").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Close").click()
    give_up(house, 3)
    page.get_by_role("button", name=re.compile("Actions")).click()
    page.get_by_role("menuitem", name="Deliveries").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("row").filter(has_text="HTTP 503")).to_have_count(3)
    visit.check_accessibility(page)
    page.set_viewport_size({"width": 320, "height": 640})
    visit.check_fits(page)
    dialog.get_by_role("button", name=re.compile("^Send again")).first.click()
    expect(dialog.get_by_role("row").filter(has_text="HTTP 503")).to_have_count(2)
    dialog.get_by_role("button", name="Send all given up again").click()
    expect(dialog.get_by_text("Nothing here.")).to_be_visible()


def test_a_dialog_is_left_by_escape_after_what_had_the_focus_is_gone(
    house: Any, visit: Any, receiver: Receiver
) -> None:
    page: Page = visit("/access?tab=webhooks")
    page.get_by_role("button", name="New webhook").click()
    page.get_by_role("dialog").get_by_label("Address").fill(receiver.address)
    page.get_by_role("dialog").get_by_role("button", name="New webhook").press("Enter")
    page.get_by_role("alertdialog").get_by_role("button", name="Close").press("Enter")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    give_up(house, 3)
    page.get_by_role("button", name=re.compile("Actions")).press("Enter")
    page.get_by_role("menuitem", name="Deliveries").press("Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("button", name=re.compile("^Send again")).first.press("Enter")
    expect(dialog.get_by_role("row").filter(has_text="HTTP 503")).to_have_count(2)
    expect(page.locator("[role=dialog]:focus, [role=dialog] :focus")).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(page.get_by_role("button", name=re.compile("Actions"))).to_be_focused()


def test_an_address_that_the_operator_does_not_allow_is_refused_at_its_field(house: Any, visit: Any) -> None:
    visit.expects("422")
    page: Page = visit("/access?tab=webhooks")
    page.get_by_role("button", name="New webhook").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Address").fill("https://elsewhere.example/hook")
    dialog.get_by_role("button", name="New webhook").click()
    expect(dialog.get_by_label("Address")).to_have_attribute("aria-invalid", "true")
    visit.check_accessibility(page)
