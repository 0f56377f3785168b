"""Processes of a mesh whose supervisor is gone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.processes import Identity, end, of_mesh
from framewell_cli.mesh.programs import SERVERS
from framewell_cli.mesh.roster import Roster

_SERVICE_GRACE_SECONDS = 25.0
_SERVER_GRACE_SECONDS = 15.0


def leftovers(folder: MeshFolder) -> list[tuple[str, Identity]]:
    """What still runs of this mesh, by the roster and by the environment of every process we may look at.

    Only to be asked by whoever holds the folder's lock, or knows that nobody does.
    """
    roster = Roster.read(folder)
    known = dict.fromkeys(roster.processes) if roster else {}
    listed = [(name, process) for name, process in known if process.alive()]
    pids = {process.pid for _, process in listed} | _ancestors()
    return listed + [("a child process", p) for p in of_mesh(folder.state) if p.pid not in pids]


def end_leftovers(folder: MeshFolder, report: Callable[[str], None]) -> Sequence[Identity]:
    """End them, services before broker and database; clears the roster. Returns what was ended."""
    found = leftovers(folder)
    services = [process for name, process in found if name not in SERVERS]
    servers = [process for name, process in found if name in SERVERS]
    for group, grace in ((services, _SERVICE_GRACE_SECONDS), (servers, _SERVER_GRACE_SECONDS)):
        killed = end(group, grace_seconds=grace)
        if killed:
            report(f"{len(killed)} process(es) did not end within {grace:.0f} s and were killed")
    for path in (folder.roster, folder.endpoints):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    if found:
        report(f"ended {len(found)} process(es) of an earlier run: {', '.join(name for name, _ in found)}")
    return [process for _, process in found]


def _ancestors() -> set[int]:
    """This process and its parent: a command that a service's child started is no leftover."""
    return {os.getpid(), os.getppid()}
