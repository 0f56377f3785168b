"""The command itself: ask, wait for all services, say what went, and look whether anything is left."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Final
from uuid import uuid4

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.commands.gateway_access import ActingAs, open_gateway
from framewell_cli.console import Json, print_json, print_table, progress, results
from framewell_cli.erasure.files_search import search_files
from framewell_cli.erasure.findings import Looked, proved, verdict
from framewell_cli.erasure.log_redaction import redact_logs
from framewell_cli.erasure.services_search import search_services
from framewell_cli.erasure.subjects import Needles, Subject, find_subject, needles
from framewell_cli.erasure.text_search import Words
from framewell_cli.erasure.topics_search import search_topics
from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.report.written_pages import WrittenPages
from framewell_cli.service_calls import caller, known_services, named_gateway
from framewell_client import Gateway, Refused, Unreachable
from framewell_contracts.services import SERVICES

LOOK_SECONDS: Final = 0.5
DEFAULT_WAIT_SECONDS: Final = 300.0

What = Annotated[
    str,
    typer.Argument(
        metavar="SUBJECT",
        help="A person by name or class id, an asset by id, or class:<id>, asset:<id>, holder:<name>.",
    ),
]


def erase(
    subject: What,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept for 14 days.")] = "erasure was asked for",
    prove: Annotated[bool, typer.Option("--prove", help="Then search everything for what is left.")] = False,
    wait: Annotated[float, typer.Option(min=1, help="Seconds to wait for all services.")] = (
        DEFAULT_WAIT_SECONDS
    ),
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    acting_as: ActingAs = "",
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Have a person, an asset or a holder of rights forgotten by every service, and not learned again.

    What is erased cannot be had back. With --prove exit code 1 when something is left that must not be, or
    when not everything was searched.
    """
    if not yes and (as_json or not sys.stdin.isatty()):
        raise UsageProblem(
            f"What is erased cannot be had back: to erase {subject!r} without asking give --yes."
        )
    with open_gateway(acting_as) as gateway:
        meant, wanted = _meant(subject, gateway)
        if not yes:
            typer.confirm(
                f"Erase {meant.kind} {meant.value} and everything made of it?", abort=True, err=True
            )
        answers = _erased(gateway, meant, reason, wait)
    folder = MeshFolder.here()
    pages = WrittenPages(folder).forget(wanted.ids, Words(wanted.words))
    logs = redact_logs(folder.logs, wanted.words)
    document: dict[str, Any] = {"answers": answers, "pages": [str(path) for path in pages], "logs": logs}
    document["note"] = _note(meant, answers)
    if not as_json:
        _print_answers(answers, {"report pages": len(pages), "log files": logs})
        if document["note"]:
            results.print(document["note"], markup=False)
    if prove:
        looked = _looked(wanted, acting_as, kafka, prefix)
        document |= {
            "places": [one.document for one in looked],
            "proved": proved(looked, wanted.limits),
            "verdict": verdict(looked, wanted.limits),
        }
        if not as_json:
            _print_places(looked)
            results.print(document["verdict"], markup=False)
    if as_json:
        print_json(document)
    if prove and not document["proved"]:
        raise typer.Exit(1)


def _meant(text: str, gateway: Gateway) -> tuple[Subject, Needles]:
    try:
        subject = find_subject(text, gateway)
        return subject, needles(subject, gateway)
    except Unreachable as error:
        raise MeshUnreachable(f"The erasure was not asked for: {error}") from error


def _note(subject: Subject, answers: Sequence[Mapping[str, Any]]) -> str:
    """Say that a holder was erased of whom nothing was there; empty otherwise."""
    counts = [count for answer in answers for count in answer.get("counts", ())]
    if subject.kind != "holder" or any(int(one["count"]) for one in counts if one["kind"] != "tombstones"):
        return ""
    return "nothing by that name was held: what comes with it from now on is withheld"


def _erased(gateway: Gateway, subject: Subject, reason: str, wait: float) -> list[Mapping[str, Any]]:
    """Ask for the erasure and return the answers of all services. Raise CommandError when one is missing."""
    asked = {"subject": subject.document, "reason": reason, "erasure_id": str(uuid4())}
    try:
        erasure_id = gateway.request_erasure(asked)["erasure_id"]
    except Unreachable as error:
        raise MeshUnreachable(
            "It is not known whether the erasure was asked for: ask again with the same command, which "
            f"erases nothing twice ({error})"
        ) from error
    progress.print(f"erasure {erasure_id} is under way", markup=False)
    deadline, answers = time.monotonic() + wait, list[Mapping[str, Any]]()
    while time.monotonic() < deadline:
        answers = _answers(gateway, erasure_id)
        if {one["service"] for one in answers} >= set(SERVICES):
            return answers
        time.sleep(LOOK_SECONDS)
    missing = ", ".join(name for name in SERVICES if name not in {one["service"] for one in answers})
    raise CommandError(
        f"{missing} did not answer within {wait:.0f} s. The erasure {erasure_id} goes on by itself when they "
        "run again ('framewell status'); ask again with the same command, which erases nothing twice."
    )


def _answers(gateway: Gateway, erasure_id: str) -> list[Mapping[str, Any]]:
    try:
        return list(gateway.erasure(erasure_id).get("answers", ()))
    except Refused:
        return []  # the gateway has not heard of it yet
    except Unreachable as error:
        raise MeshUnreachable(
            f"The erasure {erasure_id} was asked for and goes on by itself when the services run again; who "
            "has answered is not known: ask again with the same command, which erases nothing twice "
            f"({error})"
        ) from error


def _looked(wanted: Needles, acting_as: str, kafka: str | None, prefix: str) -> list[Looked]:
    try:
        addresses = read_endpoints()
    except MeshUnreachable:
        addresses = {}
    services = known_services() if addresses or named_gateway() else {}
    looked = list(search_services(wanted, services, caller(acting_as)))
    if kafka or "kafka" in addresses:
        try:
            access = broker_access(kafka)
            looked += run(access, search_topics(access, wanted.words, prefix))
        except CommandError as error:
            looked.append(Looked("topics", not_searched=str(error)))
    else:
        looked.append(Looked("topics", not_searched="the broker's address is not known here: --kafka"))
    folder = MeshFolder.here()
    if addresses and folder.database.exists():
        looked += search_files(wanted, folder)
    else:
        why = "they lie on another machine: search them there"
        looked.append(Looked("files of database, objects, logs and backups", not_searched=why))
    return looked


def _print_answers(answers: Sequence[Mapping[str, Any]], files: Mapping[str, int]) -> None:
    rows = [
        (str(answer["service"]), str(count["kind"]), str(count["count"]))
        for answer in answers
        for count in answer.get("counts", ())
        if int(count.get("count", 0))
    ]
    rows += [("this folder", name, str(count)) for name, count in files.items() if count]
    print_table(("service", "store", "erased"), rows or [("all", "nothing was held", "0")])


def _print_places(looked: Sequence[Looked]) -> None:
    """Print what was found place by place, and in one line each how much of a kind had nothing."""
    rows, without = [], dict[str, tuple[int, int]]()
    for one in looked:
        if one.not_searched:
            rows.append((one.place, "-", f"not searched: {one.not_searched}"))
        for each in one.findings:
            found = f"{each.verdict}: {each.count} at {each.where}"
            rows.append((one.place, str(one.searched), f"{found}; {each.why}" if each.why else found))
        if not one.not_searched and not one.findings:
            kind = "topics" if one.place.startswith("topic ") else one.place.partition(":")[0]
            places, searched = without.get(kind, (0, 0))
            without[kind] = places + 1, searched + one.searched
    rows += [(f"{kind} ({places})", str(searched), "nothing") for kind, (places, searched) in without.items()]
    print_table(("place", "searched", "found"), rows)
