"""`framewell dlq show`: dead letters in full."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Annotated, Any

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, progress
from framewell_cli.dlq.formatting import as_json as json_of
from framewell_cli.dlq.formatting import as_text, not_looked_at, print_older
from framewell_cli.dlq.options import (
    LOOKS_BACK,
    Filters,
    Group,
    StateOption,
    known_group,
    states,
    with_filters,
)
from framewell_cli.plain_text import plain_json
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters import DeadLetter, DeadLetterStore, Selection

Limit = Annotated[int, typer.Option(min=0, help="Show at most so many; 0 means all.")]


@with_filters
def show(
    group: Group,
    *,
    filters: Filters,
    state: StateOption = "waiting",
    limit: Limit = 20,
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Show each dead letter of a group: what it is, what happened, how often it was tried, what was done."""
    chosen = filters.selection(
        (known_group(group),), states("all" if filters.ids else state), looks_back=LOOKS_BACK
    )
    access = broker_access(kafka)
    shown = _Array() if as_json else _Text()
    more, older = run(access, _show(access, prefix, chosen, limit, shown.add))
    if shown.empty:
        progress.print("no such dead letters")
    shown.end(more=more, others=not_looked_at(chosen, older))
    if more:
        progress.print("There are more: --limit 0 shows all.")
    print_older(chosen, older)


async def _show(
    access: BrokerAccess, prefix: str, chosen: Selection, limit: int, print_one: Callable[[DeadLetter], None]
) -> tuple[bool, dict[str, int]]:
    """Print dead letters as they come; return whether there are more, and how many were not looked at."""
    count = 0
    async with DeadLetterStore(access, chosen.groups, prefix=prefix, since_ms=chosen.since_ms) as store:
        older = await store.count_older()
        async for dead_letter in store.read(chosen):
            if limit and count == limit:
                return True, older
            print_one(dead_letter)
            count += 1
    return False, older


class _Text:
    """Text for people."""

    empty = True

    def add(self, dead_letter: DeadLetter) -> None:
        self.empty = False
        typer.echo(as_text(dead_letter))

    def end(self, *, more: bool, others: Mapping[str, Any]) -> None:
        """Write nothing: that there are more is printed on standard error."""


class _Array:
    """One JSON object with a dead letter a line, written as it comes: there may be a hundred thousand."""

    def __init__(self) -> None:
        self._before = '{"dead_letters": [\n'

    @property
    def empty(self) -> bool:
        return not self._before.startswith(",")

    def add(self, dead_letter: DeadLetter) -> None:
        one = plain_json(json.dumps(json_of(dead_letter), ensure_ascii=False))
        typer.echo(self._before + one, nl=False)
        self._before = ",\n"

    def end(self, *, more: bool, others: Mapping[str, Any]) -> None:
        opened = self._before if self.empty else ""
        rest = json.dumps({"more": more, **others})
        typer.echo(f"{opened}\n], {rest[1:]}")
