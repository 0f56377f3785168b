"""`framewell dlq list`: how many dead letters there are, of which kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, print_json, print_table, results
from framewell_cli.dlq.formatting import moment, not_looked_at, print_older
from framewell_cli.dlq.options import (
    LOOKS_BACK,
    Filters,
    StateOption,
    known_group,
    states,
    with_filters,
)
from framewell_cli.plain_text import plain
from framewell_contracts.groups import GROUPS
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters import DeadLetterStore, Selection

Groups = Annotated[list[str] | None, typer.Argument(metavar="GROUP…", help="Groups; all without any.")]
# Types and codes are the mesh's own except for what outsiders wrote; more kinds than these become one.
_MAX_KINDS = 1000
_Kind = tuple[str, str, str, str]
_MANY = ("(others)", "", "", "")


@dataclass(slots=True)
class Count:
    """Dead letters of one kind: how many, and when the first and the last was given up."""

    count: int
    first_ms: int
    last_ms: int


@with_filters
def list_command(
    groups: Groups = None,
    *,
    filters: Filters,
    state: StateOption = "waiting",
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Count the dead letters that wait, by group, code and type of event.

    An event that cannot be read is one dead letter: of the first group that reads its topic.
    """
    among = tuple(known_group(group) for group in groups or GROUPS)
    chosen = filters.selection(among, states(state), looks_back=LOOKS_BACK)
    access = broker_access(kafka)
    counted, older = run(access, _count(access, prefix, chosen))
    rows = [_row(kind, count) for kind, count in sorted(counted.items())]
    if as_json:
        count = sum(count.count for count in counted.values())
        print_json({"dead_letters": rows, "count": count, **not_looked_at(chosen, older)})
        return
    if not rows:
        since = "" if chosen.since_ms is None else f" given up since {moment(chosen.since_ms)}"
        kind = "" if state == "all" else f"{state} "
        results.print(f"no {kind}dead letters{since}")
    else:
        columns = ["group", "code", "type", "state", "count", "first", "last"]
        print_table(columns, [[plain(str(row[column])) or "-" for column in columns] for row in rows])
    print_older(chosen, older)


async def _count(
    access: BrokerAccess, prefix: str, chosen: Selection
) -> tuple[dict[_Kind, Count], dict[str, int]]:
    """Count by kind, and count those of each group that are too old to be looked at."""
    counted: dict[_Kind, Count] = {}
    async with DeadLetterStore(access, chosen.groups, prefix=prefix, since_ms=chosen.since_ms) as store:
        older = await store.count_older()
        async for dead_letter in store.read(chosen):
            kind: _Kind = (dead_letter.id.group, dead_letter.code, dead_letter.event_type, dead_letter.state)
            if kind not in counted and len(counted) >= _MAX_KINDS:
                kind = _MANY
            at = dead_letter.written_ms
            count = counted.setdefault(kind, Count(0, at, at))
            count.count += 1
            count.first_ms, count.last_ms = min(count.first_ms, at), max(count.last_ms, at)
    return counted, older


def _row(kind: _Kind, count: Count) -> dict[str, Any]:
    group, code, event_type, state = kind
    return {
        "group": group,
        "code": code,
        "type": event_type,
        "state": state,
        "count": count.count,
        "first": moment(count.first_ms),
        "last": moment(count.last_ms),
    }
