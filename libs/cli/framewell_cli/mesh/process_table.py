"""The list of a mesh's processes on disk: what the supervisor writes, and what `status` and `down` read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.processes import Identity

State = Literal["waiting", "starting", "ready", "unready", "restarting", "stopped"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One process as the supervisor last saw it."""

    name: str
    state: State
    ports: tuple[int, ...]
    log: str
    process: Identity | None = None
    since: float = 0.0
    """Seconds since the epoch at which the process was started."""
    restarts: int = 0
    reason: str = ""
    """Why it is not ready, in words for a person."""


@dataclass(frozen=True, slots=True)
class ProcessTable:
    """Everything that runs for one mesh."""

    supervisor: Identity
    port_base: int
    entries: tuple[Entry, ...]

    def write(self, folder: MeshFolder) -> None:
        """Replace the list on disk."""
        write_whole(folder.process_table, json.dumps(asdict(self), indent=2) + "\n")

    @classmethod
    def read(cls, folder: MeshFolder) -> ProcessTable | None:
        """Return the last table written; None where there is none or it cannot be read any more."""
        try:
            value = json.loads(folder.process_table.read_text())
            return cls(
                supervisor=Identity(**value["supervisor"]),
                port_base=value["port_base"],
                entries=tuple(_entry(entry) for entry in value["entries"]),
            )
        except (OSError, ValueError, KeyError, TypeError):
            return None

    @property
    def processes(self) -> Sequence[tuple[str, Identity]]:
        """Return name and identity of everything that was started."""
        return [(entry.name, entry.process) for entry in self.entries if entry.process is not None]


def _entry(value: dict[str, Any]) -> Entry:
    process = value["process"]
    return Entry(
        **{
            **value,
            "ports": tuple(value["ports"]),
            "process": Identity(**process) if process is not None else None,
        }
    )
