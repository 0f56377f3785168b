"""What came of looking again: how many chunks, which were passed over and why, what changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from framewell_contracts.sentences import kept_wording, say, worded_as_kept

MOST_REASONS: Final = 20
MOST_LABELS: Final = 2000
OTHER: Final = say("look.other", "other")
"""What is counted together, of reasons and labels beyond their bounds."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What came of looking: chunks, the sound of an asset counted as one."""

    chunks: int = 0
    pictures: int = 0
    seconds: float = 0.0
    skipped: Mapping[str, int] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """Observations before and after, by kind and label."""

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.chunks + other.chunks,
            self.pictures + other.pictures,
            self.seconds + other.seconds,
            _joined_reasons(self.skipped, other.skipped),
            _joined_reasons(self.failed, other.failed),
            _joined_changes(self.changes, other.changes),
        )

    @property
    def handled(self) -> int:
        """Return how many chunks are over and done with, one way or another."""
        return self.chunks + sum(self.skipped.values()) + sum(self.failed.values())

    @staticmethod
    def passed_over(reason: str, chunks: int = 1) -> Counts:
        """Return the counts of chunks that were passed over."""
        return Counts(skipped={reason: chunks}) if chunks else Counts()

    @staticmethod
    def given_up(reason: str, chunks: int = 1) -> Counts:
        """Return the counts of chunks at which looking failed."""
        return Counts(failed={reason: chunks}) if chunks else Counts()

    def plain(self) -> dict[str, Any]:
        """Return them as lists and numbers; names are values, since reasons and labels hold any character."""
        return {
            "chunks": self.chunks,
            "pictures": self.pictures,
            "seconds": self.seconds,
            "skipped": _plain(self.skipped),
            "failed": _plain(self.failed),
            "changes": [[*map(str, name), *numbers] for name, numbers in self.changes.items()],
        }

    @staticmethod
    def of(plain: Mapping[str, Any]) -> Counts:
        """Return the counts that `plain` returned; none for an empty mapping."""
        if not plain:
            return Counts()
        return Counts(
            chunks=plain["chunks"],
            pictures=plain["pictures"],
            seconds=plain["seconds"],
            skipped=_of_plain(plain["skipped"]),
            failed=_of_plain(plain["failed"]),
            changes={(kind, label): (before, after) for kind, label, before, after in plain["changes"]},
        )


def _plain(reasons: Mapping[str, int]) -> list[list[Any]]:
    return [[str(reason), count, kept_wording(reason)] for reason, count in reasons.items()]


def _of_plain(rows: Iterable[Sequence[Any]]) -> dict[str, int]:
    """Return reasons with what they were made of; what an earlier version kept is text and count."""
    return {worded_as_kept(reason, kept[0] if kept else {}): count for reason, count, *kept in rows}


def most_changed(changes: Mapping[tuple[str, str], tuple[int, int]], most: int) -> Sequence[tuple[str, str]]:
    """Return kinds and labels, most frequent first."""
    return sorted(changes, key=lambda one: (-sum(changes[one]), one))[:most]


def _joined_reasons(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    together = Counter(one)
    for reason, count in other.items():
        known = reason in together or len(together) < MOST_REASONS
        together[reason if known else OTHER] += count
    return dict(sorted(together.items()))


def _joined_changes(
    one: Mapping[tuple[str, str], tuple[int, int]], other: Mapping[tuple[str, str], tuple[int, int]]
) -> dict[tuple[str, str], tuple[int, int]]:
    together = dict(one)
    for (kind, label), (before, after) in other.items():
        known = (kind, label) in together or len(together) < MOST_LABELS
        name = (kind, label) if known else (kind, OTHER)
        had = together.get(name, (0, 0))
        together[name] = (had[0] + before, had[1] + after)
    return dict(sorted(together.items()))
