"""Free space on the disk of the mesh: servers end with obscure errors when it is full."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Final

FULL_DISK_BYTES: Final = 20_000_000
"""With less than this, a server that ended is taken to have ended because the disk was full."""


def disk_full(folder: Path) -> str:
    """Return that the disk of a folder is full, and what to do; empty while there is room."""
    free = shutil.disk_usage(folder).free
    return (
        f"only {free / 1e6:.1f} MB are left on the disk of {folder}: make room"
        if free < FULL_DISK_BYTES
        else ""
    )
