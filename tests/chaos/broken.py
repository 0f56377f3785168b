"""Runtimes that break one promise each, for the test that every checker notices.

They patch the real one inside the process of a workload that names one (`CHAOS_BROKEN`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from chaos.blind import never_look_at_the_clock
from framewell_contracts.cloudevents import Record
from framewell_kit.decisions import DecisionLog
from framewell_kit.jobs import store
from framewell_kit.stream.consumer import assignment
from framewell_kit.stream.consumer.offsets import OffsetTracker


def commit_first() -> None:
    """Commits where the consumer stands, not the first unfinished record."""

    def committable(offsets: OffsetTracker) -> int | None:
        return offsets.end or None

    _patch(OffsetTracker, "committable", committable)


def unordered() -> None:
    """Every record has a key of its own: those of one key are handled at once."""
    real = vars(assignment)["consumed"]

    def keyless(*args: Any, **options: Any) -> Any:
        return real(*args, **options)._replace(key=b"")

    _patch(assignment, "consumed", keyless)


def unfenced() -> None:
    """Whoever once had a job may write to it for ever, and believes so."""
    never_look_at_the_clock()
    _patch(store, "_fence", lambda _: {})


def undecided() -> None:
    """Decides anew on every delivery."""

    async def recall(_: DecisionLog, group: str, cause_id: str) -> None:
        return None

    async def keep(_: DecisionLog, group: str, cause_id: str, records: Sequence[Record]) -> list[Record]:
        return list(records)

    _patch(DecisionLog, "recall", recall)
    _patch(DecisionLog, "keep", keep)


BROKEN: Mapping[str, Callable[[], None]] = MappingProxyType(
    {one.__name__: one for one in (commit_first, unordered, unfenced, undecided)}
)


def apply(name: str) -> None:
    """Break this process's runtime in the named way; an empty name leaves it whole."""
    if name:
        BROKEN[name]()


def _patch(target: Any, name: str, replacement: Any) -> None:
    """Raise AttributeError when there is no such name: a runtime that is not broken proves nothing."""
    getattr(target, name)
    setattr(target, name, replacement)
