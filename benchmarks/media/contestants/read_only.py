"""The limit of planning: the file read from its disk, in pieces of a mebibyte."""

import os
from pathlib import Path

from benchmarks.media.task import Task, Timing, timed


def run(task: Task) -> Timing:
    """Read the clip, which lies on the disk alone; the units are bytes."""
    forget(Path(task.clip))

    def work() -> tuple[int, int]:
        read = 0
        with Path(task.clip).open("rb", buffering=0) as source:
            while piece := source.read(1 << 20):
                read += len(piece)
        return read, 0

    return timed(work)


def forget(path: Path) -> None:
    """Have the kernel drop what it keeps of a file in memory."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
