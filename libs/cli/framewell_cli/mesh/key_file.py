"""Keys of a mesh: each in a file of its own that its owner alone may read, made once."""

from __future__ import annotations

import os
from pathlib import Path

from framewell_cli.mesh.private import FILE_MODE


def write_key(path: Path, text: str) -> None:
    """Write a key whole or not at all, so that a start that was killed leaves no half of one behind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)
