"""The key that hides the names that are not to be learned: one for each mesh, made at its first start."""

from __future__ import annotations

import os
import secrets
from typing import Final

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.private import FILE_MODE

NAME_KEY_VARIABLE: Final = "FRAMEWELL_NAME_KEY"
KEY_BYTES: Final = 32


def name_key(folder: MeshFolder) -> str:
    """Return the key in 64 hex digits: that of the environment, else that of the folder, made if missing.

    It is written whole or not at all, so a start that was killed leaves no half of a key behind.
    """
    if chosen := os.environ.get(NAME_KEY_VARIABLE):
        return chosen
    path = folder.name_key
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(f".{path.name}.{os.getpid()}")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(KEY_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    return path.read_text().strip()
