"""Output of every command, in one shape: results on standard output, everything else on standard error.

With `--json` a command prints one JSON object; a list stands in it under the name of its things, as REST
answers it (`{"assets": [...]}`). A command that follows what happens prints an object a line. Without it,
people read tables and sheets, never wider than their terminal; elsewhere, as in a pipe, nothing is cut.
"""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from framewell_cli.plain_text import harmless, plain_json
from framewell_cli.tables import cut, sheet_lines, table_lines

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
"""The option that every command has that prints anything; its parameter is `as_json`."""


class HarmlessConsole(Console):
    """A console on which no text from outside, such as a title or a reason, can act as a control sequence."""

    def print(self, *objects: Any, **options: Any) -> None:
        """Print as rich does; text is made harmless first. A `Text` must be harmless already."""
        super().print(*(harmless(one) if isinstance(one, str) else one for one in objects), **options)


results = HarmlessConsole(highlight=False, soft_wrap=True)
progress = HarmlessConsole(stderr=True, highlight=False, soft_wrap=True)


def terminal_width() -> int | None:
    """Return the columns of the terminal that results go to (COLUMNS or its size); None elsewhere."""
    try:
        at_terminal = os.isatty(results.file.fileno())
    except (OSError, ValueError):  # a file of memory, or a closed one
        return None
    return results.width if at_terminal else None


def print_json(document: Mapping[str, Any]) -> None:
    """Print one JSON object, for programs; nothing in it can act on a terminal."""
    typer.echo(json_text(document, indent=2))


def print_json_line(document: Mapping[str, Any]) -> None:
    """Print one of many JSON objects, in a line of its own, at once."""
    typer.echo(json_text(document))


def json_text(document: Mapping[str, Any], *, indent: int | None = None) -> str:
    """Return the object as JSON text. Raise TypeError for anything else: no command prints a bare list."""
    if not isinstance(document, Mapping):
        raise TypeError(f"a command prints one JSON object, not a {type(document).__name__}")
    return plain_json(json.dumps(document, indent=indent, ensure_ascii=False, default=str))


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, text: Collection[str] = ()) -> None:
    """Print rows under column names, for people; plain spaces, so that it can be cut and pasted.

    At a terminal too wide a table is cut in its columns of text, those with spaces and those named in `text`,
    then laid out in blocks: `table_lines`.
    """
    for line in table_lines(columns, rows, terminal_width(), text):
        results.print(line)


def print_sheet(rows: Sequence[tuple[str, str]], *, style: str = "") -> None:
    """Print names and their values, for people; at a terminal long values are folded, never cut."""
    for line in sheet_lines(rows, terminal_width()):
        results.print(Text(line, style))


def print_line(line: str) -> None:
    """Print one of many lines, such as an event; at a terminal it is cut to its width."""
    results.print(Text(cut(line, terminal_width())))
