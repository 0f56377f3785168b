"""`framewell assets`, `show`, `watch` and `why`: what became of what was taken in."""

from __future__ import annotations

import re
from enum import StrEnum, auto
from typing import Annotated, Any, Final

import typer

from framewell_cli.asset_description import clock_text
from framewell_cli.commands.asset_text import print_asset
from framewell_cli.commands.gateway_access import AssetId, open_gateway
from framewell_cli.commands.why_text import print_why
from framewell_cli.console import Json, print_json, print_json_line, print_line, print_table, progress
from framewell_cli.documents import Document, model_text, seconds
from framewell_client.gateway import ENDED, ENDED_STATES

_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]


class State(StrEnum):
    """How far an asset has come, as `state` says it."""

    REQUESTED = auto()
    INGESTED = auto()
    TRANSCODING = auto()
    ANALYSING = auto()
    ANALYSED = auto()
    REJECTED = auto()
    REMOVED = auto()


class Kind(StrEnum):
    """What an asset is, as `kind` says it."""

    VIDEO = auto()
    AUDIO = auto()
    STILL = auto()


def assets(
    *,
    state: Annotated[list[State] | None, typer.Option(help="Only in this state; may repeat.")] = None,
    kind: Annotated[list[Kind] | None, typer.Option(help="Only of this kind; may repeat.")] = None,
    title: Annotated[str, typer.Option(help="Only with this in the title, in capitals or not.")] = "",
    source: Annotated[str, typer.Option(help="Only those that this source asked for.")] = "",
    label: Annotated[
        list[str] | None, typer.Option(help="Only with this label, NAME:VALUE or NAME; may repeat.")
    ] = None,
    requested_from: Annotated[str, typer.Option("--from", help="Only asked for at this time or later.")] = "",
    requested_until: Annotated[str, typer.Option("--until", help="Only asked for before this time.")] = "",
    order_by: Annotated[
        str, typer.Option(help="requested_at, title or duration, alone or followed by ' desc'.")
    ] = "",
    limit: Limit = 50,
    as_json: Json = False,
) -> None:
    """List assets, newest first or in another order.

    Times are RFC 3339, e.g. 2026-11-22T18:00:00Z, or a day, which begins at midnight UTC.
    """
    with open_gateway() as gateway:
        listed = gateway.list_assets(
            limit=limit,
            state=[*map(str, state or ())],
            kind=[*map(str, kind or ())],
            title=title,
            source=source,
            label=label,
            requested_from=_moment(requested_from),
            requested_until=_moment(requested_until),
            order_by=order_by,
        )
    found = listed["assets"]
    if as_json:
        print_json(listed)
        return
    print_table(
        ("asset", "kind", "state", "length", "chunks", "title", "reason"),
        [
            (
                one["asset_id"],
                one.get("kind", "-"),
                one["state"],
                clock_text(seconds(one["duration"])) if "duration" in one else "-",
                f"{one['chunks']['analysed']}/{one['chunks']['planned']}",
                one["title"] or one["uri"],
                one.get("reason", ""),
            )
            for one in found
        ],
        text=("title", "reason"),
    )
    if len(found) < listed["total_size"]:
        progress.print(f"{len(found)} of {listed['total_size']} assets; --limit shows more", markup=False)


def _moment(text: str) -> str:
    """Return a time as REST takes it; a day is its midnight."""
    return f"{text}T00:00:00Z" if _DAY.fullmatch(text) else text


def show(asset: AssetId, as_json: Json = False) -> None:
    """Show everything known about an asset."""
    with open_gateway() as gateway:
        view = gateway.asset(asset)
    if as_json:
        print_json(view)
    else:
        print_asset(view)


def watch(asset: AssetId, as_json: Json = False) -> None:
    """Print events of an asset as they happen, until it has ended. Exit code 1 if it was rejected.

    With --json: one event a line.
    """
    with open_gateway() as gateway:
        if gateway.state(asset) in ENDED_STATES:
            for event in gateway.events(asset):
                _print_event(event, as_json=as_json)
        else:
            for event in gateway.follow(asset):
                _print_event(event, as_json=as_json)
                if event["type"] in ENDED:
                    break
        rejected = gateway.state(asset) == "rejected"
    if rejected:
        raise typer.Exit(1)


def why(asset: AssetId, as_json: Json = False) -> None:
    """Say why an asset is where it is: what it waits for, what failed, who is away, and what to do."""
    with open_gateway() as gateway:
        found = gateway.why(asset)
    if as_json:
        print_json(found)
    else:
        print_why(found)


def _print_event(event: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json_line(event)
        return
    name = event["type"].removeprefix("framewell.").rsplit(".v", 1)[0]
    print_line(f"{event['time'][11:23]}  {name:22} {_summary(event['data'])}")


_SHOWN: Final = {
    "detail": "detail",
    "kind": "kind",
    "uri": "uri",
    "index": "chunk",
    "chunk_count": "chunks",
    "shot_count": "shots",
    "model": "model",
    "reason": "reason",
}
"""Fields of events that are shown, and what they are called there."""


def _summary(data: Document) -> str:
    """Return what a person wants to know of the event first."""
    if failure := data.get("outcome", {}).get("failed"):
        return f"FAILED: {failure['detail']}"
    values = {**data.get("work", {}), **data, "model": model_text(data.get("model"))}
    if "chunk_id" in data:
        values["index"] = data.get("index", 0)  # JSON leaves a zero out
    return "  ".join(
        f"{label}={values[name]}"
        for name, label in _SHOWN.items()
        if isinstance(values.get(name), str | int) and values[name] != ""
    )
