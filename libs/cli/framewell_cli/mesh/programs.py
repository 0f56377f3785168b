"""What the mesh consists of: one program a process, in the order they are started."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from framewell_cli.errors import UsageProblem
from framewell_cli.mesh.audit_key import AUDIT_KEY_VARIABLE, audit_key
from framewell_cli.mesh.caller_key import (
    CALLER_KEY_VARIABLE,
    LOCAL_MODE_VARIABLE,
    PUBLIC_KEYS_VARIABLE,
    caller_variables,
)
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.name_key import NAME_KEY_VARIABLE, name_key
from framewell_cli.mesh.ports import BASE_VARIABLE, Ports
from framewell_cli.mesh.processes import MESH_VARIABLE
from framewell_cli.mesh.replicas import Replica
from framewell_contracts.services import SERVICES
from framewell_embedded.broker import Broker
from framewell_embedded.database import Database
from framewell_embedded.errors import CannotStart

SERVERS: Final = ("kafka", "mongo")
ALL: Final = (*SERVERS, *SERVICES)

INGEST_ROOTS_VARIABLE: Final = "FRAMEWELL_INGEST_ROOTS"
"""Folders that `file:` URIs may name; the embedded mesh allows its inbox by default."""

TRAINING_PYTHON_VARIABLE: Final = "FRAMEWELL_TRAINING_PYTHON"

# A request of 600 KB is decoded in 20 µs instead of 600 when glibc keeps large blocks instead of mapping
# them anew each time; costs resident memory. Math libraries get one thread a process: each service bounds
# its own, and several pools on few cores only take turns.
_INFERENCE_ALLOCATOR: Final = {
    "MALLOC_MMAP_THRESHOLD_": "268435456",
    "MALLOC_TRIM_THRESHOLD_": "268435456",
    "MALLOC_TOP_PAD_": "67108864",
}
_ONE_MATH_THREAD: Final = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


@dataclass(frozen=True, slots=True)
class Program:
    """One process: how to start it and which ports it takes."""

    name: str
    command: tuple[str, ...]
    ports: tuple[int, ...]
    health: str | None
    """URL that answers 200 when it is ready; None where an open port says so."""
    environment: Mapping[str, str] = field(default_factory=dict)


def chosen(only: str | None) -> tuple[str, ...]:
    """Return the programs named in `--only kafka,mongo,…`, in the order of start; all without it."""
    if only is None:
        return ALL
    names = {name.strip() for name in only.split(",") if name.strip()}
    unknown = sorted(names - set(ALL))
    if unknown or not names:
        raise UsageProblem(f"--only {only}: choose from {', '.join(ALL)}.")
    return tuple(name for name in ALL if name in names)


def programs(folder: MeshFolder, ports: Ports, names: Sequence[str]) -> list[Program]:
    """Return the programs to run, with the folders of broker and database prepared.

    Raise CannotStart where something they need is missing.
    """
    shared = _shared_environment(folder, ports)
    found = []
    for name in names:
        if name == "kafka":
            broker = Broker(folder.broker, ports.kafka, ports.kafka_controller)
            broker.prepare()
            found.append(Program(name, broker.command(), ports.of(name), None, shared))
        elif name == "mongo":
            database = Database(folder.database, ports.mongo)
            database.prepare()
            found.append(Program(name, database.command(), ports.of(name), None, shared))
        else:
            found.append(_service(folder, Replica(name, 0, ports), shared))
    return found


def replica_program(folder: MeshFolder, ports: Ports, replica: Replica) -> Program:
    """Return the program of a replica beside the first, in the mesh on these ports."""
    return _service(folder, replica, _shared_environment(folder, ports))


def _service(folder: MeshFolder, replica: Replica, shared: Mapping[str, str]) -> Program:
    name, ports = replica.service, replica.ports
    python = training_python() if name == "training" else sys.executable
    return Program(
        name=replica.name,
        command=(python, "-m", f"framewell_{name}"),
        ports=ports.of(name),
        health=f"http://127.0.0.1:{ports.health(name)}/ready",
        environment={
            **shared,
            **caller_variables(folder, name),
            **(_INFERENCE_ALLOCATOR if name == "inference" else {}),
            **(_own_ports(ports) if replica.ordinal else {}),
            # The same member each time, which has its partitions back at once when it is started again,
            # instead of after the session of the one that died.
            "FRAMEWELL_INSTANCE": str(replica.ordinal),
        },
    )


def _own_ports(ports: Ports) -> dict[str, str]:
    """Return what gives a replica other ports than the first has, whatever is set for that one."""
    return {BASE_VARIABLE: str(ports.base), "FRAMEWELL_INFERENCE_OIP_PORT": str(ports.oip)}


def training_python() -> str:
    """Return the Python of training's own environment, which has torch. Raise CannotStart without it."""
    configured = os.environ.get(TRAINING_PYTHON_VARIABLE)
    python = Path(configured or Path(sys.prefix).with_name(".venv-training") / "bin" / "python")
    if not python.exists():
        raise CannotStart(
            f"The training environment is missing ({python}): run 'make setup', "
            f"or point {TRAINING_PYTHON_VARIABLE} to a Python that has torch."
        )
    return str(python)


def _shared_environment(folder: MeshFolder, ports: Ports) -> dict[str, str]:
    return {
        MESH_VARIABLE: str(folder.state),
        "FRAMEWELL_KAFKA": f"127.0.0.1:{ports.kafka}",
        "FRAMEWELL_MONGO": f"mongodb://127.0.0.1:{ports.mongo}",
        "FRAMEWELL_OBJECTS": str(folder.objects),
        BASE_VARIABLE: str(ports.base),
        "FRAMEWELL_HOSTS_FILE": str(folder.hosts),
        "PYTHONUNBUFFERED": "1",
        INGEST_ROOTS_VARIABLE: ingest_roots(folder),
        NAME_KEY_VARIABLE: name_key(folder),
        AUDIT_KEY_VARIABLE: audit_key(folder),
        **_unless_set({"FRAMEWELL_SCRATCH": str(folder.scratch)}),
        **_unless_set({"FRAMEWELL_GATEWAY_SETUP_CODE_FILE": str(folder.setup_code)}),
        **_unless_set(_ONE_MATH_THREAD),
    }


def given_by_up(folder: MeshFolder) -> Mapping[str, str]:
    """Return what services get where a variable is not set and their own default is another."""
    return {
        INGEST_ROOTS_VARIABLE: str(folder.inbox),
        "FRAMEWELL_HOSTS_FILE": str(folder.hosts),
        NAME_KEY_VARIABLE: f"the key in {folder.name_key}, made at the first start",
        AUDIT_KEY_VARIABLE: f"{folder.audit_key}, made at the first start",
        CALLER_KEY_VARIABLE: f"{folder.caller_key}, made at the first start, for the gateway alone",
        PUBLIC_KEYS_VARIABLE: f"{folder.caller_public_keys}, made at the first start",
        LOCAL_MODE_VARIABLE: str(folder.local_mode),
    }


def ingest_roots(folder: MeshFolder) -> str:
    """Return the folders that ingest may read, as `FRAMEWELL_INGEST_ROOTS` spells them."""
    return os.environ.get(INGEST_ROOTS_VARIABLE, str(folder.inbox))


def _unless_set(defaults: Mapping[str, str]) -> dict[str, str]:
    """Return what the person who starts the mesh has not decided otherwise."""
    return {name: value for name, value in defaults.items() if name not in os.environ}
