"""The house that the console's tests open, and their browser: the benchmark measures what they look at."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from playwright.sync_api import Browser, Page

TESTS: Final = Path(__file__).parents[2] / "services" / "gateway" / "tests"
WINDOW: Final = {"width": 1440, "height": 900}


def in_browser(name: str) -> ModuleType:
    """Return a module of the tests in a browser, which are a package for whoever knows the folder above."""
    if str(TESTS) not in sys.path:
        sys.path.append(str(TESTS))
    return import_module(f"pages_in_browser.{name}")


def _fakes() -> ModuleType:
    """Return the conftest.py of the gateway's tests, which are in no package."""
    name = "benchmarked_gateway"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, TESTS / "conftest.py")
        assert spec is not None
        assert spec.loader is not None
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@contextmanager
def browser() -> Iterator[Browser]:
    """Run the browser of the tests."""
    with in_browser("conftest").open_browser() as opened:
        yield opened


@contextmanager
def house() -> Iterator[Any]:
    """Serve a gateway with an empty mesh of fakes."""
    with in_browser("conftest").open_house(_fakes().Mesh()) as opened:
        yield opened


@contextmanager
def tab(browser: Browser) -> Iterator[Page]:
    """Open a tab of a browser that was never here: nothing is in its cache."""
    context = browser.new_context(viewport=WINDOW, locale="en-GB")  # type: ignore[arg-type]
    yield context.new_page()
    context.close()


def fill(house: Any, count: int) -> None:
    """Let so many programmes be asked for."""
    title = house.scenes.Programme
    house.happened(*(house.scenes.requested(n, title(title=f"Folge {n:05}")) for n in range(count)))
