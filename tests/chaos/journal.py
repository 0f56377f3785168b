"""What workers did, written by themselves in a way that survives their death: one appended line an entry.

A line that `write(2)` has taken is in the page cache: kill -9 of the writer does not lose it. Times are of
the machine's monotonic clock, which all processes share.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple


class JournalEntry(NamedTuple):
    """One thing one process did. `what` is a word of the workload's, `number` its meaning of order."""

    what: str
    key: str
    number: int
    cause: str
    pid: int
    at_ns: int


class Journal:
    """Appends entries to one file that all processes of a row share."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._pid = os.getpid()

    def note(self, what: str, key: str, number: int = 0, cause: str = "") -> None:
        """Write one line, at once."""
        line = f"{what}\t{key}\t{number}\t{cause}\t{self._pid}\t{time.monotonic_ns()}\n"
        os.write(self._file, line.encode())


LOADED = "loaded"
"""What a process notes when its program is loaded, before it connects to anything: no work yet."""


class FirstEntries:
    """When each process was loaded and did its first work, read from a journal that still grows."""

    def __init__(self, path: Path) -> None:
        self.at_ns: dict[int, int] = {}
        self.loaded_ns: dict[int, int] = {}
        self._path, self._read = path, 0

    def update(self) -> None:
        """Read what is new; a line that is still being written is left for the next time."""
        if not self._path.exists():
            return
        with self._path.open("rb") as lines:
            lines.seek(self._read)
            new = lines.read()
        whole = new[: new.rfind(b"\n") + 1]
        self._read += len(whole)
        for line in whole.splitlines():
            what, *_, pid, at_ns = line.split(b"\t")
            known = self.loaded_ns if what == LOADED.encode() else self.at_ns
            known.setdefault(int(pid), int(at_ns))


def entries(path: Path, *whats: str) -> Iterator[JournalEntry]:
    """Yield the entries of a journal (those named, or all), in the order they were written."""
    if not path.exists():
        return
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            what, key, number, cause, pid, at_ns = line.rstrip("\n").split("\t")
            if not whats or what in whats:
                yield JournalEntry(what, key, int(number), cause, int(pid), int(at_ns))
