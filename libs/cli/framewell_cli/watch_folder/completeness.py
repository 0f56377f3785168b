"""When a file that somebody puts into a folder is complete."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FileState:
    """What changes when a file is written: its length in bytes, its time of change, and which file it is."""

    size: int
    mtime_ns: int
    inode: int

    @classmethod
    def of(cls, path: Path) -> FileState:
        """Return the state of the file itself, of a link that of the link. Raises OSError."""
        found = path.lstat()
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


def is_open_for_writing(path: Path) -> bool | None:
    """Return whether a process of this machine has the file open for writing; None where that is not known.

    A read lease (fcntl(2), F_SETLEASE) is refused with EAGAIN while anybody has the file open for writing.
    Only the file's owner or root may ask, and network file systems do not know it.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except OSError as error:
        return True if error.errno == errno.EAGAIN else None
    else:
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
        return False
    finally:
        os.close(descriptor)


@dataclass(slots=True)
class Completeness:
    """Watches files until they are complete: unchanged for `settle_seconds`, and not open for writing.

    `monotonic` is a clock in seconds. Not even a file that was written long ago is complete at once: its
    time of change may be that of the file it was copied from.
    """

    settle_seconds: float
    monotonic: Callable[[], float] = time.monotonic
    _seen: dict[str, tuple[FileState, float]] = field(default_factory=dict, init=False)

    def is_settled(self, path: Path) -> bool:
        """Return whether the file no longer changes. Raises OSError for one that is gone."""
        state, now = FileState.of(path), self.monotonic()
        before, since = self._seen.get(path.name, (None, now))
        if before != state:
            before, since = state, now
            self._seen[path.name] = (state, now)
        return now - since >= self.settle_seconds and not is_open_for_writing(path)

    def forget_others(self, names: Collection[str]) -> None:
        """Forget every file but these."""
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
