"""A whole mesh in a folder of its own, started and ended by the `framewell` command as a user would."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from benchmarks.idle.processes import Usage, usage, with_children
from framewell_cli.mesh.folder import STATE_VARIABLE, MeshFolder
from framewell_cli.mesh.ports import BASE_VARIABLE
from framewell_cli.mesh.process_table import ProcessTable
from framewell_embedded.ports import is_free

SUPERVISOR = "supervisor"
# Ports of a mesh lie within so many of its base.
PORTS = 60
BASES = range(15_000, 30_000, 100)


class NotMeasurable(Exception):
    """The mesh did not come up, or a process ended while it was measured. The message says which."""


@contextmanager
def mesh(folder: Path, *options: str) -> Iterator[MeshFolder]:
    """Bring a mesh up, a whole one unless options of `up` say otherwise, yield it, and take it down."""
    base = next(base for base in BASES if all(is_free(base + offset) for offset in range(PORTS)))
    environment = {**os.environ, STATE_VARIABLE: str(folder), BASE_VARIABLE: str(base)}
    try:
        _framewell(["up", "--detach", *options], environment)
        yield MeshFolder(folder)
    finally:
        _framewell(["down"], environment)


def _framewell(command: Sequence[str], environment: Mapping[str, str]) -> None:
    line = [sys.executable, "-m", "framewell_cli.main", *command]
    ended = subprocess.run(line, env=environment, capture_output=True, text=True, check=False)
    if ended.returncode:
        raise NotMeasurable(f"framewell {command[0]}: {(ended.stderr or ended.stdout).strip()}")


def measured(folder: MeshFolder, seconds: float) -> dict[str, Usage]:
    """Return by name what each process uses at the end, and its processor time within these seconds.

    A process that a member started counts with it. Raise NotMeasurable when a member was started anew.
    """
    members = _members(folder)
    before = _usages(members)
    began = time.monotonic()
    time.sleep(seconds)
    after, took = _usages(members), time.monotonic() - began
    if _members(folder) != members:
        raise NotMeasurable("a process ended while it was measured: see 'framewell status'")
    return {
        name: Usage(
            after[name].pss_bytes,
            after[name].rss_bytes,
            (after[name].cpu_seconds - before[name].cpu_seconds) * seconds / took,
            after[name].threads,
        )
        for name in members
    }


def _members(folder: MeshFolder) -> dict[str, int]:
    table = ProcessTable.read(folder)
    if table is None:
        raise NotMeasurable(f"no mesh runs in {folder.state}")
    return {
        **{name: process.pid for name, process in table.processes},
        SUPERVISOR: table.supervisor.pid,
    }


def _usages(members: Mapping[str, int]) -> dict[str, Usage]:
    families = with_children(members.values())
    return {name: sum((usage(one) for one in families[pid]), Usage()) for name, pid in members.items()}
