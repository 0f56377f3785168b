"""Replicas of a service beside the first one: each has an ordinal, a name and ports of its own."""

from __future__ import annotations

import zlib
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports
from framewell_embedded.errors import CannotStart
from framewell_embedded.ports import is_free

_BASES: Final = range(20_000, 32_000, 50)
"""Below what Linux gives to connections, so that none of them takes a port while its replica restarts."""


@dataclass(frozen=True, slots=True)
class Replica:
    """One process of a service. The first, with ordinal 0, has the ports of the mesh."""

    service: str
    ordinal: int
    ports: Ports

    @property
    def name(self) -> str:
        """Return the name of its process and log: `transcode`, `transcode-1`."""
        return replica_name(self.service, self.ordinal)

    @property
    def rpc_address(self) -> str:
        """Return `host:port` of its gRPC."""
        return f"127.0.0.1:{self.ports.grpc(self.service)}"


def replica_name(service: str, ordinal: int) -> str:
    """Return the name of a replica's process."""
    return f"{service}-{ordinal}" if ordinal else service


def new_replica(folder: MeshFolder, service: str, ordinal: int, bases: Collection[int]) -> Replica:
    """Return a replica on free ports, the same ones each time as far as nobody took them.

    `bases` are those of other replicas, which may not listen yet. Raise CannotStart where all are taken.
    """
    first = zlib.crc32(str(folder.state).encode()) % len(_BASES)
    for base in (*_BASES[first:], *_BASES[:first]):
        ports = Ports(base)
        if base not in bases and all(is_free(port) for port in ports.of(service)):
            return Replica(service, ordinal, ports)
    raise CannotStart(f"No ports are free for another {service}, from {_BASES[0]} to {_BASES[-1]}.")
