"""Pictures of the mesh: a bad night, and a calm day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page

from pages_in_browser import test_mesh as tests

After = Callable[[Page], None]


def night(house: Any, _: Any) -> tuple[str, After]:
    """Show what is wrong, and what can be done about it."""
    tests.fall(house.mesh)
    tests.serve(house.mesh)
    return "/mesh", lambda _: None


def calm(house: Any, _: Any) -> tuple[str, After]:
    """Show a mesh in which everything runs."""
    tests.serve(house.mesh)
    return "/mesh", lambda _: None


def dead_letters(house: Any, _: Any) -> tuple[str, After]:
    """Show dead letters of one kind: one is opened, and one chosen to be set aside."""
    tests.fall(house.mesh)
    tests.serve(house.mesh)

    def open_one(page: Page) -> None:
        page.locator("section[aria-labelledby=mesh-dead-letters] .mesh-do .button").first.click()
        dialog = page.get_by_role("dialog")
        dialog.locator(".mesh-dead-letters summary").first.click()
        dialog.locator(".mesh-dead-letters .checkbox").nth(1).click()
        dialog.locator(".dialog-foot .button").first.click()
        dialog.locator("input[type=text]").fill("Sent again by hand.")

    return "/mesh", open_one


def telemetry(house: Any, _: Any) -> tuple[str, After]:
    """Show how logs and traces are changed for a while."""
    tests.serve(house.mesh)

    def change(page: Page) -> None:
        page.locator("section[aria-labelledby=mesh-telemetry] .mesh-head .button").click()
        page.get_by_role("dialog").wait_for()

    return "/mesh", change


def without_broker(house: Any, _: Any) -> tuple[str, After]:
    """Show what is known while the broker cannot be asked."""
    tests.fall(house.mesh)
    tests.serve(house.mesh)
    house.mesh.broker.away = house.mesh.dead_letters.away = "connection refused"
    return "/mesh", lambda _: None


def replayed(house: Any, _: Any) -> tuple[str, After]:
    """Show what became of events that were sent again, of which one stays."""
    tests.fall(house.mesh)
    tests.serve(house.mesh)
    left = tests.views.DeadLettersLeft(reason="their topic is gone", count=1)
    house.mesh.dead_letters.answers["replay"] = tests.views.ReplayDeadLettersResponse(
        matching=2, replayed=1, left_out=[left]
    )

    def replay(page: Page) -> None:
        page.locator("section[aria-labelledby=mesh-dead-letters] .mesh-do .button").last.click()
        page.locator(".status-said .sentence-bad").wait_for()

    return "/mesh", replay


def why(house: Any, _: Any) -> tuple[str, After]:
    """Show what an asset waits for."""
    tests.fall(house.mesh)
    tests.serve(house.mesh)
    house.happened(*house.scenes.programme(1, "Abendschau vom 30. November", analysed=2, chunks=9))

    def look(page: Page) -> None:
        page.locator(".explanation").scroll_into_view_if_needed()

    return f"/mesh?why={house.scenes.asset_id(1)}", look


SCENES: Final = {
    "mesh": night,
    "mesh-calm": calm,
    "mesh-dead-letters": dead_letters,
    "mesh-telemetry": telemetry,
    "mesh-without-broker": without_broker,
    "mesh-replayed": replayed,
    "mesh-why": why,
}
