"""`endpoints.json`: where a running mesh can be reached. Flat keys; part of the mesh's contract."""

from __future__ import annotations

import json
from collections.abc import Iterable

from framewell_cli.errors import MeshUnreachable
from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.ports import Ports
from framewell_cli.mesh.programs import ingest_roots

_HOST = "127.0.0.1"


def endpoints(folder: MeshFolder, ports: Ports, processes: Iterable[str]) -> dict[str, str]:
    """Return the addresses of the named processes: `kafka`, `mongo`, `grpc.<service>`, `health.<service>` …

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
            found["rest"] = f"http://{_HOST}:{ports.rest}"
        if process == "ingest":
            found["ingest.roots"] = ingest_roots(folder)
        if process == "inference":
            found["grpc.oip"] = f"{_HOST}:{ports.oip}"
    return dict(sorted(found.items()))


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
