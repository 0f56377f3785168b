"""What a row found, and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

COLUMNS = ("fault", "times", "events in", "effects out", "lost", "doubled", "seconds to recover")


@dataclass(slots=True)
class Outcome:
    """One row of the table.

    `recovered` are the seconds from each fault to the next new effect; `loading` those of them that a new
    process took until its program was loaded, which depends on the machine and on what else runs on it.
    `problems` are sentences about any other promise that was not kept; a row with one of them is not clean,
    nor is one that lost or doubled. `load` is the machine's load average when the row ended.
    """

    name: str
    fault: str
    times: int = 0
    events_in: int = 0
    effects_out: int = 0
    lost: int = 0
    doubled: int = 0
    recovered: list[float] = field(default_factory=list)
    loading: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    seconds: float = 0.0
    load: float = 0.0

    @property
    def clean(self) -> bool:
        """True when every promise of the row was kept."""
        return not (self.lost or self.doubled or self.problems)

    def require(self, kept: object, sentence: str) -> None:
        """Note a problem unless the promise was kept."""
        if not kept:
            self.problems.append(sentence)

    def cells(self) -> list[str]:
        """The row as the table shows it."""
        counts = (self.times, self.events_in, self.effects_out, self.lost, self.doubled)
        return [self.fault + self._loading(), *(f"{count:,}" for count in counts), self._recovery()]

    def _loading(self) -> str:
        return f"; {_middle(self.loading):.1f} s of it load the program" if self.loading else ""

    def _recovery(self) -> str:
        if not self.recovered:
            return "–"
        most = max(self.recovered)
        one = len(self.recovered) == 1
        return f"{most:.1f}" if one else f"{_middle(self.recovered):.1f} (at most {most:.1f})"


def table(outcomes: Sequence[Outcome]) -> str:
    """The table for a terminal, with every problem below it."""
    rows = [COLUMNS, *(outcome.cells() for outcome in outcomes)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(COLUMNS))]
    lines = ["  ".join(_aligned(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    problems = [f"NOT CLEAN {one.name}: {problem}" for one in outcomes for problem in _said(one)]
    return "\n".join([*lines, *problems])


def _middle(seconds: Sequence[float]) -> float:
    return sorted(seconds)[len(seconds) // 2]


def _aligned(row: Sequence[str], widths: Sequence[int]) -> list[str]:
    first, *rest = (
        cell.ljust(width) if column == 0 else cell.rjust(width)
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    )
    return [first, *rest]


def _said(outcome: Outcome) -> list[str]:
    if outcome.clean:
        return []
    counted = [
        f"{count} {word}" for count, word in ((outcome.lost, "lost"), (outcome.doubled, "doubled")) if count
    ]
    return [*counted, *outcome.problems]
