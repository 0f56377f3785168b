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


def print_why(why: Why) -> None:
    """Print the headline, the next steps, the reasons with what to do about each, and what is not known."""
    results.print(Text(harmless(why["headline"]), _STYLES[why["verdict"]]))
    for step in why["waits_for"]:
        results.print(Text.assemble("  next: ", harmless(step)))
    for reason in why["reasons"]:
        mark, style = _MARKS[reason["weight"]]
        results.print(Text.assemble("  ", (mark, style), " ", harmless(reason["sentence"])))
        if reason["advice"]:
            results.print(Text.assemble("      → ", (harmless(reason["advice"]), "cyan")))
    for missing in why["missing"]:
        results.print(Text.assemble("  missing: ", harmless(missing)))
    for unknown in why["incomplete"]:
        results.print(Text.assemble("  not known: ", (harmless(unknown), "dim")))
