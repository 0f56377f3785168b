"""`framewell dlq replay` and `discard`: what is done with dead letters, once, by whom."""

from __future__ import annotations

import getpass
import time
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from framewell_cli.broker import Kafka, Prefix, broker_access, run
from framewell_cli.console import Json, print_json, progress, results
from framewell_cli.dlq.formatting import moment
from framewell_cli.dlq.options import (
    ActingAs,
    Filters,
    Group,
    known_group,
    with_filters,
)
from framewell_cli.errors import CommandError, UsageProblem
from framewell_contracts.fact_types import groups_of
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.dead_letters import (
    WAITING,
    ActionCounts,
    ActionKind,
    DeadLetterStore,
    RateLimit,
    Selection,
    State,
    TopicsMissing,
)

DryRun = Annotated[bool, typer.Option("--dry-run", help="Only say what would be sent.")]
Again = Annotated[bool, typer.Option("--again", help="Also what was replayed before.")]
Rate = Annotated[float, typer.Option(min=0, help="At most so many dead letters a second; 0: no limit.")]
Limit = Annotated[int, typer.Option(min=0, help="At most so many; 0: all.")]
Because = Annotated[str, typer.Option(help="Why it needs no replay, for whoever asks later.")]
Undo = Annotated[bool, typer.Option("--undo", help="Let what was discarded wait again.")]

_REPORT_EVERY_SECONDS = 2.0


@with_filters
def replay(
    group: Group,
    *,
    filters: Filters,
    dry_run: DryRun = False,
    again: Again = False,
    rate: Rate = 0.0,
    limit: Limit = 0,
    acting_as: ActingAs = "",
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Send dead letters to the topics they came from, as they were; those sent before stay.

    Every group that reads such a topic gets the record, and an event has its effect once in each.
    """
    states: frozenset[State] = WAITING | {"replayed"} if again else WAITING
    chosen = filters.selection((known_group(group),), states)
    access, counts, by = broker_access(kafka), ActionCounts(), acting_as or getpass.getuser()

    async def work() -> None:
        async with _store(access, prefix, chosen) as store:
            await store.replay(
                chosen, by=by, rate_limit=RateLimit(rate), counts=counts, limit=limit or None,
                dry_run=dry_run, on_progress=_Progress("sent"),
            )  # fmt: skip

    finished = _run(access, work(), counts, "sent again")
    if as_json:
        print_json({"group": group, "dry_run": dry_run, "replayed": counts.done, **_document(counts)})
    else:
        _print_replay(counts, dry_run=dry_run)
    if counts.refused or not finished:
        raise typer.Exit(1)


@with_filters
def discard(
    group: Group,
    *,
    because: Because = "",
    undo: Undo = False,
    filters: Filters,
    acting_as: ActingAs = "",
    kafka: Kafka = None,
    prefix: Prefix = "",
    as_json: Json = False,
) -> None:
    """Say of dead letters that they need no replay; they stay where they are, and --undo takes it back."""
    if not because and not undo:
        raise UsageProblem(
            "Say why these dead letters need no replay: --because 'sent again by hand, see ticket 7'."
        )
    states: frozenset[State] = frozenset({"discarded"}) if undo else WAITING
    kind: ActionKind = "restored" if undo else "discarded"
    chosen = filters.selection((known_group(group),), states)
    access, counts, by = broker_access(kafka), ActionCounts(), acting_as or getpass.getuser()

    async def work() -> None:
        async with _store(access, prefix, chosen) as store:
            await store.record_action(
                chosen, kind, by=by, reason=because, counts=counts, on_progress=_Progress(kind)
            )

    finished = _run(access, work(), counts, "marked")
    if as_json:
        print_json({"group": group, kind: counts.done, "matching": counts.matching})
    else:
        results.print(f"{_count(counts.done)} {'to wait again' if undo else 'discarded'}")
    if not finished:
        raise typer.Exit(1)


def _store(access: BrokerAccess, prefix: str, chosen: Selection) -> DeadLetterStore:
    return DeadLetterStore(access, chosen.groups, prefix=prefix, since_ms=chosen.since_ms)


def _run(access: BrokerAccess, work: Coroutine[Any, Any, None], counts: ActionCounts, done: str) -> bool:
    """Do it; False after Ctrl-C. Whatever cuts it short, the counts of what was done are printed."""
    try:
        run(access, work)
    except TopicsMissing as error:
        raise CommandError(str(error)) from None
    except KeyboardInterrupt:
        progress.print(
            f"Interrupted: {counts.done} {done} and remembered; the same command goes on from there."
        )
        return False
    except CommandError:
        if counts.done:
            progress.print(
                f"{counts.done} were {done} and are remembered; the same command goes on from there."
            )
        raise
    return True


def _document(counts: ActionCounts) -> dict[str, Any]:
    return {
        "matching": counts.matching,
        "oldest": None if counts.oldest_ms is None else moment(counts.oldest_ms),
        "overtaken": counts.overtaken,
        "left_out": dict(counts.left_out),
        "refused": dict(counts.refused),
        "topics": dict(counts.topics),
    }


def _print_replay(counts: ActionCounts, *, dry_run: bool) -> None:
    if dry_run:
        oldest = "" if counts.oldest_ms is None else f", the oldest given up {moment(counts.oldest_ms)}"
        results.print(f"{_count(sum(counts.topics.values()))} to be sent again{oldest}")
        for topic, count in sorted(counts.topics.items()):
            groups = ", ".join(groups_of(topic))
            results.print(f"  {count} to {topic}" + (f", read by {groups}" if groups else ""), markup=False)
    else:
        results.print(f"{_count(counts.done)} sent again")
    if counts.overtaken:
        results.print(f"{counts.overtaken} were handled by somebody else meanwhile")
    for reason, count in counts.left_out.items():
        results.print(f"{count} cannot be sent: {reason}", markup=False)
    for error, count in counts.refused.items():
        results.print(f"{count} were refused by the broker and still wait: {error}", markup=False)


def _count(count: int) -> str:
    return f"{count} dead letter{'' if count == 1 else 's'}"


class _Progress:
    """How far it is, on standard error, every few seconds."""

    def __init__(self, done: str) -> None:
        self._done = done
        self._next = time.monotonic() + _REPORT_EVERY_SECONDS

    def __call__(self, counts: ActionCounts) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _REPORT_EVERY_SECONDS
            progress.print(f"{counts.done} {self._done} …")
