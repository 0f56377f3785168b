"""Is there room on the disk of the mesh? What servers say of a full one is a riddle."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

FULL_DISK_BYTES: Final = 20_000_000
"""With less a server that ends is taken to have ended for want of room."""


def no_room(folder: Path) -> str:
    """That the disk of a folder is full, and what to do; empty while there is room."""
    free = shutil.disk_usage(folder).free
    return (
        f"only {free / 1e6:.1f} MB are left on the disk of {folder}: make room"
        if free < FULL_DISK_BYTES
        else ""
    )
