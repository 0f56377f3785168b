"""`framewell dlq resume`: let a stage try again at once whose breaker is open."""

from __future__ import annotations

from typing import Annotated

import typer

from framewell.mesh.v1 import operations_service_pb2 as api
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_cli.console import Json, print_json, results
from framewell_cli.dlq.options import ActingAs, known_group
from framewell_cli.errors import CommandError, MeshUnreachable
from framewell_cli.service_calls import (
    ServiceAddress,
    ServiceAway,
    ServiceRefused,
    addresses,
    caller,
    service,
)

Address = Annotated[
    str, typer.Option(help="host:port of the service's gRPC; without it the mesh of this folder.")
]
Stopped = Annotated[str, typer.Argument(help="The group that stopped itself, e.g. ingest.accept_request.")]
CALL_SECONDS = 10.0


def resume(group: Stopped, *, address: Address = "", acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Let a group that stopped itself try a record at once, in all replicas of its service.

    A record that is handled closes the breaker; another failure opens it for a minute more.
    """
    name = known_group(group).partition(".")[0]
    where = address or next(iter(addresses(name).values()), None)
    if not where:
        raise MeshUnreachable(_away(group, name, "its address is not known here"))
    breaker = _call(group, name, where, acting_as)
    if as_json:
        print_json({"group": group, "open": breaker.open, "half_open": breaker.half_open})
    elif breaker.half_open:
        results.print(f"{group} tries a record now; one that is handled closes its breaker")
    elif breaker.open:
        results.print(f"{group} tried and failed again: its breaker is open for another minute")
    else:
        results.print(f"{group}: its breaker is not open in the process that answered; others are told")


def _call(group: str, name: str, where: ServiceAddress | str, acting_as: str) -> api.Breaker:
    try:
        with service(OperationsServiceStub, where) as stub:
            request = api.ResumeBreakerRequest(group=group)
            return stub.ResumeBreaker(request, timeout=CALL_SECONDS, metadata=caller(acting_as)).breaker
    except ServiceAway as error:
        raise MeshUnreachable(_away(group, name, str(error))) from None
    except ServiceRefused as error:
        later = f"; try again once 'framewell status' shows {name} as ready" if error.unavailable else ""
        raise CommandError(f"{group} was not resumed: {error}{later}") from None


def _away(group: str, name: str, why: str) -> str:
    return (
        f"{group} was not resumed, {why}: start {name} ('framewell status' says what runs). "
        "An open breaker tries a record by itself a minute after it opened, also when its service starts."
    )
