"""What runs of this folder's mesh, and how it is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from framewell_cli.errors import MeshUnreachable
from framewell_cli.mesh.disk_space import disk_full
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import is_held
from framewell_cli.mesh.process_table import Entry, ProcessTable
from framewell_cli.mesh.processes import cores_now, resident_megabytes


@dataclass(frozen=True, slots=True)
class ProcessStatus:
    """One process, as seen now."""

    name: str
    state: str
    pid: int | None
    address: str
    """Where it answers: `host:port` of Kafka, of the database, of gRPC; the gateway's REST."""
    ports: tuple[int, ...]
    up_seconds: float | None
    restarts: int
    resident_megabytes: float | None
    cpu_cores: float | None
    """Cores it takes now, 0.5 is half of one; None where that is unknown."""
    reason: str
    log: str


@dataclass(frozen=True, slots=True)
class MeshStatus:
    """The whole mesh; `ready` is what a script wants to know."""

    ready: bool
    supervised: bool
    state_folder: str
    port_base: int
    processes: tuple[ProcessStatus, ...]


def look(folder: MeshFolder) -> MeshStatus:
    """Return the status now. Raise MeshUnreachable where no mesh was started or all of it ended."""
    table = ProcessTable.read(folder)
    supervised = is_held(folder.lock)
    if table is None or not (supervised or any(process.alive() for _, process in table.processes)):
        raise MeshUnreachable(f"No mesh runs in {folder.state}: start one with 'framewell up --detach'.")
    busy = cores_now([process.pid for _, process in table.processes if process.alive()])
    processes = tuple(_status(entry, busy) for entry in _by_service(table.entries))
    return MeshStatus(
        ready=supervised and bool(processes) and all(process.state == "ready" for process in processes),
        supervised=supervised,
        state_folder=str(folder.state),
        port_base=table.port_base,
        processes=processes,
    )


def _by_service(entries: Sequence[Entry]) -> list[Entry]:
    """Return the processes in the order of the mesh, replicas behind the first one of their service."""
    order = {entry.name: number for number, entry in enumerate(entries)}

    def place(entry: Entry) -> tuple[int, int]:
        service, _, ordinal = entry.name.partition("-")
        return order.get(service, order[entry.name]), int(ordinal or 0)

    return sorted(entries, key=place)


def _status(entry: Entry, busy: Mapping[int, float]) -> ProcessStatus:
    pid = entry.process.pid if entry.process is not None and entry.process.alive() else None
    state: str = entry.state
    reason = entry.reason
    if pid is None and state in ("ready", "unready", "starting"):
        state, reason = "ended", disk_full(Path(entry.log).parent)
    return ProcessStatus(
        name=entry.name,
        state=state,
        pid=pid,
        address=f"127.0.0.1:{entry.ports[0]}" if entry.ports else "",
        ports=entry.ports,
        up_seconds=time.time() - entry.since if pid is not None else None,
        restarts=entry.restarts,
        resident_megabytes=resident_megabytes(pid) if pid is not None else None,
        cpu_cores=busy.get(pid) if pid is not None else None,
        reason=reason,
        log=entry.log,
    )
