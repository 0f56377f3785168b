"""`framewell search`: where a word was read or said, a thing was seen, or somebody appeared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

import typer

from framewell_cli.commands.asset_text import spans_text
from framewell_cli.commands.gateway_access import open_gateway
from framewell_cli.console import Json, print_json, print_table, progress
from framewell_cli.documents import ratio, seconds

_PLACES = {"people": "name", "text": "text", "labels": "label", "speech": "text"}


def search(
    words: Annotated[str, typer.Argument(help="Part of a name, a text on screen, a sentence, or a label.")],
    among: Annotated[
        int, typer.Option(min=1, max=100_000, help="Look through so many of the newest assets.")
    ] = 200,
    as_json: Json = False,
) -> None:
    """Look through assets for a name, words read or spoken, or a label. Exit code 1 if nothing was found.

    What is said is known where the optional analyser `transcript` listens. Reads the view of each asset in
    turn, so it takes as long as there are assets.
    """
    found: list[dict[str, Any]] = []
    unread: set[str] = set()
    with open_gateway() as gateway:
        listed = gateway.assets(limit=among)
        for one in listed:
            if one["state"] not in {"rejected", "removed"}:
                view = gateway.asset(one["asset_id"])
                unread.update(_PLACES.keys() & view["unavailable"])
                found.extend(matches(view, words, one["title"]))
    progress.print(f"looked through {len(listed)} assets", markup=False)
    if unread:
        progress.print(f"{', '.join(sorted(unread))} not known of all of them: a service is away")
    if not found and not as_json:
        progress.print("nothing that was seen, read or heard in them has these words")
    elif as_json:
        print_json(
            {"matches": [{key: value for key, value in one.items() if key != "when"} for one in found]}
        )
    else:
        print_table(
            ("asset", "title", "as", "found", "when"),
            [(one["asset_id"], one["title"], one["as"], one["found"], one["when"]) for one in found],
            text=("title", "found"),
        )
    if not found:
        raise typer.Exit(1)


def matches(view: Mapping[str, Any], words: str, title: str) -> Iterator[dict[str, Any]]:
    """Yield everything in the view that contains the words, whatever their case."""
    wanted = words.casefold()
    for place, key in _PLACES.items():
        for one in view.get(place, ()):
            if wanted in one.get(key, "").casefold():
                spans = one["spans"] if "spans" in one else _spoken(view, one)
                yield {
                    "asset_id": view["asset_id"],
                    "title": title,
                    "as": place,
                    "found": one[key],
                    "score": one.get("score"),
                    "spans": spans,
                    "when": spans_text(view, spans),
                }


def _spoken(view: Mapping[str, Any], passage: Mapping[str, str]) -> list[dict[str, int]]:
    """Return the span in ticks of a passage of speech, which is counted in seconds; none without a clock."""
    if not (timeline := view.get("timeline")):
        return []
    tick, start = ratio(timeline["time_base"]), timeline["start_pts"]
    first, last = (start + round(seconds(passage[edge]) / tick) for edge in ("start", "end"))
    return [{"start_pts": first, "end_pts": last}]
