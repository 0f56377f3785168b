"""Write a picture of every page: both languages, both themes, three windows.

    make console-pictures            all of them, into .framewell/pictures
    make console-pictures ONLY="assets review-refused" LOOKS="small.de wide.en.dark"

A picture is called `<scene>.<window>.<language>.<theme>.png`. ONLY names scenes or pages, LOOKS looks, of
which any part may be left out; what there is not is said, and nothing is taken.

A scene fills the mesh, and says what is opened. Scenes of a page stand in `pictures_<page>.py` beside this
file, in a table `SCENES` as the one here.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from importlib import import_module
from itertools import groupby
from pathlib import Path
from typing import Any, Final

import pytest
from playwright.sync_api import Page

from pages_in_browser import picture_choice as choice

ROOT: Final = Path(__file__).resolve().parents[4]
FOLDER: Final = ROOT / ".framewell" / "pictures"

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


SCENES: Final[dict[str, Scene]] = {"home": home, "home-first": home_of_a_new_mesh}
"""Every picture by its name; its page is the part before the first `-`."""


def every_scene() -> dict[str, Scene]:
    """Return every scene: those here, and those of the pages' own files."""
    found = dict(SCENES)
    for path in sorted(Path(__file__).parent.glob("pictures_*.py")):
        found.update(import_module(f"pages_in_browser.{path.stem}").SCENES)
    return found


def asked(variable: str, choose: Callable[[str], list[Any]]) -> list[Any]:
    """Return what this variable of the environment asks for; end the run where it is not there."""
    try:
        return choose(os.environ.get(variable, ""))
    except ValueError as unknown:
        problem = str(unknown)
    pytest.fail(f"console-pictures: {problem}", pytrace=False)


def settle(page: Page) -> None:
    """Wait until every picture of the page is there, and a moment more."""
    complete = "() => [...document.images].every((one) => one.complete || one.loading === 'lazy')"
    while not page.evaluate(complete):  # the page forbids the evaluation that `wait_for_function` repeats
        page.wait_for_timeout(50)
    page.wait_for_timeout(300)


LOOKS: Final = asked("FRAMEWELL_LOOKS", choice.chosen_looks)
NAMES: Final = asked("FRAMEWELL_PAGES", lambda words: choice.chosen_scenes(words, every_scene()))


@pytest.mark.parametrize("name", NAMES)
def test_picture(house: Any, visit: Any, name: str) -> None:
    """Write the pictures of one scene."""
    visit.expects("")  # a picture is no test of what the console says
    path, show = every_scene()[name](house, visit)
    FOLDER.mkdir(parents=True, exist_ok=True)
    for (window, language), same in groupby(LOOKS, key=lambda look: look[:2]):
        themes = [theme for *_, theme in same]
        page = visit(path, language=language, theme=themes[0], size=choice.WINDOWS[window])
        settle(page)
        show(page)
        for theme in themes:
            page.emulate_media(color_scheme=theme)
            settle(page)
            page.screenshot(path=FOLDER / f"{name}.{window}.{language}.{theme}.png")
        page.close()
