"""A folder of this process's own for files under way: downloads, copies of objects, what a job writes.

Originals may be hundreds of GB, so nothing of this goes to the system's temporary folder, which is often held
in memory (a tmpfs in our containers).
"""

import fcntl
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from framewell_kit.full_disk import full_disk_is_busy

PREFIX = "under-way-"
LOCK = "lock"


@contextmanager
def own_scratch(shared: Path) -> Iterator[Path]:
    """Yield a new folder below `shared`, and remove it afterwards; remove first what killed processes left.

    A process holds a lock on its folder for as long as it lives, so processes of one host may share `shared`,
    replicas in containers among them. Raises Busy for a full disk, OSError where the folder cannot be made.
    """
    shared = shared.absolute()
    with full_disk_is_busy("files under way", shared):
        shared.mkdir(parents=True, exist_ok=True)
        # One process at a time: a folder that is made but not yet locked is never taken for one left behind.
        with (shared / LOCK).open("wb") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            _remove_left(shared)
            own = Path(tempfile.mkdtemp(dir=shared, prefix=PREFIX))
            lock = (own / LOCK).open("wb")
            fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)
        lock.close()


def _remove_left(shared: Path) -> None:
    """Remove folders that nobody holds; what is not a process's own folder stays."""
    for lock in shared.glob(f"{PREFIX}*/{LOCK}"):
        with lock.open("rb") as held:
            if _free(held):
                shutil.rmtree(lock.parent, ignore_errors=True)


def _free(held: BinaryIO) -> bool:
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
