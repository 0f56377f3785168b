"""`framewell similar`: where else a picture of an asset is, whatever was done to it since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final

import typer

from framewell_cli.commands.gateway_access import AssetId, open_gateway
from framewell_cli.console import Json, print_json, print_table, progress
from framewell_client import Gateway, Refused

NOT_FOUND: Final = 404

MOST_SHOTS: Final = 200
"""Shots of an asset that are looked for, from its start."""


def similar(
    asset: AssetId,
    *,
    at: Annotated[
        float | None,
        typer.Option(min=0, help="The picture so many seconds after the start; else of each shot."),
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many places of each picture.")] = 20,
    as_json: Json = False,
) -> None:
    """Look for near-duplicates of an asset's pictures in all other assets. Exit code 1 if there are none.

    Found is the same picture after cutting, grading, mirroring, captions or compression; docs/quality.md says
    how surely. Without --at the middle of each shot is looked for.
    """
    with open_gateway() as gateway:
        view = gateway.asset(asset)
        found = [
            {"at_pts": pts, "at_seconds": _seconds(view, pts), **one}
            for pts in moments(view, at)
            for one in _near(gateway, asset, pts, limit)
        ]
    if as_json:
        print_json({"asset_id": asset, "near_duplicates": found})
    elif found:
        print_table(
            ("at", "in asset", "from pts", "to pts", "distance"),
            [_row(one) for one in found],
        )
    else:
        progress.print("no other asset has such a picture")
    if not found:
        raise typer.Exit(1)


def _near(gateway: Gateway, asset: str, pts: int, limit: int) -> list[dict[str, Any]]:
    """Return near-duplicates of what is seen at a moment; none where nobody looked at it."""
    query = {
        "moment": {"asset_id": asset, "pts": pts},
        "analyser": "labels",
        "near_duplicates": True,
        "limit": limit,
        "filter": {"other_than": [asset]},
    }
    try:
        return gateway.similar(query)
    except Refused as refused:
        if refused.status == NOT_FOUND:
            return []
        raise


def moments(view: Mapping[str, Any], at: float | None) -> Iterator[int]:
    """Yield the pts that are looked for: of the second, else of the middle of every shot; 0 of a still."""
    timeline = view.get("timeline")
    if not timeline:
        yield 0
    elif at is not None:
        base = timeline["time_base"]
        yield timeline["start_pts"] + int(at * base["denominator"] / base["numerator"])
    else:
        shots = [one["span"] for one in view.get("shots", [])][:MOST_SHOTS]
        for span in shots or [{"start_pts": timeline["start_pts"], "end_pts": timeline["start_pts"]}]:
            yield (span["start_pts"] + span["end_pts"]) // 2


def _seconds(view: Mapping[str, Any], pts: int) -> float:
    if not (timeline := view.get("timeline")):
        return 0.0
    base = timeline["time_base"]
    return float((pts - timeline["start_pts"]) * base["numerator"] / base["denominator"])


def _row(one: Mapping[str, Any]) -> tuple[str, ...]:
    span = one["observation"]["span"]
    return (
        f"{one['at_seconds']:.1f} s", one["asset_id"], str(span["start_pts"]), str(span["end_pts"]),
        f"{one['distance']:.1f}",
    )  # fmt: skip
