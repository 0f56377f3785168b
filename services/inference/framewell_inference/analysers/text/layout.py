"""The layout of captions: the region a line stands in, and which line stands below which."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from framewell.media.v1.media_pb2 import (
    TEXT_REGION_LOWER_THIRD,
    TEXT_REGION_OTHER,
    TEXT_REGION_TICKER,
    TextRegion,
)
from framewell_inference.analysers.text.lines import Line

CAPTION_ROWS: Final = (0.58, 1.0)
"""Rows of the picture in which captions stand and tickers run, as fractions of its height."""

TICKER_WIDTH: Final = 0.8
"""A line at least this wide (fraction of the picture) runs or once ran across it."""

TICKER_TOP: Final = 0.90
"""Lines that begin below this row are in the ticker's strip."""

LEFT_ALIGNED: Final = 1.2
BELOW_WITHIN: Final = 2.2
"""In heights of the upper line: how far left edges may differ, how far down the lower line may begin."""

SMALLER: Final = 0.95
"""The lower line of a caption is set smaller than the upper one, by at least this factor."""


def region(line: Line) -> TextRegion.ValueType:
    """Return the region of the picture that a line stands in, by the rows and the width of its box."""
    top, middle = line.box.y / line.frame.height, (line.box.y + line.box.height / 2) / line.frame.height
    if line.box.width >= TICKER_WIDTH * line.frame.width or top >= TICKER_TOP:
        return TEXT_REGION_TICKER
    return TEXT_REGION_LOWER_THIRD if middle >= CAPTION_ROWS[0] else TEXT_REGION_OTHER


def line_below(upper: Line, lines: Sequence[Line]) -> Line | None:
    """Return the smaller, left-aligned line right below `upper` at the same time, if there is one."""
    height = upper.box.height
    candidates = [
        line
        for line in lines
        if line is not upper
        and line.span.start_pts < upper.span.end_pts
        and upper.span.start_pts < line.span.end_pts
        and line.box.height < height * SMALLER
        and abs(line.box.x - upper.box.x) < LEFT_ALIGNED * height
        and 0 < line.box.y - upper.box.y < BELOW_WITHIN * height
    ]
    return min(candidates, key=lambda line: line.box.y, default=None)
