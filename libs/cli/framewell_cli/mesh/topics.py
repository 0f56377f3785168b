"""`framewell topics`: hold the broker's topics against the catalogue, and make them so."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import asdict
from typing import Annotated

import typer
from aiokafka.errors import KafkaError

from framewell_cli.console import Json, print_json, results
from framewell_cli.errors import CommandError, MeshUnreachable
from framewell_cli.mesh.endpoints import read_endpoints
from framewell_contracts import topic_admin
from framewell_contracts.topic_admin import CannotApply, Difference

app = typer.Typer(no_args_is_help=True, help="Topics: what the broker has against what the catalogue says.")

Kafka = Annotated[
    str | None, typer.Option("--kafka", help="Bootstrap servers; without it the mesh of this folder.")
]
Prefix = Annotated[str, typer.Option(help="What stands before every topic (FRAMEWELL_KAFKA_PREFIX).")]
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
    bootstrap = kafka or read_endpoints()["kafka"]
    applying = topic_admin.apply(bootstrap, prefix=prefix, replication=replication, allow_loss=allow_loss)
    changed = _run(bootstrap, applying)
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
    bootstrap = kafka or read_endpoints()["kafka"]
    found = _run(bootstrap, topic_admin.diff(bootstrap, prefix=prefix))
    if as_json:
        print_json({"differences": [asdict(difference) for difference in found]})
    else:
        for difference in found:
            results.print(str(difference), markup=False)
        if not found:
            results.print("all topics are as the catalogue says")
    if found:
        raise typer.Exit(1)


def _run(bootstrap: str, work: Coroutine[None, None, list[Difference]]) -> list[Difference]:
    try:
        return asyncio.run(work)
    except CannotApply as error:
        raise CommandError(f"The topics stay as they are: {error}") from None
    except KafkaError as error:
        raise MeshUnreachable(
            f"No broker answers at {bootstrap} ({error}): 'framewell status' says what runs here."
        ) from None
