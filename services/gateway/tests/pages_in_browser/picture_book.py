"""Write a picture of every page: both languages, both themes, three windows.

    make console-pictures            all of them, into .framewell/pictures
    make console-pictures ONLY="assets review" LOOKS="small.de wide.en"

A picture is called `<scene>.<window>.<language>.<theme>.png`.

A scene fills the mesh, and says what is opened. Scenes of a page stand in `pictures_<page>.py` beside this
file, in a table `SCENES` as the one here.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Callable
from itertools import product
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page

ROOT: Final = Path(__file__).resolve().parents[4]
FOLDER: Final = ROOT / ".framewell" / "pictures"
WINDOWS: Final = {"wide": (1920, 1080), "large": (1440, 900), "small": (360, 640)}
LANGUAGES: Final = ("en", "de")
THEMES: Final = ("light", "dark")

After = Callable[[Page], None]
Scene = Callable[[Any, Any], tuple[str, After]]
"""Fills a house, given it and `visit`; says which address is opened, and what is done before the picture."""


def nothing(_: Page) -> None:
    """Do nothing before the picture is taken."""


def home(house: Any, _: Any) -> tuple[str, After]:
    """Show what waits after a day."""
    house.happened(*house.scenes.a_day())
    house.scenes.work_that_waits(house.mesh)
    return "/", nothing


def home_of_a_new_mesh(house: Any, _: Any) -> tuple[str, After]:
    """Show the first step."""
    house.scenes.no_work(house.mesh)
    return "/", nothing


def assets(house: Any, _: Any) -> tuple[str, After]:
    """Show the list with a row chosen."""
    house.happened(*house.scenes.a_day())

    def choose(page: Page) -> None:
        page.locator("[data-row]").nth(1).click()

    return "/assets?sort=title", choose


def assets_without_any(_: Any, __: Any) -> tuple[str, After]:
    """Show how the list is filled."""
    return "/assets", nothing


def assets_why(house: Any, visit: Any) -> tuple[str, After]:
    """Show why an asset stands where it is."""
    path, choose = assets(house, visit)

    def ask(page: Page) -> None:
        choose(page)
        page.keyboard.press("w")
        page.locator("[role=dialog] .badge").first.wait_for()

    return path, ask


def assets_add(house: Any, _: Any) -> tuple[str, After]:
    """Show the form that states rights, beside a file on its way."""
    house.happened(*house.scenes.a_day())
    house.scenes.ResumableUploads(house.mesh)

    def add(page: Page) -> None:
        with page.expect_file_chooser() as chooser:
            page.locator("main .button-main").first.click()
        content = {"name": "Abendschau_2026-11-30.mxf", "mimeType": "application/mxf", "buffer": b"x" * 4000}
        chooser.value.set_files([content])  # type: ignore[arg-type]
        page.locator("[role=dialog] [role=radiogroup] label").nth(1).click()

    return "/assets", add


def settings(_: Any, __: Any) -> tuple[str, After]:
    """Show how the console can be set."""

    def open_settings(page: Page) -> None:
        if page.locator(".shell-bar").is_visible():
            page.locator(".shell-bar button").click()
        page.locator(".shell-foot button").click()

    return "/", open_settings


def keys(house: Any, _: Any) -> tuple[str, After]:
    """Show the list of keys."""
    house.happened(*house.scenes.a_day())
    return "/assets", lambda page: page.keyboard.press("?")


SCENES: Final[dict[str, Scene]] = {
    "home": home,
    "home-first": home_of_a_new_mesh,
    "assets": assets,
    "assets-empty": assets_without_any,
    "assets-why": assets_why,
    "assets-add": assets_add,
    "settings": settings,
    "keys": keys,
}
"""Every picture by its name; its page is the part before the first `-`."""


def every_scene() -> dict[str, Scene]:
    """Return every scene: those here, and those of the pages' own files."""
    found = dict(SCENES)
    for path in sorted(Path(__file__).parent.glob("pictures_*.py")):
        spec = importlib.util.spec_from_file_location(path.stem, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[path.stem] = module
        spec.loader.exec_module(module)
        found.update(module.SCENES)
    return found


def wanted() -> list[str]:
    """Return the names of the pictures asked for: all, unless FRAMEWELL_PAGES names pages or pictures."""
    pages = os.environ.get("FRAMEWELL_PAGES", "").split()
    return [name for name in every_scene() if not pages or name.split("-")[0] in pages or name in pages]


def looks() -> list[str]:
    """Return the windows and languages asked for: all, unless FRAMEWELL_LOOKS names some as `small.de`."""
    asked = os.environ.get("FRAMEWELL_LOOKS", "").split()
    return [look for pair in product(WINDOWS, LANGUAGES) if (look := ".".join(pair)) in asked or not asked]


def settle(page: Page) -> None:
    """Wait until every picture of the page is there, and a moment more."""
    complete = "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')"
    while not page.evaluate(complete):  # the page forbids the evaluation that `wait_for_function` repeats
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)


@pytest.mark.parametrize("name", wanted())
def test_picture(house: Any, visit: Any, name: str) -> None:
    """Write the pictures of one scene."""
    visit.expects("")  # a picture is no test of what the console says
    path, show = every_scene()[name](house, visit)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for look in looks():
        window, language = look.split(".")
        page = visit(path, language=language, theme=THEMES[0], size=WINDOWS[window])
        settle(page)
        show(page)
        for theme in THEMES:
            page.emulate_media(color_scheme=theme)
            settle(page)
            page.screenshot(path=FOLDER / f"{name}.{look}.{theme}.png")
        page.close()
