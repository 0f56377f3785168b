"""One supervisor a folder: a lock that the kernel drops with its holder."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from framewell_cli.mesh.private import FILE_MODE, FOLDER_MODE


class LockHeld(Exception):
    """Somebody else holds the lock."""


_TIMEOUT_SECONDS = 0.5
"""Longer than anybody takes to look whether the lock is held."""


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold the lock while the block runs. Raise LockHeld where another process keeps it."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, FILE_MODE)
    try:
        deadline = time.monotonic() + _TIMEOUT_SECONDS
        while not _lock(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise LockHeld(str(path))
            time.sleep(0.02)
        yield
    finally:
        os.close(descriptor)


def is_held(path: Path) -> bool:
    """Return True while a process holds the lock. Readers do not block one another."""
    if not path.exists():
        return False
    descriptor = os.open(path, os.O_RDONLY)
    try:
        return not _lock(descriptor, fcntl.LOCK_SH)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
