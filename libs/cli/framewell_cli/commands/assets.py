"""`framewell assets`, `show`, `watch` and `why`: what became of what was taken in."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from framewell_cli.commands.asset_text import print_asset
from framewell_cli.commands.gateway_access import AssetId, open_gateway
from framewell_cli.commands.why_text import print_why
from framewell_cli.console import Json, print_json, print_json_line, print_line, print_table
from framewell_cli.documents import Document, model_text
from framewell_client.gateway import ENDED, ENDED_STATES

Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most so many.")]


def assets(limit: Limit = 50, as_json: Json = False) -> None:
    """List assets, newest first."""
    with open_gateway() as gateway:
        found = gateway.assets(limit=limit)
    if as_json:
        print_json({"assets": found})
        return
    print_table(
        ("asset", "kind", "state", "chunks", "title", "reason"),
        [
            (
                one["asset_id"],
                one.get("kind", "-"),
                one["state"],
                f"{one['chunks']['analysed']}/{one['chunks']['planned']}",
                one["title"] or one["uri"],
                one.get("reason", ""),
            )
            for one in found
        ],
        text=("title", "reason"),
    )


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
        if gateway.asset(asset)["state"] in ENDED_STATES:
            for event in gateway.events(asset):
                _print_event(event, as_json=as_json)
        else:
            for event in gateway.follow(asset):
                _print_event(event, as_json=as_json)
                if event["type"] in ENDED:
                    break
        rejected = gateway.asset(asset)["state"] == "rejected"
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


def _summary(data: Document) -> str:
    """Return what a person wants to know of the event first."""
    if failure := data.get("outcome", {}).get("failed"):
        return f"FAILED: {failure['detail']}"
    values = {**data.get("work", {}), **data, "model": model_text(data.get("model"))}
    shown = ("detail", "kind", "uri", "index", "chunk_count", "shot_count", "model", "reason")
    return "  ".join(
        f"{name.removesuffix('_count')}={values[name]}"
        for name in shown
        if isinstance(values.get(name), str | int) and values[name] != ""
    )
