"""The table of methods in the documentation is the one that the services check."""

from __future__ import annotations

from pathlib import Path

from framewell_contracts.access import METHODS, Role
from framewell_contracts.access.page import markdown
from framewell_kit.settings import MeshSettings

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "access.md").read_text()


def test_the_table_of_methods_is_current() -> None:
    table = PAGE.partition("<!-- methods -->\n")[2].partition("\n<!-- /methods -->")[0]
    assert table == markdown(), "run make proto, which writes it"


def test_the_table_shows_every_method_and_the_page_every_role_and_setting() -> None:
    for path in METHODS:
        assert f"`{path.rpartition('/')[2]}`" in markdown(), path
    for role in Role:
        assert f"| `{role}` |" in PAGE
    for name in MeshSettings.model_fields:
        if name.startswith(("caller_", "local_mode")):
            assert f"`FRAMEWELL_{name.upper()}`" in PAGE, name
