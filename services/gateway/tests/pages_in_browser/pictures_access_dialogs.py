"""Pictures of Access: what is shown once, what is asked, who is refused, and who has to sign in again."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Final

from playwright.sync_api import Page, Route

from pages_in_browser import pictures_access as access

After = Callable[[Page], None]


def _of_row(page: Page, name: str, item: int) -> None:
    """Choose what can be done with a user or a webhook, by its place in the menu."""
    page.get_by_role("row").filter(has_text=name).get_by_role("button").click()
    page.get_by_role("menuitem").nth(item).click()
    page.locator("[role=dialog], [role=alertdialog]").wait_for()


def _users(item: int, name: str = "Bernd Vogt") -> Callable[[Any, Any], tuple[str, After]]:
    def scene(house: Any, _: Any) -> tuple[str, After]:
        access.fill(house)

        def show(page: Page) -> None:
            access.signed_in("/access")(page)
            _of_row(page, name, item)

        return "/sign-in", show

    return scene


def token(house: Any, _: Any) -> tuple[str, After]:
    """Show a token, which is shown once."""
    access.fill(house)

    def make(page: Page) -> None:
        access.signed_in("/account")(page)
        page.locator(".account-wide > .row .button").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill("Playout report")
        dialog.locator(".button-main").click()
        dialog.locator("input[readonly]").wait_for()

    return "/sign-in", make


def secret(house: Any, _: Any) -> tuple[str, After]:
    """Show the secret of a webhook, which is shown once."""
    access.tell_others(house)

    def renew(page: Page) -> None:
        page.locator(".sheet").wait_for()
        _of_row(page, "mam.example", 3)

    return "/access?tab=webhooks", renew


def provider(house: Any, _: Any) -> tuple[str, After]:
    """Show the sign-in where the house has a provider of its own."""
    access.fill(house)

    def offer(page: Page) -> None:
        def answer(route: Route) -> None:
            found = route.fetch()
            route.fulfill(response=found, json=found.json() | {"oidc": "Rundfunk Beispielstadt"})

        page.route("**/v1/session", answer)
        page.reload()
        page.locator(".gate a.button").wait_for()

    return "/sign-in", offer


def wrong_password(house: Any, _: Any) -> tuple[str, After]:
    """Show that a sign-in was refused."""
    access.fill(house)

    def try_it(page: Page) -> None:
        page.get_by_role("textbox").first.fill("olga")
        page.locator("input[type=password]").fill("not the password")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()

    return "/sign-in", try_it


def sign_in_again(house: Any, _: Any) -> tuple[str, After]:
    """Show what is asked where a session ends in the middle of work."""
    access.fill(house)

    def end(page: Page) -> None:
        access.signed_in("/access")(page)
        house.end_sessions()
        page.locator(".access-head .button").click()
        dialog = page.get_by_role("dialog")
        for field in dialog.get_by_role("textbox").all():
            field.fill("nele.brandt")
        dialog.locator(".button-main").click()
        page.get_by_role("alertdialog").wait_for()

    return "/sign-in", end


def of_another_role(house: Any, _: Any) -> tuple[str, After]:
    """Show a page to somebody whose role does not open it."""
    house.add_user("ina", "viewer")

    def open_it(page: Page) -> None:
        page.get_by_role("textbox").first.fill("ina")
        page.locator("input[type=password]").fill(access.PASSWORD)
        page.keyboard.press("Enter")
        page.locator("nav").first.wait_for(state="attached")
        page.goto(page.url.partition("/console")[0] + "/console/access")
        page.locator("main .state").wait_for()

    return "/sign-in", open_it


def setup_refused(_: Any, __: Any) -> tuple[str, After]:
    """Show that the operator's code was wrong, and a password too easy to type."""

    def fill(page: Page) -> None:
        for field, text in zip(
            page.locator(".gate input").all(), ("ZZZZZ", "Anna", "anna", access.PASSWORD), strict=True
        ):
            field.fill(text)
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()

    return "/setup", fill


def invited(house: Any, _: Any) -> tuple[str, After]:
    """Show the code of an invitation, which is shown once."""
    access.fill(house)
    numbers = count()

    def invite(page: Page) -> None:
        access.signed_in("/access")(page)
        page.locator(".access-head .button").click()
        dialog = page.get_by_role("dialog")
        name, login = dialog.get_by_role("textbox").all()
        name.fill("Nele Brandt")
        login.fill(f"nele{next(numbers)}")
        dialog.locator(".button-main").click()
        page.get_by_role("alertdialog").locator("input[readonly]").wait_for()

    return "/sign-in", invite


SCENES: Final = {
    "access-invited": invited,
    "access-role": _users(0),
    "access-tokens": _users(2, "Olga"),
    "access-remove": _users(4),
    "access-token": token,
    "access-secret": secret,
    "access-webhooks-empty": lambda _house, _visit: ("/access?tab=webhooks", lambda _: None),
    "access-provider": provider,
    "access-wrong-password": wrong_password,
    "access-again": sign_in_again,
    "access-refused": of_another_role,
    "access-setup-refused": setup_refused,
    "access-account-local": lambda _house, _visit: ("/account", lambda _: None),
}
