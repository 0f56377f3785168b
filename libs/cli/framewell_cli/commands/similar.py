"""`framewell similar`: where a picture is, whatever was done to it, or a face like the one in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from framewell_cli.commands.gateway_access import open_gateway
from framewell_cli.console import Json, print_json, print_table, progress
from framewell_cli.errors import UsageProblem
from framewell_client import Gateway, Refused

NOT_FOUND: Final = 404

MOST_SHOTS: Final = 200
"""Shots of an asset that are looked for, from its start."""

Found = list[dict[str, Any]]


def similar(
    of: Annotated[str, typer.Argument(metavar="ASSET|PICTURE", help="Id of an asset, or a picture file.")],
    *,
    at: Annotated[
        float | None,
        typer.Option(min=0, help="The picture of the asset so many seconds after its start."),
    ] = None,
    faces: Annotated[
        bool, typer.Option("--faces", help="Faces near to the largest one of a picture, nearest first.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many places of each picture.")] = 20,
    as_json: Json = False,
) -> None:
    """Look for near-duplicates of a picture file, or of an asset's pictures in all others.

    Found is the same picture after cutting, grading, mirroring, captions or compression; docs/quality.md says
    how surely. Of an asset the middle of each shot is looked for. Exit code 1 if there is none.
    """
    picture = Path(of)
    with open_gateway() as gateway:
        if picture.is_file():
            found = _near(gateway, {"image": base64.b64encode(picture.read_bytes()).decode()}, faces, limit)
        elif faces and at is None:
            raise UsageProblem("similar: say whose face with a picture file, or with --at SECONDS")
        else:
            found = _of_asset(gateway, of, at, faces, limit)
    if as_json:
        print_json({"of": of, "neighbours": found})
    elif found:
        print_table(("at", "in asset", "from pts", "to pts", "distance"), [_row(one) for one in found])
    else:
        progress.print("no other asset has such a face" if faces else "no other asset has such a picture")
    if not found:
        raise typer.Exit(1)


def _of_asset(gateway: Gateway, asset: str, at: float | None, faces: bool, limit: int) -> Found:
    view = gateway.asset(asset)
    return [
        {"at_pts": pts, "at_seconds": _seconds(view, pts), **one}
        for pts in moments(view, at)
        for one in _near(
            gateway,
            {"moment": {"asset_id": asset, "pts": pts}, "filter": {"other_than": [asset]}},
            faces,
            limit,
        )
    ]


def _near(gateway: Gateway, query: Mapping[str, Any], faces: bool, limit: int) -> Found:
    """Return what is near; nothing where nobody looked at the moment, or where nothing was seen."""
    chosen = {"analyser": "faces"} if faces else {"analyser": "labels", "near_duplicates": True}
    try:
        return gateway.similar({**query, **chosen, "limit": limit})
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
    at = f"{one['at_seconds']:.1f} s" if "at_seconds" in one else "-"
    distance = f"{one['distance']:.2f}"
    return at, one["asset_id"], str(span["start_pts"]), str(span["end_pts"]), distance
