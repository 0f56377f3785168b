"""Files and folders that their owner alone may read: logs, addresses, events, what was taken in."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import Final

PRIVATE_UMASK: Final = 0o077
FILE_MODE: Final = 0o600
FOLDER_MODE: Final = 0o700


def make_private(folder: Path) -> None:
    """Make the folder, or close it to others where it is open to them. What belongs to others stays."""
    folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    _close(folder)


def close_below(folder: Path, *patterns: str) -> None:
    """Close to others what is in the folder already and matches one of the patterns."""
    for pattern in patterns:
        for path in folder.glob(pattern):
            _close(path)


def _close(path: Path) -> None:
    with contextlib.suppress(OSError):  # gone meanwhile, or somebody else's
        mode = path.lstat().st_mode & 0o777
        if mode & PRIVATE_UMASK and not path.is_symlink():
            os.chmod(path, mode & ~PRIVATE_UMASK, follow_symlinks=True)  # noqa: PTH101
