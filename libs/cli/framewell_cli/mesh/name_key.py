"""The key that hides the names that are not to be learned: one for each mesh, made at its first start."""

from __future__ import annotations

import os
import secrets
from typing import Final

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.key_file import write_key

NAME_KEY_VARIABLE: Final = "FRAMEWELL_NAME_KEY"
KEY_BYTES: Final = 32


def name_key(folder: MeshFolder) -> str:
    """Return the key in 64 hex digits: that of the environment, else that of the folder, made if missing."""
    if chosen := os.environ.get(NAME_KEY_VARIABLE):
        return chosen
    path = folder.name_key
    if not path.exists():
        write_key(path, secrets.token_hex(KEY_BYTES) + "\n")
    return path.read_text().strip()
