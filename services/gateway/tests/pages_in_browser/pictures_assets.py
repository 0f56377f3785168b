"""Pictures of Assets: the list, why one stands where it is, files that come in, one that goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from playwright.sync_api import Page, Route

from framewell_contracts.sentences import say
from framewell_gateway.domain.broker_state import Replica, ServiceReplies
from framewell_kit.outcomes import Rejected

After = Callable[[Page], None]

PIECE: Final = 3 << 20
"""Bytes of a file that is cut off: more than goes out at once."""
NO_ANSWER: Final = say("no_answer_there", "nothing answers at its address")
TOO_MUCH: Final = say(
    "too_much",
    "the labels of a request may take {most} bytes with their names, not {size}: they travel with every event"
    " about the asset",
    most=4096,
    size=5120,
)


def chosen(number: int) -> After:
    """Choose a row of the list."""

    def choose(page: Page) -> None:
        page.locator("[data-row]").nth(number).click()

    return choose


def assets(house: Any, _: Any) -> tuple[str, After]:
    """Show the list with a row chosen."""
    house.happened(*house.scenes.a_day())
    return "/assets?sort=title", chosen(1)


def empty(_: Any, __: Any) -> tuple[str, After]:
    """Show how the list is filled."""
    return "/assets", lambda _: None


def nothing_like_it(house: Any, _: Any) -> tuple[str, After]:
    """Show a search without a result."""
    house.happened(*house.scenes.a_day())
    return "/assets?q=nothinglikeit", lambda page: page.locator(".state").wait_for()


def why(house: Any, _: Any) -> tuple[str, After]:
    """Show why a programme does not go on: transcode is away."""
    house.happened(*house.scenes.a_day())
    away = Replica("10.0.0.9:7421", away=NO_ANSWER)
    house.mesh.operations.replies["transcode"] = ServiceReplies("transcode", [away])

    def ask(page: Page) -> None:
        chosen(2)(page)
        page.keyboard.press("w")
        page.locator("[role=dialog] .badge").first.wait_for()

    return "/assets?sort=title", ask


def remove(house: Any, _: Any) -> tuple[str, After]:
    """Show what removing takes away, before a reason is given."""
    house.happened(*house.scenes.a_day())

    def ask(page: Page) -> None:
        chosen(2)(page)
        page.locator(".assets-chosen .button-icon").click()
        page.get_by_role("menuitem").last.click()
        page.get_by_role("dialog").wait_for()

    return "/assets?sort=title", ask


def give(page: Page, name: str, size: int = 4000) -> None:
    """Choose a file, as a person does."""
    with page.expect_file_chooser() as chooser:
        page.locator("main .button-main").first.click()
    chooser.value.set_files([{"name": name, "mimeType": "application/mxf", "buffer": b"x" * size}])
    page.get_by_role("dialog").wait_for()


def state(page: Page) -> None:
    """State that the house made it, and take it in."""
    dialog = page.get_by_role("dialog")
    dialog.locator(".assets-rights input[type=text]").first.fill("Kanal Eins")
    dialog.locator(".dialog-foot .button-main").click()
    dialog.wait_for(state="detached")


def add(house: Any, _: Any) -> tuple[str, After]:
    """Show the form that states rights, beside a file on its way."""
    house.happened(*house.scenes.a_day())
    house.scenes.ResumableUploads(house.mesh)

    def ask(page: Page) -> None:
        give(page, "Abendschau_2026-11-30.mxf")
        page.locator("[role=dialog] [role=radiogroup] label").nth(1).click()

    return "/assets", ask


def add_without_holder(house: Any, _: Any) -> tuple[str, After]:
    """Show a statement that does not say who holds the rights."""
    house.scenes.ResumableUploads(house.mesh)

    def ask(page: Page) -> None:
        give(page, "Abendschau_2026-11-30.mxf")
        page.get_by_role("dialog").locator(".dialog-foot .button-main").click()
        page.locator("[role=dialog] [aria-invalid=true]").wait_for()

    return "/assets", ask


def uploads(house: Any, _: Any) -> tuple[str, After]:
    """Show files in every state: taken in, refused, without rights, cut off and to be resumed."""
    house.happened(*house.scenes.a_day())
    fake = house.scenes.ResumableUploads(house.mesh)

    def cut(route: Route) -> None:
        if route.request.method == "PATCH" and int(route.request.headers["upload-offset"]) >= PIECE:
            route.abort("connectionreset")
        else:
            route.continue_()

    def send(page: Page) -> None:
        give(page, "Abendschau_2026-11-30.mxf")
        state(page)
        page.locator(".assets-uploads a.button").wait_for()
        fake.refusal = Rejected(TOO_MUCH)
        give(page, "Beitrag_Rathaus_Rohschnitt_ohne_Ton_Fassung_3_endgueltig_korrigiert.mxf")
        state(page)
        page.locator(".assets-uploads [role=alert]").wait_for()
        fake.refusal = None
        give(page, "Nachtmagazin.mxf")
        page.get_by_role("dialog").locator(".dialog-foot .button").first.click()
        page.route("**/v1/uploads/resumable/**", cut)
        give(page, "Tagesthema_Wasser.mxf", 3 * PIECE)
        state(page)
        page.locator(".assets-uploads progress[value='3145728']").wait_for()

    return "/assets", send


SCENES: Final = {
    "assets": assets,
    "assets-empty": empty,
    "assets-nothing": nothing_like_it,
    "assets-why": why,
    "assets-remove": remove,
    "assets-add": add,
    "assets-add-incomplete": add_without_holder,
    "assets-uploads": uploads,
}
