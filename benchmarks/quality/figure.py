"""What was measured: one figure of one analyser, over how many cases, and the goal it is held to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.tables import Table, verdict

MATERIAL: Final = Path(__file__).parent / "material"


@dataclass(frozen=True, slots=True)
class Figure:
    """`value` is a fraction when `cases` counts what it is a fraction of, else a plain number in `unit`.

    A goal is a least or a most; without either the figure is told and not judged.
    """

    what: str
    value: float
    cases: int | None = None
    unit: str = ""
    least: float | None = None
    most: float | None = None

    @property
    def reached(self) -> bool | None:
        """Return whether the goal is reached, None without one."""
        if self.least is None and self.most is None:
            return None
        above = self.least is None or self.value >= self.least
        return above and (self.most is None or self.value <= self.most)

    @property
    def cells(self) -> tuple[str, str, str, str, str]:
        """Return the row of a table."""
        goal = "" if self.least is None else f"at least {self._text(self.least)}"
        goal = goal if self.most is None else f"at most {self._text(self.most)}"
        cases = "" if self.cases is None else str(self.cases)
        return self.what, self._text(self.value), cases, goal, verdict(self.reached)

    def _text(self, value: float) -> str:
        number = f"{value:.3g}" if self.unit else f"{value:.2f}".removeprefix("0")
        return f"{number} {self.unit}".strip()


def table(figures: Iterable[Figure]) -> Table:
    """Return the figures of one analyser as a table."""
    return Table(("measured", "is", "cases", "goal", ""), tuple(one.cells for one in figures))
