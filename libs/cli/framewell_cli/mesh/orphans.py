"""Orphans: processes of a mesh whose supervisor is gone."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Sequence

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.processes import Identity, end, of_mesh
from framewell_cli.mesh.programs import SERVERS

_SERVICE_GRACE_SECONDS = 25.0
_SERVER_GRACE_SECONDS = 15.0


def orphans(folder: MeshFolder) -> list[tuple[str, Identity]]:
    """Return what still runs of this mesh, by the table and by the environment of every readable process.

    Only to be asked by whoever holds the folder's lock, or knows that nobody does.
    """
    table = ProcessTable.read(folder)
    known = dict.fromkeys(table.processes) if table else {}
    listed = [(name, process) for name, process in known if process.alive()]
    pids = {process.pid for _, process in listed} | _ancestors()
    return listed + [("a child process", p) for p in of_mesh(folder.state) if p.pid not in pids]


def end_orphans(folder: MeshFolder, report: Callable[[str], None]) -> Sequence[Identity]:
    """End them, services before broker and database; clears the table. Return what was ended."""
    found = orphans(folder)
    services = [process for name, process in found if name not in SERVERS]
    servers = [process for name, process in found if name in SERVERS]
    for group, grace in ((services, _SERVICE_GRACE_SECONDS), (servers, _SERVER_GRACE_SECONDS)):
        killed = end(group, grace_seconds=grace)
        if killed:
            report(f"{len(killed)} process(es) did not end within {grace:.0f} s and were killed")
    for path in (folder.process_table, folder.endpoints):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
    if found:
        report(f"ended {len(found)} process(es) of an earlier run: {', '.join(name for name, _ in found)}")
    return [process for _, process in found]


def _ancestors() -> set[int]:
    """Return this process and its parent: a command that a service's child started is no orphan."""
    return {os.getpid(), os.getppid()}
