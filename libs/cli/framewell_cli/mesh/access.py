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
from framewell_contracts.fact_types import FACTS, OUTSIDE
from framewell_contracts.topics import RESULTS
from framewell_kafka.access_table import (
    EVERYBODY,
    OPERATOR,
    PRINCIPAL,
    RESULTS_GROUPS,
    RESULTS_READER,
    Grant,
    grants,
    kafka_acls,
)


class Format(StrEnum):
    """How the rights are written down."""

    table = "table"
    kafka_acls = "kafka-acls"
    markdown = "markdown"


Who = Annotated[
    list[str] | None,
    typer.Argument(help="Services, 'outside', 'results' or 'operator'; everybody without any."),
]
HEAD = 'kafka-acls.sh --bootstrap-server "$KAFKA" --command-config admin.properties'


def access(
    who: Who = None,
    *,
    written: Annotated[Format, typer.Option("--format", help="How to write it down.")] = Format.table,
    principal: Annotated[
        str,
        typer.Option(
            help="The name on the broker, with {who} in it; without it for 'outside' and 'results' alone.",
            show_default=PRINCIPAL,
        ),
    ] = PRINCIPAL,
    results_group: Annotated[
        str, typer.Option(help="How the consumer groups begin in which results are read.")
    ] = RESULTS_GROUPS,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Say what each service, outside systems and operators must be allowed on the broker, and no more."""
    for name in who or ():
        if name not in EVERYBODY:
            raise UsageProblem(f"Nobody is called {name!r}: choose from {', '.join(EVERYBODY)}.")
    if "{who}" not in principal and not (who and {*who} <= {OUTSIDE, RESULTS_READER}):
        raise UsageProblem("--principal needs {who} in it, e.g. 'User:CN={who},O=Kanal Eins'.")
    if not results_group:
        raise UsageProblem("--results-group needs a beginning, or its readers could join every group.")
    wanted = [one for one in grants(prefix, results_group) if not who or one.who in who]
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
            [[one.who, one.operation, one.resource, _named(one), one.why] for one in wanted],
        )


def _named(grant: Grant) -> str:
    """Return the name; one that stands for all that begin with it ends in a star."""
    return grant.name + ("*" if grant.pattern == "prefixed" else "")


def markdown(wanted: Sequence[Grant]) -> str:
    """Return who writes and who reads facts and results as a table; the text around it names operators."""
    rows = ["| topic | written by | read by |", "|---|---|---|"]
    for name in (*(name for fact in FACTS.values() for name in fact.topic_names), RESULTS):
        same = [one for one in wanted if one.name.endswith(name) and one.who != OPERATOR]
        writers = sorted({one.who for one in same if one.operation == "write"})
        readers = sorted({one.why for one in same if one.operation == "read"})
        rows.append(f"| `{name}` | {', '.join(writers)} | {', '.join(readers)} |")
    return "\n".join(rows)
