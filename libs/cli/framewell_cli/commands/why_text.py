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
    """Print the headline, the last event, the next steps, the reasons with advice, and what is not known."""
    results.print(Text(harmless(why["headline"]), _STYLES[why["verdict"]]))
    if "last_event" in why:
        results.print(Text.assemble("  last: ", harmless(_last(why["last_event"]))))
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


def _last(event: Mapping[str, Any]) -> str:
    """Return an event and how long ago it was: `asset.ingested, 47 s ago`, `5 min ago`."""
    name = event["type"].removeprefix("framewell.").rsplit(".v", 1)[0]
    return f"{name}, {_span(float(event['age'].removesuffix('s')))} ago"


def _span(seconds: float) -> str:
    """Return a length of time in the unit that says it best: `47 s`, `5 min`, `3 h`."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    minutes = seconds / 60
    return f"{minutes:.0f} min" if minutes < 120 else f"{minutes / 60:.0f} h"
