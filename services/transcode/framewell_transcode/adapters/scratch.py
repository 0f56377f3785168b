"""Folders for files under way, and what killed workers left in them."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Final

LEFT_BEHIND_SECONDS: Final = 6 * 3600.0
"""Longer than any job may run: what is older has no owner, whichever process of this machine it was."""


def prepare_scratch(folder: Path) -> int:
    """Make the folder, remove what killed workers left there, and return how many leftovers that were."""
    folder.mkdir(parents=True, exist_ok=True)
    old = [entry for entry in folder.iterdir() if entry.stat().st_mtime < time.time() - LEFT_BEHIND_SECONDS]
    for entry in old:
        shutil.rmtree(entry, ignore_errors=True)
    return len(old)
