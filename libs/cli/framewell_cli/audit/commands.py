"""`framewell audit`: seal the log, give it out, and check it, here or by whoever has its file."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Annotated, Any, Final, TextIO

import typer

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.dataset.v1 import audit_service_pb2 as api
from framewell.dataset.v1 import rights_service_pb2 as wire
from framewell.dataset.v1.audit_service_pb2_grpc import AuditServiceStub
from framewell.dataset.v1.rights_service_pb2_grpc import RightsServiceStub
from framewell_cli.audit.exported import Checked, check_file, entry_line, seal_line
from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.commands.gateway_access import ActingAs
from framewell_cli.console import Json, print_json, print_line, print_sheet
from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.service_calls import ServiceAddress, address_of, caller, service
from framewell_contracts.audit.seals import BadKey, read_public_keys
from framewell_contracts.cloudevents import Unreadable, decode
from framewell_contracts.fact_types import fact_type
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_reading import partitions_of, read_to_end, reader

app = typer.Typer(no_args_is_help=True, help="Audit: the log of decisions, sealed, and whether it holds.")

CALL_SECONDS: Final = 600.0
KIND: Final = "AUDIT_PROBLEM_KIND_"

PublicKey = Annotated[
    Path | None,
    typer.Option(
        "--public-key", help="PEM file of the public keys that seals may be signed with; else the mesh's own."
    ),
]


@app.command()
def key(acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Print the public keys that the log's seals are checked with: the one that signs now comes first."""
    with service(AuditServiceStub, _dataset()) as stub:
        found = stub.GetAuditKey(api.GetAuditKeyRequest(), timeout=CALL_SECONDS, metadata=caller(acting_as))
    if not found.key_id:
        raise CommandError("No key signs the audit log: set FRAMEWELL_DATASET_AUDIT_KEY to a file with one.")
    if as_json:
        print_json({"key_id": found.key_id, "public_keys": found.public_keys})
    else:
        typer.echo(found.public_keys, nl=False)


@app.command()
def seal(acting_as: ActingAs = "", as_json: Json = False) -> None:
    """Sign and publish the end of every chain now; it happens daily by itself."""
    with service(AuditServiceStub, _dataset()) as stub:
        found = stub.SealAudit(api.SealAuditRequest(), timeout=CALL_SECONDS, metadata=caller(acting_as))
    seals = [seal_line(each) for each in found.seals]
    if as_json:
        print_json({"seals": seals})
        return
    for each in seals:
        print_line(f"{each['chain']}: {each['entry_count']} entries, {each['head']}")
    if not seals:
        typer.echo("nothing was entered since the last seals", err=True)


@app.command()
def verify(
    file: Annotated[
        Path | None, typer.Option("--file", help="Check an exported log, without a mesh.")
    ] = None,
    *,
    public_key: PublicKey = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", help="With --file: an earlier export, whose seals must be met too."),
    ] = None,
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Check the log: chains, seals, and on a mesh each entry against its fact. Exit code 1 if it fails."""
    keys = "" if public_key is None else _text(public_key)
    if file is None and against is not None:
        raise UsageProblem("--against goes with --file.")
    if file is not None and public_key is None:
        raise UsageProblem("--file needs --public-key: who checks a file asks no mesh for its key.")
    found = _checked_here(keys, acting_as) if file is None else _checked_file(file, keys, against)
    if as_json:
        print_json(found)
    else:
        rows = [(name.replace("_", " "), str(value)) for name, value in found.items() if name != "problems"]
        print_sheet(rows)
        for one in found["problems"]:
            print_line(f"{one['kind']}: {one['sentence']}")
    if not found["intact"]:
        raise CommandError(f"The audit log does not hold: {found['problem_count']} problems.")


@app.command()
def export(
    file: Annotated[Path, typer.Argument(help="The file to write: JSON lines, seals first, then entries.")],
    kafka: Kafka = None,
    prefix: Prefix = "",
    acting_as: ActingAs = "",
    as_json: Json = False,
) -> None:
    """Write the whole log with its seals to a file, for whoever is to check it without a mesh."""
    access, entries, seals = broker_access(kafka), 0, 0
    with _opened(file) as out:
        for line in run(access, _seal_lines(access, prefix)):
            out.write(json.dumps(line) + "\n")
            seals += 1
        for line in _entry_lines(acting_as):
            out.write(json.dumps(line) + "\n")
            entries += 1
    if as_json:
        print_json({"file": str(file), "entries": entries, "seals": seals})
    else:
        typer.echo(f"{entries} entries and {seals} seals in {file}", err=True)


def _dataset() -> ServiceAddress:
    return address_of("dataset")


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"--public-key {path}: the file cannot be read ({error})") from error


def _opened(file: Path) -> TextIO:
    try:
        return file.open("w", encoding="utf-8")
    except OSError as error:
        raise UsageProblem(
            f"{file} cannot be written ({error.strerror}): name a file in a folder that is there."
        ) from error


def _checked_here(keys: str, acting_as: str) -> dict[str, Any]:
    request = wire.VerifyAuditRequest(public_keys=keys)
    with service(RightsServiceStub, _dataset()) as stub:
        found = stub.VerifyAudit(request, timeout=CALL_SECONDS, metadata=caller(acting_as))
    return {
        "intact": found.intact,
        "entries": found.entries,
        "seals": found.seals,
        "sealed_entries": found.sealed_entries,
        "facts": found.facts,
        "waiting_facts": found.waiting_facts,
        "unreachable_entries": found.unreachable_entries,
        "problem_count": found.problem_count,
        "problems": [_problem(one.kind, one.chain_id, one.sentence) for one in found.problems],
    }


def _checked_file(file: Path, keys: str, against: Path | None) -> dict[str, Any]:
    try:
        found: Checked = check_file(file, read_public_keys(keys), against)
    except BadKey as error:
        raise UsageProblem(f"--public-key: {error}") from error
    return {
        "intact": not found.problem_count,
        "entries": found.entries,
        "seals": found.seals,
        "sealed_entries": found.sealed_entries,
        "problem_count": found.problem_count,
        "problems": [_problem(one.kind, one.chain, one.sentence) for one in found.problems],
    }


def _problem(kind: wire.AuditProblemKind.ValueType, chain: str, sentence: str) -> dict[str, str]:
    word = wire.AuditProblemKind.Name(kind).removeprefix(KIND).lower()
    return {"kind": word, "chain": chain, "sentence": sentence}


def _entry_lines(acting_as: str) -> Iterator[dict[str, Any]]:
    with service(AuditServiceStub, _dataset()) as stub:
        request = api.ReadAuditRequest()
        for answer in stub.ReadAudit(request, timeout=CALL_SECONDS, metadata=caller(acting_as)):
            for one in answer.entries:
                yield entry_line(one.text, one.hash)


async def _seal_lines(access: BrokerAccess, prefix: str) -> list[dict[str, Any]]:
    return [seal_line(sealed) async for sealed in _published(access, prefix)]


async def _published(access: BrokerAccess, prefix: str) -> AsyncIterator[AuditSealed]:
    """Yield the seals as everybody can read them: from the topic, not from the service."""
    topic = fact_type(AuditSealed).topic()
    async with reader(access) as consumer:
        partitions = await partitions_of(access, [prefix + topic])
        async for record in read_to_end(consumer, dict.fromkeys(partitions, 0)):
            try:
                event = decode(topic, record.headers, record.value, received_ms=record.timestamp)
            except Unreadable:
                continue
            if isinstance(event.message, AuditSealed):
                yield event.message
