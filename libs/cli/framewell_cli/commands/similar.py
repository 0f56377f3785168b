"""`framewell similar`: where a picture is, whatever was done to it, or a face like the one in it."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from framewell_cli.asset_description import clock_text
from framewell_cli.commands.asset_text import spans_text
from framewell_cli.commands.gateway_access import asset_id, open_gateway
from framewell_cli.console import Json, print_json, print_table, progress
from framewell_cli.documents import ratio
from framewell_cli.errors import CommandError, UsageProblem
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
        bool, typer.Option("--faces", help="Faces near to the largest one of a picture: say a --reason.")
    ] = False,
    reason: Annotated[str, typer.Option(help="Why you look for a face; it is kept with who asked.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=200, help="So many places of each picture.")] = 20,
    as_json: Json = False,
) -> None:
    """Look for near-duplicates of a picture file, or of an asset's pictures in all others.

    Found is the same picture after cutting, grading, mirroring, captions or compression; docs/quality.md says
    how surely. Of an asset the middle of each shot is looked for. A place is where it stands without a break.
    Exit code 1 if there is none.
    """
    picture, face = Path(of), Face(reason.strip()) if faces else None
    if face is not None and not face.reason:
        raise UsageProblem("similar: say why you look for a face: --reason 'TEXT'; it is kept with who asked")
    with open_gateway() as gateway:
        if picture.is_file():
            image = base64.b64encode(picture.read_bytes()).decode()
            found = _near(gateway, {"image": image}, face, limit)
        elif picture.exists() or picture.suffix:
            raise UsageProblem(f"similar: there is no picture file {of}")
        elif faces and at is None:
            raise UsageProblem("similar: say whose face with a picture file, or with --at SECONDS")
        else:
            found = _of_asset(gateway, asset_id(of), at, face, limit)
        rows = [] if as_json else _rows(gateway, found)
    if as_json:
        print_json({"of": of, "neighbours": found})
    elif found:
        print_table(("at", "in asset", "when", "distance"), rows)
    else:
        progress.print("no other asset has such a face" if faces else "no other asset has such a picture")
    if not found:
        raise typer.Exit(1)


@dataclass(frozen=True, slots=True)
class Face:
    """A face is looked for, and why."""

    reason: str


def _of_asset(gateway: Gateway, asset: str, at: float | None, face: Face | None, limit: int) -> Found:
    """Return what is near to each moment. Raises CommandError where none of them has anything to compare."""
    view = gateway.asset(asset)
    found: Found = []
    wanted, without = [*moments(view, at)], 0
    for pts in wanted:
        query = {"moment": {"asset_id": asset, "pts": pts}, "filter": {"other_than": [asset]}}
        try:
            near = _near(gateway, query, face, limit)
        except Refused as refused:
            if refused.status != NOT_FOUND:
                raise
            without += 1
            continue
        found += [{"at_pts": pts, "at_seconds": _seconds(view, pts), **one} for one in near]
    if without == len(wanted):
        raise CommandError(nothing_to_compare(view, at, faces=face is not None))
    if without:
        progress.print(f"nobody looked at the middle of {without} of {len(wanted)} shots: they are left out")
    return found


def _near(gateway: Gateway, query: Mapping[str, Any], face: Face | None, limit: int) -> Found:
    """Return what is near. Raises Refused, with NOT_FOUND for a moment at which nothing was seen."""
    chosen: dict[str, Any] = {"analyser": "labels", "near_duplicates": True}
    if face is not None:
        chosen = {"analyser": "faces", "reason": face.reason}
    return gateway.similar({**query, **chosen, "limit": limit})


def nothing_to_compare(view: Mapping[str, Any], at: float | None, *, faces: bool) -> str:
    """Return why an asset has nothing to compare at a second, or at no moment at all."""
    asset, timeline = view["asset_id"], view.get("timeline")
    when = "" if at is None or not timeline else f" at {clock_text(at)}"
    if when and timeline and at is not None:
        length = float(timeline["duration_pts"] * ratio(timeline["time_base"]))
        if at >= length:
            return f"similar: {asset} has no picture{when}: it ends at {clock_text(length)}"
    for decision in view.get("rights", ()):
        if decision["purpose"] == "analysis" and not decision["allowed"]:
            return f"similar: {asset} was not looked at, analysis is withheld. {decision['sentence']}".strip()
    if faces:
        return f"similar: no face was seen in {asset}{when}"
    return f"similar: no picture of {asset} was looked at{when}: 'framewell why {asset}' says where it stands"


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


def _rows(gateway: Gateway, found: Found) -> list[tuple[str, ...]]:
    """Return a row for each place, with its time on the clock of its asset."""
    views = {asset: _view(gateway, asset) for asset in {one["asset_id"] for one in found}}
    return [
        (
            clock_text(one["at_seconds"]) if "at_seconds" in one else "-",
            one["asset_id"],
            spans_text(views[one["asset_id"]], [one["span"]]),
            f"{one['distance']:.2f}",
        )
        for one in found
    ]


def _view(gateway: Gateway, asset: str) -> Mapping[str, Any]:
    """Return the view of an asset, an empty one where it has gone meanwhile."""
    try:
        return gateway.asset(asset)
    except Refused as refused:
        if refused.status != NOT_FOUND:
            raise
        return {}
