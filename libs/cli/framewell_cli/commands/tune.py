"""`framewell tune`: how much running services log and trace, seen and changed without a restart."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Final

import typer
from google.protobuf.duration_pb2 import Duration

from framewell.mesh.v1 import operations_service_pb2 as api
from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_cli.commands.gateway_access import ActingAs
from framewell_cli.console import Json, print_json, print_table
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.service_calls import Metadata, ServiceAddress, ServiceAway, addresses, caller, service
from framewell_contracts.services import SERVICES

CALL_SECONDS = 5.0
EVERYBODY: Final = "all"
_UNITS: Final = {"s": 1, "m": 60, "h": 3600}

Which = Annotated[str, typer.Argument(metavar="SERVICE|all", help="Which service, or all.")]
Level = Annotated[str, typer.Option(help="Least level logged: debug, info, warning or error.")]
Loggers = Annotated[
    list[str] | None,
    typer.Option(
        "--logger",
        metavar="NAME=LEVEL",
        help="Level of one logger, e.g. aiokafka=debug; aiokafka= takes it away.",
    ),
]
Sample = Annotated[float | None, typer.Option(min=0, max=1, help="Fraction of new traces that are recorded.")]
For = Annotated[str, typer.Option("--for", metavar="30s|10m|2h", help="Back to the settings after that.")]


def tune(
    which: Which = EVERYBODY,
    *,
    log_level: Level = "",
    logger: Loggers = None,
    trace_sample: Sample = None,
    lasting: For = "",
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Show how much services log and trace, in every replica; with options, change it while they run.

    A restart goes back to the settings. Changing takes the authority admin where the mesh has tokens.
    Exit code 1 when a service refused or is away; the others are changed all the same.
    """
    wish = _wish(log_level, logger or [], trace_sample, lasting)
    metadata = caller(acting_as)
    answers = {name: _ask(where, wish, metadata) for name, where in _addresses(which).items()}
    if as_json:
        print_json({"services": [{"service": name, **_document(answer)} for name, answer in answers.items()]})
    else:
        columns = ("process", "log level", "loggers", "traces", "exported", "until")
        print_table(columns, [(name, *_row(answer)) for name, answer in answers.items()])
    if any(isinstance(answer, CommandError) for answer in answers.values()):
        raise typer.Exit(1)


def _wish(
    log_level: str, loggers: list[str], trace_sample: float | None, lasting: str
) -> api.SetTelemetryRequest | None:
    """Return what is to change; None when nothing is."""
    if not (log_level or loggers or trace_sample is not None):
        if lasting:
            raise UsageProblem("--for says how long a change lasts: say also what to change.")
        return None
    wish = api.SetTelemetryRequest(trace_sample=trace_sample, log_level=log_level or None)
    for one in loggers:
        name, equals, level = one.partition("=")
        if not (name and equals):
            raise UsageProblem(f"--logger wants NAME=LEVEL, e.g. aiokafka=debug, not {one!r}.")
        wish.loggers[name] = level
    if lasting:
        found = re.fullmatch(r"(\d+)([smh])", lasting)
        if not found or not int(found[1]):
            raise UsageProblem(f"--for wants a time like 30s, 10m or 2h, not {lasting!r}.")
        wish.revert_after.CopyFrom(Duration(seconds=int(found[1]) * _UNITS[found[2]]))
    return wish


def _addresses(which: str) -> dict[str, ServiceAddress]:
    if which != EVERYBODY and which not in SERVICES:
        raise UsageProblem(f"There is no service {which!r}. Services: all, {', '.join(SERVICES)}.")
    names = SERVICES if which == EVERYBODY else (which,)
    found = {name: where for one in names for name, where in addresses(one).items()}
    if not found:
        raise MeshUnreachable(f"The address of {which} is not known here: 'framewell status' says what runs.")
    return found


def _ask(
    where: ServiceAddress, wish: api.SetTelemetryRequest | None, metadata: Metadata
) -> api.Telemetry | CommandError:
    try:
        with service(OperationsServiceStub, where) as stub:
            if wish is None:
                request = api.GetTelemetryRequest()
                return stub.GetTelemetry(request, timeout=CALL_SECONDS, metadata=metadata).telemetry
            return stub.SetTelemetry(wish, timeout=CALL_SECONDS, metadata=metadata).telemetry
    except ServiceAway as error:
        return CommandError(f"away: {error}")
    except CommandError as error:
        return CommandError(f"refused: {error}")


def _document(answer: api.Telemetry | CommandError) -> Mapping[str, Any]:
    if isinstance(answer, CommandError):
        return {"error": str(answer)}
    return {
        "log_level": answer.log_level,
        "loggers": dict(answer.loggers),
        "trace_sample": answer.trace_sample,
        "exporting": answer.exporting,
        "reverts_at": answer.reverts_at.ToJsonString() if answer.HasField("reverts_at") else None,
    }


def _row(answer: api.Telemetry | CommandError) -> tuple[str, ...]:
    if isinstance(answer, CommandError):
        return (str(answer), "", "", "", "")
    loggers = ", ".join(f"{name}={level}" for name, level in sorted(answer.loggers.items()))
    until = f"{answer.reverts_at.ToDatetime():%H:%M:%S} UTC" if answer.HasField("reverts_at") else "-"
    exported = "yes" if answer.exporting else "no"
    return (answer.log_level, loggers or "-", f"{answer.trace_sample:.1%}", exported, until)
