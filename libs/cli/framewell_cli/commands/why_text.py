"""Why an asset is stuck, as text for people."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from rich.text import Text

from framewell_cli.console import results
from framewell_cli.plain_text import harmless

Why = Mapping[str, Any]

_MARKS: Final = {"stuck": ("✗", "bold red"), "waits": ("◷", "yellow"), "moves": ("·", "dim")}
_STYLES: Final = {"stuck": "bold red", "waiting": "bold yellow", "moving": "bold green", "ended": "bold"}


def print_why(said: Why) -> None:
    """The headline, the next steps, the reasons with what to do about each, and what is not known."""
    results.print(Text(harmless(said["headline"]), _STYLES[said["verdict"]]))
    for step in said["waits_for"]:
        results.print(Text.assemble("  next: ", harmless(step)))
    for reason in said["reasons"]:
        mark, style = _MARKS[reason["weight"]]
        results.print(Text.assemble("  ", (mark, style), " ", harmless(reason["sentence"])))
        if reason["advice"]:
            results.print(Text.assemble("      → ", (harmless(reason["advice"]), "cyan")))
    for missing in said["missing"]:
        results.print(Text.assemble("  missing: ", harmless(missing)))
    for unknown in said["incomplete"]:
        results.print(Text.assemble("  not known: ", (harmless(unknown), "dim")))
