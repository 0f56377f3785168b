"""A segment for a chunk that could not be made: its neighbour's picture, held."""

from __future__ import annotations

import io
from fractions import Fraction
from typing import Any

import av

from framewell_media.sandbox import JobFiles, media_job
from framewell_media.sandbox.registry import Answer, Parameters
from framewell_transcode.adapters.jobs.cmaf import SegmentWriter
from framewell_transcode.adapters.jobs.parameters import recipe_from
from framewell_transcode.domain.proxy import TICKS_PER_SECOND


@media_job("make_filler")
def make_filler(files: JobFiles, parameters: Parameters) -> Answer:
    """Inputs: header and segment of a neighbour. Output: the segment.

    Parameters: `recipe`, `frame_rate`, `start_tick`, `end_tick`, and `edge`: `last` picture of the neighbour
    (it comes before) or `first` (it comes after). One picture a second, so that a player can seek.
    """
    header, neighbour = files.inputs
    (output,) = files.outputs
    start, end = int(parameters["start_tick"]), int(parameters["end_tick"])
    picture = _edge_picture(header.read() + neighbour.read(), parameters["edge"])
    writer = SegmentWriter(
        recipe_from(parameters["recipe"]),
        picture,
        Fraction(parameters["frame_rate"]),
        start_tick=start,
        end_tick=end,
    )
    for at in range(start, end, TICKS_PER_SECOND):
        copy = av.VideoFrame.from_ndarray(picture.to_ndarray(), format="yuv420p")
        writer.push(copy, at)
    segment = writer.finish()
    header.seek(0)
    output.write(segment.media)
    return {"header_equal": segment.header == header.read()}


def _edge_picture(movie: bytes, edge: str) -> Any:
    with av.open(io.BytesIO(movie), mode="r", format="mp4") as container:
        pictures = container.decode(video=0)
        picture = next(pictures)
        if edge == "last":
            for picture in pictures:  # noqa: B007 - the last one is wanted
                pass
        return picture
