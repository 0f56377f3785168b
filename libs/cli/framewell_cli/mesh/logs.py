"""The logs of supervised processes: appended by the processes themselves, kept small by the supervisor.

A process writes to its file, not to a pipe, so that it goes on when the supervisor is killed. For the same
reason rotation copies and truncates: the process keeps its descriptor, which appends.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Final

from framewell_cli.mesh.private import FILE_MODE, FOLDER_MODE

SUPERVISOR_LOG: Final = "supervisor"
LIMIT_BYTES: Final = 16 << 20
KEPT: Final = 3
_TAIL_BYTES: Final = 64 << 10


def open_log(path: Path) -> int:
    """Open a descriptor that appends, for a child's standard output and error; the caller closes it."""
    path.parent.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)


def log_size(path: Path) -> int:
    """Return how much has been written to a log, to read on from there; 0 where there is none."""
    return path.stat().st_size if path.exists() else 0


def new_lines(path: Path, offset: int) -> tuple[int, list[str]]:
    """Return the offset after the last whole line, and the whole lines written since `offset`."""
    if not path.exists():
        return offset, []
    with path.open("rb") as text:
        text.seek(offset)
        written = text.read()
    whole = written[: written.rfind(b"\n") + 1]
    return offset + len(whole), whole.decode(errors="replace").splitlines()


def rotate(path: Path, limit_bytes: int = LIMIT_BYTES) -> bool:
    """Move what was written to `<name>.1` once it is over the limit, older ones up to `.3`."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size <= limit_bytes:
            return False
        for number in range(KEPT - 1, 0, -1):
            older = path.with_name(f"{path.name}.{number}")
            if older.exists():
                older.replace(path.with_name(f"{path.name}.{number + 1}"))
        shutil.copyfile(path, path.with_name(f"{path.name}.1"))
        os.truncate(path, 0)
        return True
    return False


def last_lines(path: Path, count: int) -> list[str]:
    """Return the end of a log, to say why a process ended; empty lines left out."""
    with contextlib.suppress(OSError), path.open("rb") as log:
        size = log.seek(0, os.SEEK_END)
        log.seek(max(0, size - _TAIL_BYTES))
        lines = log.read().decode(errors="replace").splitlines()
        return [line for line in lines if line.strip()][-count:]
    return []
