"""`endpoints.json`: where a running mesh can be reached. Flat keys; part of the mesh's contract."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable, Mapping

from framewell_cli.errors import MeshUnreachable
from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.programs import ingest_roots
from framewell_cli.mesh.replicas import Replica
from framewell_contracts.services import SERVICES

_HOST = "127.0.0.1"


def endpoints(
    folder: MeshFolder, ports: Ports, processes: Iterable[str], replicas: Iterable[Replica] = ()
) -> dict[str, str]:
    """Return the addresses of the named processes: `kafka`, `mongo`, `grpc.<service>`, `health.<service>` …

    A replica beside the first of a service has its ordinal in its keys: `grpc.transcode-1`.

    Two values are no addresses: `objects`, the object store's folder, and `ingest.roots`, the folders whose
    files may be named in a `file:` URI.
    """
    found = {"objects": str(folder.objects)}
    for process in processes:
        match process:
            case "kafka":
                found["kafka"] = f"{_HOST}:{ports.kafka}"
            case "mongo":
                found["mongo"] = f"mongodb://{_HOST}:{ports.mongo}"
            case service:
                found[f"grpc.{service}"] = f"{_HOST}:{ports.grpc(service)}"
                found[f"health.{service}"] = f"http://{_HOST}:{ports.health(service)}"
        if process == "gateway":
            found["rest"] = f"{_scheme()}://{_HOST}:{ports.rest}"
        if process == "ingest":
            found["ingest.roots"] = ingest_roots(folder)
        if process == "inference":
            found["grpc.oip"] = f"{_HOST}:{ports.oip}"
    for one in replicas:
        found[f"grpc.{one.name}"] = one.rpc_address
        found[f"health.{one.name}"] = f"http://{_HOST}:{one.ports.health(one.service)}"
        if one.service == "inference":
            found[f"grpc.oip-{one.ordinal}"] = f"{_HOST}:{one.ports.oip}"
    return dict(sorted(found.items()))


def _scheme() -> str:
    """Return what the gateway of a mesh speaks that this environment starts."""
    return "https" if os.environ.get("FRAMEWELL_GATEWAY_CERTIFICATE") else "http"


def hosts(ports: Ports, processes: Iterable[str], replicas: Iterable[Replica]) -> dict[str, str]:
    """Return the address of each service as `FRAMEWELL_HOSTS` writes it: all replicas, the first first."""
    services = [process for process in processes if process in SERVICES]
    first = [Replica(service, 0, ports) for service in services]
    every = [*first, *replicas]
    return {
        service: ",".join(one.rpc_address for one in every if one.service == service) for service in services
    }


def replica_addresses(addresses: Mapping[str, str], service: str) -> dict[str, str]:
    """Return name → gRPC address of the replicas of a service, from `endpoints.json`; the first one first."""
    named = re.compile(rf"grpc\.({re.escape(service)}(?:-(\d+))?)")
    found = sorted(
        (int(match[2] or 0), match[1], where)
        for key, where in addresses.items()
        if (match := named.fullmatch(key))
    )
    return {name: where for _, name, where in found}


def write_endpoints(folder: MeshFolder, addresses: dict[str, str]) -> None:
    """Publish the addresses; readers see the old file or the new one, never a part."""
    write_whole(folder.endpoints, json.dumps(addresses, indent=2) + "\n")


def read_endpoints(folder: MeshFolder | None = None) -> dict[str, str]:
    """Return the addresses of the mesh that runs in this folder. Raise MeshUnreachable where none does."""
    path = (folder or MeshFolder.here()).endpoints
    try:
        addresses: dict[str, str] = json.loads(path.read_text())
    except FileNotFoundError:
        raise MeshUnreachable(
            f"No mesh runs here ({path} is missing): start one with 'framewell up --detach', "
            f"or change to the folder it was started in."
        ) from None
    return addresses
