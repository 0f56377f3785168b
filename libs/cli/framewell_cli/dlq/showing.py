"""`framewell dlq show`: letters in full."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, progress
from framewell_cli.dlq.options import (
    Asset,
    Code,
    Group,
    Ids,
    Reason,
    Since,
    StateOption,
    Type,
    Until,
    known_group,
    selection,
    states,
)
from framewell_cli.dlq.telling import as_json as told
from framewell_cli.dlq.telling import as_text
from framewell_cli.plain_text import plain_json
from framewell_contracts.broker_access import BrokerAccess
from framewell_contracts.dead_letters import DeadLetterOffice, Letter, Selection

Limit = Annotated[int, typer.Option(min=0, help="Show at most so many; 0 means all.")]


def show(
    group: Group,
    *,
    code: Code = "",
    reason: Reason = "",
    event_type: Type = "",
    asset: Asset = "",
    since: Since = "",
    until: Until = "",
    ids: Ids = None,
    state: StateOption = "waiting",
    limit: Limit = 20,
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Each dead letter of a group: what it is, what happened, how often it was tried, what was done."""
    chosen = selection(
        (known_group(group),),
        code=code, reason=reason, event_type=event_type, asset=asset, since=since, until=until, ids=ids,
        states=states("all" if ids else state),
    )  # fmt: skip
    access = broker_access(kafka)
    shown = _Array() if as_json else _Text()
    more = run(access, _show(access, prefix, chosen, limit, shown.letter))
    shown.end(more=more)
    if more:
        progress.print("There are more: --limit 0 shows all.")


async def _show(
    access: BrokerAccess, prefix: str, chosen: Selection, limit: int, print_one: Callable[[Letter], None]
) -> bool:
    """Print letters as they come; True when there are more than the limit."""
    count = 0
    async with DeadLetterOffice(access, chosen.groups, prefix=prefix) as office:
        async for letter in office.letters(chosen):
            if limit and count == limit:
                return True
            print_one(letter)
            count += 1
    return False


class _Text:
    """For people."""

    def letter(self, letter: Letter) -> None:
        typer.echo(as_text(letter))

    def end(self, *, more: bool) -> None:
        """Nothing follows: that there are more is told on standard error."""


class _Array:
    """One JSON object with one letter a line, written as it comes: there may be a hundred thousand."""

    def __init__(self) -> None:
        self._before = '{"dead_letters": [\n'

    def letter(self, letter: Letter) -> None:
        one = plain_json(json.dumps(told(letter), ensure_ascii=False))
        typer.echo(self._before + one, nl=False)
        self._before = ",\n"

    def end(self, *, more: bool) -> None:
        opened = "" if self._before.startswith(",") else self._before
        typer.echo(f'{opened}\n], "more": {json.dumps(more)}}}')
