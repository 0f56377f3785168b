"""Every store that an erasure counts has a name that people read."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).resolve().parents[3]
NAME: Final = r"^  \"?([\w/]+)\"?: \""
FAMILY: Final = re.compile(r"^(objects/\w+)/.*")
"""Files are named by what they are for an eye or an ear: `objects/image` of `objects/image/jpeg`."""
WORDS: Final = ROOT / "services" / "gateway" / "console" / "src" / "words"


def counted(path: Path) -> set[str]:
    """Return the stores of a service's table of holdings from which something is erased."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [
        node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
    ]
    known = imported(tree, path.parents[1])
    return {
        known[name.id] if isinstance(name := call.args[0], ast.Name) else ast.literal_eval(name)
        for call in calls
        if call.func.id == "Holding" and "kept" not in {keyword.arg for keyword in call.keywords}  # type: ignore[attr-defined]
    }


def imported(tree: ast.Module, service: Path) -> dict[str, str]:
    """Return the values of the constants that a module takes from others of its service."""
    values: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            path = service / f"{node.module.replace('.', '/')}.py"
            if path.is_file():
                values |= constants(ast.parse(path.read_text(encoding="utf-8")))
    return values


def constants(tree: ast.Module) -> dict[str, str]:
    """Return the constants of a module that are text, by their names."""
    values: dict[str, str] = {}
    for node in tree.body:
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Constant):
            values[ast.unparse(node.target)] = str(node.value.value)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Tuple):
            names = ast.unparse(node.targets[0]).strip("()").split(", ")
            values |= dict(zip(names, map(ast.literal_eval, node.value.elts), strict=True))
    return values


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_store_that_an_erasure_counts_has_a_name(language: str) -> None:
    tables = sorted(ROOT.glob("services/*/framewell_*/holdings.py"))
    assert len(tables) == 6
    stores = set().union(*map(counted, tables))
    assert {"samples", "face_tracks", "models"} <= stores
    named = re.findall(NAME, (WORDS / language / "stores.ts").read_text(encoding="utf-8"), re.MULTILINE)
    assert {FAMILY.sub(r"\1", store) for store in stores} - set(named) == set()
