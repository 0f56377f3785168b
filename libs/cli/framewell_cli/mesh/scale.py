"""How many replicas each service of an embedded mesh has: chosen by a person, kept in its folder."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Final

from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.files import write_whole
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import exclusive
from framewell_contracts.fact_types import CHUNK_PARTITIONS
from framewell_contracts.services import SERVICES

Scale = Mapping[str, int]
"""Service → number of its replicas; a service that is not in it has one."""

MOST_REPLICAS: Final = CHUNK_PARTITIONS
WHY_ONE: Final[Mapping[str, str]] = MappingProxyType(
    {
        "gateway": "REST has one address here. For more, run further gateways behind a load balancer "
        "('Another machine' in docs/operations.md)",
        "kafka": "the embedded broker is one process. For more, use a cluster of your own (FRAMEWELL_KAFKA)",
        "mongo": "the embedded database is one process. For more, use MongoDB (FRAMEWELL_MONGO)",
    }
)
"""What cannot be scaled, and why."""

SCALABLE: Final = tuple(service for service in SERVICES if service not in WHY_ONE)


def parse(words: Iterable[str]) -> dict[str, int]:
    """Return the scale of words such as `transcode=2,inference=3`. Raise UsageProblem, with the way out."""
    return dict(_one(part.strip()) for word in words for part in word.split(",") if part.strip())


def _one(part: str) -> tuple[str, int]:
    service, equals, number = part.partition("=")
    if not equals or not number:
        raise UsageProblem(f"{part!r} is no scale: write SERVICE=REPLICAS, e.g. transcode=2.")
    if service in WHY_ONE:
        raise UsageProblem(f"{service} cannot be scaled: {WHY_ONE[service]}.")
    if service not in SCALABLE:
        raise UsageProblem(f"No service is called {service!r}: it is one of {', '.join(SCALABLE)}.")
    if not number.isdecimal() or not 1 <= int(number) <= MOST_REPLICAS:
        raise UsageProblem(f"{part}: replicas are a number from 1 to {MOST_REPLICAS}{_because(number)}.")
    return service, int(number)


def _because(number: str) -> str:
    if number.isdecimal() and int(number) == 0:
        return "; to run a mesh without a service, name the others with 'framewell up --only'"
    if number.isdecimal():
        return ", as many as chunks have partitions: more would have nothing to read"
    return ""


_SEVERAL: Final = range(2, MOST_REPLICAS + 1)


def read_scale(folder: MeshFolder) -> dict[str, int]:
    """Return the scale that was last chosen; empty where none was, or where it cannot be read any more."""
    try:
        kept = json.loads(folder.scale.read_text())
        return {service: kept[service] for service in SCALABLE if kept.get(service) in _SEVERAL}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def change_scale(folder: MeshFolder, change: Scale) -> None:
    """Keep the scale with these changes in it. Whoever changes it at the same time is waited for."""
    with exclusive(folder.scale.with_suffix(".lock")):
        changed = {**read_scale(folder), **change}
        write_whole(folder.scale, json.dumps(changed, indent=2) + "\n")


def scale_text(scale: Scale) -> str:
    """Return `transcode 2, inference 3`."""
    return ", ".join(f"{service} {number}" for service, number in scale.items())
