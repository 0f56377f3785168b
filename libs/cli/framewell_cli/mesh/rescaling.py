"""Change the scale of a mesh that runs: ask its supervisor, and wait until it is so."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Final

from framewell_cli.errors import MeshUnreachable, UsageProblem
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import is_held
from framewell_cli.mesh.logs import SUPERVISOR_LOG, log_size, new_lines
from framewell_cli.mesh.members import CRASHES_AT_START, READY_WITHIN_SECONDS, SERVICE_GRACE_SECONDS
from framewell_cli.mesh.process_table import Entry, ProcessTable
from framewell_cli.mesh.replicas import replica_name
from framewell_cli.mesh.scale import Scale, change_scale
from framewell_cli.mesh.supervisor import SCALE_SIGNAL
from framewell_embedded.errors import CannotStart

WITHIN_SECONDS: Final = SERVICE_GRACE_SECONDS + READY_WITHIN_SECONDS + 20.0

Report = Callable[[str], None]


def rescale(folder: MeshFolder, change: Scale, report: Report) -> None:
    """Return when each of these services has so many replicas, all ready, and no more.

    Raise MeshUnreachable where no mesh runs, UsageProblem for a service that is none of this mesh's, and
    CannotStart where a replica does not come up: it is tried on, and `scale` can take it back.
    """
    running = {entry.name for entry in _table(folder).entries}
    for service in change:
        if service not in running:
            raise UsageProblem(f"{service} is no part of this mesh, which was started with --only.")
    if all(_reached(folder, service, number) for service, number in change.items()):
        change_scale(folder, change)
        return
    log = folder.log(SUPERVISOR_LOG)
    offset = log_size(log)
    change_scale(folder, change)
    os.kill(_table(folder).supervisor.pid, SCALE_SIGNAL)
    deadline = time.monotonic() + WITHIN_SECONDS
    while not all(_reached(folder, service, number) for service, number in change.items()):
        offset, lines = new_lines(log, offset)
        for line in lines:
            report(line)
        if time.monotonic() > deadline:
            raise CannotStart(f"The mesh has not followed after {WITHIN_SECONDS:.0f} s: 'framewell status'.")
        time.sleep(0.1)


def _table(folder: MeshFolder) -> ProcessTable:
    table = ProcessTable.read(folder)
    if table is None or not (table.supervisor.alive() and is_held(folder.lock)):
        raise MeshUnreachable(
            f"No mesh runs in {folder.state} under a supervisor: start one with 'framewell up --detach'."
        )
    return table


def _reached(folder: MeshFolder, service: str, number: int) -> bool:
    """Return whether a service has so many replicas, all ready. Raise CannotStart when one never will be."""
    replicas = replicas_of(_table(folder), service)
    for one in replicas[:number]:
        if one.state == "restarting" and one.restarts >= CRASHES_AT_START:
            raise CannotStart(f"{one.name} does not come up: {one.reason} (log: {one.log}).")
    wanted = [replica_name(service, ordinal) for ordinal in range(number)]
    return [one.name for one in replicas] == wanted and all(one.state == "ready" for one in replicas)


def replicas_of(table: ProcessTable, service: str) -> list[Entry]:
    """Return the entries of a service's replicas in the order of their ordinals."""
    found = [one for one in table.entries if one.name.partition("-")[0] == service]
    return sorted(found, key=lambda one: int(one.name.partition("-")[2] or 0))
