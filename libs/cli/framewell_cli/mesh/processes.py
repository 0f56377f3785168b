"""Operating system processes by pid and start time: a pid alone is reused after a while."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

MESH_VARIABLE: Final = "FRAMEWELL_MESH"
"""In the environment of every process of a mesh: its state folder. Finds processes that no table lists."""


_CPU_SAMPLE_SECONDS: Final = 0.3


@dataclass(frozen=True, slots=True)
class Identity:
    """A pid and when its process began, as the kernel writes it (only compared, never parsed)."""

    pid: int
    began: str

    @classmethod
    def of(cls, pid: int) -> Identity | None:
        """Return the process that has this pid now; None when there is none or it waits to be reaped."""
        began = _began(pid)
        return None if began is None else cls(pid, began)

    def alive(self) -> bool:
        """Return True while that very process runs, not merely one with its number."""
        return _began(self.pid) == self.began


def _began(pid: int) -> str | None:
    stat = Path(f"/proc/{pid}/stat")
    if Path("/proc/self/stat").exists():
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            return None
        return None if fields[0] == "Z" else fields[19]  # proc(5): state, starttime
    listed = subprocess.run(
        ["ps", "-o", "stat=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split(maxsplit=1)
    return None if len(listed) < 2 or listed[0].startswith("Z") else listed[1].strip()


def of_mesh(state: Path) -> list[Identity]:
    """Return every process whose environment names this mesh, except this one. Empty without /proc."""
    wanted = f"{MESH_VARIABLE}={state}".encode()
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        pid = int(folder.name)
        with contextlib.suppress(OSError):
            if pid != os.getpid() and wanted in (folder / "environ").read_bytes().split(b"\0"):
                identity = Identity.of(pid)
                if identity is not None:
                    found.append(identity)
    return found


def end(processes: Iterable[Identity], *, grace_seconds: float) -> Sequence[Identity]:
    """Send SIGTERM to each, and SIGKILL to what is left after the grace period. Return what was killed."""
    waiting = [process for process in processes if _send(process, signal.SIGTERM)]
    deadline = time.monotonic() + grace_seconds
    while waiting and time.monotonic() < deadline:
        time.sleep(0.05)
        waiting = [process for process in waiting if process.alive()]
    killed = [process for process in waiting if _send(process, signal.SIGKILL)]
    deadline = time.monotonic() + 5.0  # a process stuck in the kernel dies when the kernel lets it
    while any(process.alive() for process in killed) and time.monotonic() < deadline:
        time.sleep(0.02)
    return killed


def _send(process: Identity, number: signal.Signals) -> bool:
    if not process.alive():
        return False
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return False
    return True


def resident_megabytes(pid: int) -> float | None:
    """Return the memory of the process without its children; None where it is unknown."""
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(listed.stdout) / 1024 if listed.stdout.strip() else None


def cores_now(pids: Sequence[int], seconds: float = _CPU_SAMPLE_SECONDS) -> dict[int, float]:
    """Return how many cores each process takes now, as far as that can be measured."""
    before = {pid: _cpu_seconds(pid) for pid in pids}
    began = time.monotonic()
    time.sleep(seconds if any(used is not None for used in before.values()) else 0)
    passed = time.monotonic() - began
    used = {pid: (_cpu_seconds(pid), earlier) for pid, earlier in before.items()}
    return {
        pid: max(now - earlier, 0.0) / passed
        for pid, (now, earlier) in used.items()
        if now is not None and earlier is not None
    }


def _cpu_seconds(pid: int) -> float | None:
    """Return the processor time that a process has taken so far; None without /proc, or without it."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")  # proc(5): utime, stime
