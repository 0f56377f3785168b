"""Pictures of Review: a sample with its two sources, a refused decision, nothing left."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from playwright.sync_api import Page

from framewell.sample.v1.sample_pb2 import DECISION_REJECT


def beside(name: str) -> ModuleType:
    """Return a module that stands beside this file."""
    spec = importlib.util.spec_from_file_location(
        f"pages_in_browser_{name}", Path(__file__).with_name(f"{name}.py")
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


curating = beside("curating")

After = Callable[[Page], None]


def review(house: Any, _: Any) -> tuple[str, After]:
    """Show a sample after some decisions."""
    curating.Curating(house).propose(14)

    def decide(page: Page) -> None:
        page.locator("[data-sample]").wait_for()
        for key in "aar":
            page.keyboard.press(key)
            page.wait_for_timeout(300)

    return "/review", decide


def review_refused(house: Any, _: Any) -> tuple[str, After]:
    """Show the tray."""
    desk = curating.Curating(house)
    desk.propose(12)

    def decide(page: Page) -> None:
        page.locator("[data-sample]").wait_for()
        shown = page.locator("[data-sample]").get_attribute("data-sample")
        desk.decided_elsewhere(shown, DECISION_REJECT, "bert")
        page.keyboard.press("a")
        page.get_by_role("alert").wait_for()

    return "/review", decide


def review_done(house: Any, _: Any) -> tuple[str, After]:
    """Show that nothing is left."""
    curating.Curating(house)
    return "/review", lambda _: None


SCENES: Final = {
    "review": review,
    "review-refused": review_refused,
    "review-empty": review_done,
}
