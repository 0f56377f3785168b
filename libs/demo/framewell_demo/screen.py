"""The demo on a terminal: progress while it runs, and the tables at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.table import Table
from rich.text import Text

from framewell_cli.console import print_table, progress, results
from framewell_cli.report.page import Table as Content
from framewell_demo import tables
from framewell_demo.outcome import Outcome
from framewell_demo.sources import Sources


@dataclass(slots=True)
class Screen:
    """Progress on standard error, each line with the seconds since the start."""

    console: Console = progress
    began: float = field(default_factory=time.monotonic)

    def terms(self, sources: Sources) -> None:
        """Print what the demo uses, and on what terms."""
        for source in sources.entries:
            self.console.print(f"{source.title}: {source.licence} ({source.package})", markup=False)
            self.console.print(f"  {' '.join(source.terms.split())}", style="dim", markup=False)
        self.console.print()

    def report(self, sentence: str) -> None:
        """Print one line about what happens now."""
        self.console.print(f"[dim]{time.monotonic() - self.began:6.1f} s[/dim]  ", end="")
        self.console.print(sentence, markup=False)


def show(outcome: Outcome, console: Console = results) -> None:
    """Print how it ended."""
    for heading, table in (
        ("Stages (seconds)", tables.stages(outcome)),
        ("People", tables.people(outcome)),
        ("Withheld", tables.withheld(outcome)),
        ("Rejected", tables.rejected(outcome)),
        ("Learned", tables.learned(outcome)),
        ("Refused late", tables.refused(outcome)),
        ("Steps", tables.checks(outcome)),
    ):
        if table.rows:
            _print(heading, table, console)
    if outcome.page:
        console.print(f"Page with pictures: {outcome.page}", markup=False)
    if outcome.end_command:
        console.print(f"Console: {outcome.console} (end the mesh with: {outcome.end_command})", markup=False)
    elif outcome.console:
        console.print(
            f"Console: it was at {outcome.console}; `make demo DEMO=--stay` leaves the mesh running for it",
            markup=False,
        )
    passed = sum(check.passed for check in outcome.checks)
    console.print(
        f"{passed} of {len(outcome.checks)} steps really happened; story {outcome.seconds:.0f} s, "
        f"mesh up in {outcome.mesh_seconds:.0f} s",
        style="bold green" if outcome.passed else "bold red",
    )


def _print(heading: str, table: Content, console: Console) -> None:
    if console.is_terminal:
        console.print(_drawn(heading, table))
    else:  # a file or a pipe has no width to fold at
        console.print(heading, markup=False)
        print_table(table.columns, table.rows)
    console.print()


def _drawn(heading: str, content: Content) -> Table:
    table = Table(title=heading, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for place, column in enumerate(content.columns):
        words = " ".join((column, *(row[place] for row in content.rows))).split()
        longest = max(map(len, words), default=0)
        table.add_column(column, overflow="fold", header_style="dim", min_width=min(longest, _UNBROKEN))
    for row in content.rows:
        table.add_row(*(Text(cell, style=_MARKS.get(cell, "")) for cell in row))
    return table


_UNBROKEN = 24
"""A word of so many letters, such as a model with its version, is not broken in a narrow window."""
_MARKS = {"✓": "green", "✗": "red"}
