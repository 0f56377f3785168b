"""Pictures of the mesh: a bad night, and a calm day."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from playwright.sync_api import Page

After = Callable[[Page], None]


def told_by(name: str) -> ModuleType:
    """Return the tests of a page, which tell their fakes what its pictures show."""
    spec = importlib.util.spec_from_file_location(f"told_by_{name}", Path(__file__).with_name(f"{name}.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


tests = told_by("test_mesh")


def night(house: Any, _: Any) -> tuple[str, After]:
    """Show what is wrong, and what can be done about it."""
    tests.fall(house.mesh)
    return "/mesh", lambda _: None


def calm(_: Any, __: Any) -> tuple[str, After]:
    """Show a mesh in which everything runs."""
    return "/mesh", lambda _: None


SCENES: Final = {"mesh": night, "mesh-calm": calm}
