"""Small state files that other processes read while they are written."""

from __future__ import annotations

import os
from pathlib import Path

from framewell_cli.mesh.private import FILE_MODE, FOLDER_MODE


def write_whole(path: Path, text: str) -> None:
    """Replace the file in one step; its owner alone may read it."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    temporary.replace(path)
