"""`framewell topics access`: who needs which rights on the broker, and the commands that give them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated

import typer

from framewell_cli.broker import Prefix
from framewell_cli.console import Json, print_json, print_table
from framewell_cli.errors import UsageProblem
from framewell_contracts.fact_types import FACTS
from framewell_kafka.access_table import EVERYBODY, OPERATOR, PRINCIPAL, Grant, grants, kafka_acls


class Format(StrEnum):
    """How the rights are written down."""

    table = "table"
    kafka_acls = "kafka-acls"
    markdown = "markdown"


Who = Annotated[str | None, typer.Argument(help="A service, 'outside' or 'operator'; all without it.")]
HEAD = 'kafka-acls.sh --bootstrap-server "$KAFKA" --command-config admin.properties'


def access(
    who: Who = None,
    *,
    written: Annotated[Format, typer.Option("--format", help="How to write it down.")] = Format.table,
    principal: Annotated[
        str, typer.Option(help="The name on the broker, with {who} in it.", show_default=PRINCIPAL)
    ] = PRINCIPAL,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Say what each service, outside systems and operators must be allowed on the broker, and no more."""
    if who is not None and who not in EVERYBODY:
        raise UsageProblem(f"Nobody is called {who!r}: choose from {', '.join(EVERYBODY)}.")
    if "{who}" not in principal:
        raise UsageProblem("--principal needs {who} in it, e.g. 'User:CN={who},O=Kanal Eins'.")
    wanted = [one for one in grants(prefix) if who in (None, one.who)]
    if as_json:
        print_json(
            {"grants": [{**asdict(one), "principal": principal.format(who=one.who)} for one in wanted]}
        )
    elif written is Format.kafka_acls:
        for arguments in kafka_acls(wanted, principal):
            typer.echo(f"{HEAD} {arguments}")
    elif written is Format.markdown:
        typer.echo(markdown(wanted))
    else:
        print_table(
            ["who", "may", "on", "name", "for"],
            [[one.who, one.operation, one.resource, one.name, one.why] for one in wanted],
        )


def markdown(wanted: Sequence[Grant]) -> str:
    """Return who writes and who reads each fact as a table; operators are left to the text around it."""
    rows = ["| topic | written by | read by |", "|---|---|---|"]
    of_facts = [name for fact in FACTS.values() for name in fact.topic_names]
    for name in of_facts:
        same = [one for one in wanted if one.name.endswith(name) and one.who != OPERATOR]
        writers = sorted({one.who for one in same if one.operation == "write"})
        readers = sorted({one.why for one in same if one.operation == "read"})
        rows.append(f"| `{name}` | {', '.join(writers)} | {', '.join(readers)} |")
    return "\n".join(rows)
