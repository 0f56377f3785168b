"""`framewell frame`: one picture of an asset, out of its original."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from framewell_cli.commands.gateway_access import AssetId, open_gateway
from framewell_cli.console import Json, print_json, print_line
from framewell_cli.errors import UsageProblem


def frame(
    asset: AssetId,
    *,
    number: Annotated[
        int | None, typer.Option("--frame", min=0, help="Index in presentation order, from 0.")
    ] = None,
    pts: Annotated[int | None, typer.Option(help="Shown at this pts in the asset's time base.")] = None,
    seconds: Annotated[
        float | None, typer.Option(min=0, help="Shown so many seconds after the start.")
    ] = None,
    timecode: Annotated[
        str | None, typer.Option(help="With this label: HH:MM:SS:FF, or HH:MM:SS;FF for drop frame.")
    ] = None,
    width: Annotated[int | None, typer.Option(min=16, max=4096, help="At most so wide, in pixels.")] = None,
    to: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Where to write it; ASSET-FRAME.jpg unless given.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Write the very picture of a moment as a JPEG file; without a moment, the first.

    It is decoded out of the original: upright, deinterlaced, and never larger than it is. A file that is
    there already is replaced.
    """
    if sum(one is not None for one in (number, pts, seconds, timecode)) > 1:
        raise UsageProblem("say once which picture is wanted: --frame, --pts, --seconds or --timecode")
    with open_gateway() as gateway:
        picture = gateway.picture(
            asset, frame=number, pts=pts, seconds=seconds, timecode=timecode, width=width
        )
    file = to or Path(f"{asset}-{picture.frame}.jpg")
    file.write_bytes(picture.jpeg)
    if as_json:
        found = {"file": str(file), "frame": picture.frame, "pts": picture.pts, "timecode": picture.timecode}
        print_json(found)
        return
    label = f", {picture.timecode}" if picture.timecode else ""
    print_line(f"{file}: frame {picture.frame}, pts {picture.pts}{label}")
