"""`framewell topics`: hold the broker's topics against the catalogue, and make them so."""

from __future__ import annotations

from collections.abc import Coroutine
from dataclasses import asdict
from typing import Annotated

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, print_json, results
from framewell_cli.errors import CommandError
from framewell_cli.mesh.access import access
from framewell_contracts import topic_admin
from framewell_contracts.broker_access import BrokerAccess
from framewell_contracts.topic_admin import CannotApply, Difference

app = typer.Typer(no_args_is_help=True, help="Topics: what the broker has against what the catalogue says.")
app.command("access")(access)

Replication = Annotated[int, typer.Option(help="Copies of every new topic.")]
AllowLoss = Annotated[bool, typer.Option("--allow-loss", help="Also make changes that lose records.")]


@app.command("apply")
def apply_command(
    kafka: Kafka = None,
    prefix: Prefix = "",
    replication: Replication = 1,
    allow_loss: AllowLoss = False,
    as_json: Json = False,
) -> None:
    """Make the broker's topics what the catalogue says; nothing the second time."""
    access = broker_access(kafka)
    applying = topic_admin.apply(access, prefix=prefix, replication=replication, allow_loss=allow_loss)
    changed = _run(access, applying)
    if as_json:
        print_json({"changed": [asdict(difference) for difference in changed]})
        return
    for difference in changed:
        results.print(f"made so: {difference}", markup=False)
    if not changed:
        results.print("all topics were as the catalogue says")


@app.command("diff")
def diff_command(kafka: Kafka = None, prefix: Prefix = "", as_json: Json = False) -> None:
    """Say what `apply` would change; exit code 1 if anything."""
    access = broker_access(kafka)
    found = _run(access, topic_admin.diff(access, prefix=prefix))
    if as_json:
        print_json({"differences": [asdict(difference) for difference in found]})
    else:
        for difference in found:
            results.print(str(difference), markup=False)
        if not found:
            results.print("all topics are as the catalogue says")
    if found:
        raise typer.Exit(1)


def _run(access: BrokerAccess, work: Coroutine[None, None, list[Difference]]) -> list[Difference]:
    try:
        return run(access, work)
    except CannotApply as error:
        raise CommandError(f"The topics stay as they are: {error}") from None
