"""Ids stand in sentences as they are, `asset 0f…`, so that they read alike everywhere and are copied whole.

Text that somebody gave for an id, and that is none, is quoted.
"""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
NO_IDS: Final = {("services/dataset/framewell_dataset/commands/create_dataset.py", "dataset.dataset_id")}
"""What is quoted because it is refused as an id, by module."""
_ID: Final = re.compile(r"(^|[._])id$")


def quoted_ids(source: str) -> Iterator[str]:
    """Yield every id that an f-string of a module puts in quotes, by `!r` or by marks around it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for before, part in zip([None, *node.values], node.values, strict=False):
            if not isinstance(part, ast.FormattedValue) or not _ID.search(name := ast.unparse(part.value)):
                continue
            text = before.value if isinstance(before, ast.Constant) else ""
            if part.conversion == ord("r") or str(text).endswith("'"):
                yield name


def test_ids_are_found_however_they_are_quoted() -> None:
    source = """f"a {asset_id!r}, b {one.asset_id!r}, c '{run_id}', d {asset_id}, e {name!r}" """
    assert list(quoted_ids(source)) == ["asset_id", "one.asset_id", "run_id"]


def test_no_sentence_quotes_an_id() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "services/*.py", "libs/*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    modules = [path for path in listed.stdout.splitlines() if "/tests/" not in path]
    found = {(path, name) for path in modules for name in quoted_ids((ROOT / path).read_text())}
    assert found == NO_IDS
