"""What the kernel says of processes: memory now, and processor time since they began (proc(5))."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Usage:
    """One process or several. PSS counts a page that n processes share as 1/n, so that it can be summed."""

    pss_bytes: int = 0
    rss_bytes: int = 0
    cpu_seconds: float = 0.0
    threads: int = 0

    def __add__(self, other: "Usage") -> "Usage":
        return Usage(
            self.pss_bytes + other.pss_bytes,
            self.rss_bytes + other.rss_bytes,
            self.cpu_seconds + other.cpu_seconds,
            self.threads + other.threads,
        )


def usage(pid: int) -> Usage:
    """Return what the process uses, with the processor time of its children that ended.

    Raise OSError when there is no such process.
    """
    folder = Path(f"/proc/{pid}")
    memory = _fields(folder / "smaps_rollup")
    stat = (folder / "stat").read_text().rpartition(")")[2].split()
    ticks = sum(int(stat[place]) for place in range(11, 15))  # utime, stime, cutime, cstime
    return Usage(memory["Pss"], memory["Rss"], ticks / TICKS_A_SECOND, int(stat[17]))


def with_children(pids: Iterable[int]) -> dict[int, list[int]]:
    """Return each of these processes with its descendants; one of them is nobody's descendant."""
    parents = {int(folder.name): _parent(folder) for folder in Path("/proc").glob("[0-9]*")}
    families: dict[int, list[int]] = {pid: [pid] for pid in pids}
    for pid in parents:
        ancestor = pid
        while ancestor and ancestor not in families:
            ancestor = parents.get(ancestor, 0)
        if ancestor and pid != ancestor:
            families[ancestor].append(pid)
    return families


def _fields(path: Path) -> dict[str, int]:
    """Return the fields of a file with lines such as `Pss:   12 kB`, in bytes."""
    lines = (line.split() for line in path.read_text().splitlines() if line.endswith(" kB"))
    return {name.rstrip(":"): int(size) * 1024 for name, size, _ in lines}


def _parent(folder: Path) -> int:
    try:
        return int((folder / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:  # it has ended meanwhile
        return 0
