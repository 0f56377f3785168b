"""`framewell topics`: compare the broker's topics with the declared ones, and apply the difference."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
import yaml

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, print_json, progress, results
from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.mesh.access import access
from framewell_contracts.fact_types import topics
from framewell_contracts.topics import Topic
from framewell_kafka import topic_admin
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.environment import BadEnvironment, Environment
from framewell_kafka.topic_admin import CannotApply
from framewell_kafka.topic_differences import Difference

app = typer.Typer(no_args_is_help=True, help="Topics: what the broker has against what is declared.")
app.command("access")(access)

File = Annotated[
    Path | None,
    typer.Option(
        "--environment",
        envvar="FRAMEWELL_TOPICS",
        help="topics.yaml: what differs in this environment.",
    ),
]
Replication = Annotated[
    int | None, typer.Option(min=1, help="Copies of every topic; without it those of the file, else 1.")
]
Yes = Annotated[bool, typer.Option("--yes", help="Also make changes that lose records or their order.")]
SHOWN_EXTRA = 20

R = TypeVar("R")


@app.command("apply")
def apply_command(
    *,
    environment: File = None,
    replication: Replication = None,
    yes: Yes = False,
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Make the broker's topics what is declared; nothing the second time.

    What loses records or their order is refused without --yes, and then nothing is changed at all. What
    the command cannot do is left and listed, with exit code 1.
    """
    broker, declared = broker_access(kafka), _declared(environment, replication)

    async def work() -> tuple[list[Difference], list[Difference]]:
        changed = await topic_admin.apply(broker, prefix=prefix, declared=declared, confirmed=yes)
        return changed, await topic_admin.diff(broker, prefix=prefix, declared=declared)

    changed, left = _run(broker, work())
    if as_json:
        print_json({"changed": [asdict(one) for one in changed], "left": [asdict(one) for one in left]})
    else:
        _print("changed: ", changed)
        _print("cannot be changed: ", left)
        if not changed and not left:
            results.print("all topics were as they should be")
    if left:
        raise typer.Exit(1)


@app.command("diff")
def diff_command(
    *,
    environment: File = None,
    replication: Replication = None,
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Say what `apply` would change; exit code 1 if anything."""
    broker, declared = broker_access(kafka), _declared(environment, replication)

    async def work() -> tuple[list[Difference], list[str]]:
        found = await topic_admin.diff(broker, prefix=prefix, declared=declared)
        return found, await topic_admin.undeclared(broker, prefix=prefix, declared=declared)

    found, extra = _run(broker, work())
    if as_json:
        print_json({"differences": [asdict(one) for one in found], "extra": extra})
    else:
        _print("", found)
        if not found:
            results.print("all topics are as they should be")
        if extra:
            shown = ", ".join(extra[:SHOWN_EXTRA]) + (" …" if len(extra) > SHOWN_EXTRA else "")
            progress.print(f"{len(extra)} topics that nobody declared, left alone: {shown}", markup=False)
    if found:
        raise typer.Exit(1)


def _declared(file: Path | None, replication: int | None) -> Sequence[Topic]:
    """Return the topics as they are to be in this environment. Raise UsageProblem when it makes no sense."""
    try:
        environment = Environment.read(_yaml(file)) if file else Environment()
        if replication is not None:
            copies = Environment.of(replication)
            environment = Environment(copies.replication, copies.min_in_sync, environment.overrides)
        return environment.topics(topics())
    except BadEnvironment as error:
        raise UsageProblem(f"{file or 'The environment'} makes no sense: {error}.") from None


def _yaml(file: Path) -> Any:
    try:
        return yaml.safe_load(file.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError) as error:
        raise UsageProblem(f"The environment {file} cannot be read: {error}") from None
    except yaml.YAMLError as error:
        raise UsageProblem(f"The environment {file} is not YAML: {str(error).splitlines()[0]}") from None


def _print(before: str, found: Sequence[Difference]) -> None:
    for one in found:
        word = "  [--yes]" if one.remedy == "confirm" and not before else ""
        results.print(f"{before}{one}{word}", markup=False)


def _run(broker: BrokerAccess, work: Coroutine[None, None, R]) -> R:
    try:
        return run(broker, work)
    except CannotApply as error:
        raise CommandError(f"The topics stay as they are: {error}") from None
