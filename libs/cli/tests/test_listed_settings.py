"""`framewell settings`: values as a variable takes them, and what the embedded mesh gives instead."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.programs import given_by_up
from framewell_cli.mesh.settings import setting_rows


@pytest.mark.parametrize(
    ("default", "text"),
    [
        *[([], "none"), ({}, "none"), ("", "none"), (None, "none"), (False, "false"), (0, "0"), (1.5, "1.5")],
        *[("info", "info"), (["system", "rights"], '["system", "rights"]')],
    ],
)
def test_a_default_is_spelled_as_its_variable_takes_it(default: Any, text: str) -> None:
    setting = {"variable": "FRAMEWELL_X", "description": "What.", "default": default, "set_to": None}
    assert list(setting_rows(setting, {})) == [("  FRAMEWELL_X", "What."), ("", f"default: {text}")]


def test_what_the_embedded_mesh_gives_instead_of_a_default_is_named(tmp_path: Path) -> None:
    variable, folder = "FRAMEWELL_INGEST_ROOTS", MeshFolder(tmp_path)
    setting: dict[str, Any] = {"variable": variable, "description": "", "default": [], "set_to": None}
    *_, last = setting_rows(setting, given_by_up(folder))
    assert last == ("", f"under 'framewell up': {tmp_path / 'inbox'}")
    assert list(tmp_path.iterdir()) == []  # nothing is made by being asked
