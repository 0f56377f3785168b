"""The house that the console's tests open, and their browser: the benchmark measures what they look at."""

import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from playwright.sync_api import Browser, Page

TESTS: Final = Path(__file__).parents[2] / "services" / "gateway" / "tests"
IN_BROWSER: Final = TESTS / "pages_in_browser"
WINDOW: Final = {"width": 1440, "height": 900}


def module_at(path: Path) -> ModuleType:
    """Return a module of the tests, which are in no package."""
    name = f"benchmarked_{path.parent.name}_{path.stem}"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@contextmanager
def browser() -> Iterator[Browser]:
    """Run the browser of the tests."""
    with module_at(IN_BROWSER / "conftest.py").open_browser() as opened:
        yield opened


@contextmanager
def house() -> Iterator[Any]:
    """Serve a gateway with an empty mesh of fakes."""
    mesh = module_at(TESTS / "conftest.py").Mesh()
    with module_at(IN_BROWSER / "conftest.py").open_house(mesh) as opened:
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
