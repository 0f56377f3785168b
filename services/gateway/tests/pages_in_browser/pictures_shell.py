"""Pictures of what stands around every page: menu, settings, keys, and what keeps somebody from working."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page

After = Callable[[Page], None]

PASSWORD: Final = "a long sentence is easy to keep"


def opened(page: Page) -> None:
    """Open the menu where a small window hides it."""
    if page.locator(".shell-bar").is_visible():
        page.locator(".shell-bar button").click()


def menu(house: Any, _: Any) -> tuple[str, After]:
    """Show the pages there are."""
    house.scenes.no_work(house.mesh)
    return "/", opened


def settings(house: Any, _: Any) -> tuple[str, After]:
    """Show how the console can be set."""
    house.scenes.no_work(house.mesh)

    def open_settings(page: Page) -> None:
        opened(page)
        page.locator(".shell-foot button").click()

    return "/", open_settings


def keys(house: Any, _: Any) -> tuple[str, After]:
    """Show the list of keys."""
    house.happened(*house.scenes.a_day())
    return "/assets", lambda page: page.keyboard.press("?")


def away(house: Any, _: Any) -> tuple[str, After]:
    """Show that the gateway does not answer, over what was read before."""
    house.happened(*house.scenes.a_day())

    def cut(page: Page) -> None:
        page.locator("[data-row]").first.wait_for()
        page.context.set_offline(True)
        page.locator("main [data-search]").fill("Lokalzeit")
        page.locator(".status-bad").wait_for()

    return "/assets", cut


def session_ended(house: Any, _: Any) -> tuple[str, After]:
    """Show how somebody signs in again whose session has ended."""
    house.add_user("ina", "curator")
    house.happened(*house.scenes.a_day())

    def end(page: Page) -> None:
        page.locator("input[autocomplete=username]").fill("ina")
        page.locator("input[autocomplete=current-password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("nav").first.wait_for(state="attached")
        page.goto(page.url.partition("/console")[0] + "/console/assets")
        page.locator("[data-row]").first.wait_for()
        house.end_sessions()
        page.locator("main [data-search]").fill("Lokalzeit")
        page.get_by_role("alertdialog").wait_for()

    return "/sign-in", end


def no_page(_: Any, __: Any) -> tuple[str, After]:
    """Show an address that no page has."""
    return "/nowhere", lambda _: None


def another_role(house: Any, _: Any) -> tuple[str, After]:
    """Show a page that takes another role."""
    house.add_user("vera", "viewer")

    def go(page: Page) -> None:
        page.locator("input[autocomplete=username]").fill("vera")
        page.locator("input[autocomplete=current-password]").fill(PASSWORD)
        page.keyboard.press("Enter")
        page.locator("nav").first.wait_for(state="attached")
        page.goto(page.url.partition("/console")[0] + "/console/access")
        page.locator(".state").wait_for()

    return "/sign-in", go


SCENES: Final = {
    "shell-menu": menu,
    "shell-away": away,
    "shell-ended": session_ended,
    "shell-nowhere": no_page,
    "shell-role": another_role,
    "settings": settings,
    "keys": keys,
}
