"""Output of every command: results on standard output, everything else on standard error."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from framewell_cli.plain_text import harmless, one_line, plain_json

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of text.")]
"""The option that every command has."""


class HarmlessConsole(Console):
    """A console on which no text from outside, such as a title or a reason, can act as a control sequence."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; text is made harmless first. A `Text` must be harmless already."""
        super().print(*(harmless(one) if isinstance(one, str) else one for one in objects), **options)


results = HarmlessConsole(highlight=False, soft_wrap=True)
progress = HarmlessConsole(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Mapping[str, Any] | Sequence[Any]) -> None:
    """Print one JSON value, for programs; nothing in it can act on a terminal."""
    typer.echo(plain_json(json.dumps(value, indent=2, ensure_ascii=False, default=str)))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print rows under column names, for people; plain spaces, so that it can be cut and pasted.

    At a terminal long cells fold, but for those of the first column, which are ids; elsewhere none does.
    """
    rows = [[one_line(cell) for cell in row] for row in rows]
    if not results.is_terminal:
        _print_plain([columns, *rows] if any(columns) else rows)
        return
    table = Table(box=None, pad_edge=False, header_style="bold", show_header=any(columns))
    for number, column in enumerate(columns):
        table.add_column(column, overflow="fold", no_wrap=number == 0)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    results.print(table)


def _print_plain(lines: Sequence[Sequence[str]]) -> None:
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        typer.echo("  ".join(padded).rstrip())
