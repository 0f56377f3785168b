"""No process of the mesh writes to the system's temporary folder: in a container that is memory."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted(
    path
    for folder in ("libs/kit/framewell_kit", "libs/media/framewell_media", "services/*/framewell_*")
    for path in ROOT.glob(f"{folder}/**/*.py")
    if "testing" not in path.relative_to(ROOT).with_suffix("").parts
)
IN_MEMORY = ROOT / "libs" / "kit" / "framewell_kit" / "objects" / "memory.py"
"""The store of tests, which holds its objects in memory as well."""


def calls(tree: ast.Module) -> Iterator[ast.Call]:
    """Yield the calls that make something temporary."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = ast.unparse(node.func)
            if name.startswith("tempfile.") or name in {
                "TemporaryDirectory",
                "NamedTemporaryFile",
                "mkdtemp",
            }:
                yield node


def test_temporary_files_are_made_in_a_folder_that_is_named() -> None:
    assert len(MODULES) > 300
    nameless = [
        f"{module.relative_to(ROOT)}:{call.lineno}"
        for module in MODULES
        if module != IN_MEMORY
        for call in calls(ast.parse(module.read_text()))
        if "dir" not in {keyword.arg for keyword in call.keywords}
    ]
    assert not nameless, f"in the system's temporary folder: {', '.join(nameless)}"
