"""Where a line stands and what belongs together: lower third, ticker, name line over role line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from framewell_inference.analysers.text.lines import Line

Region = Literal["lower_third", "ticker", "other"]

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


def region(line: Line) -> Region:
    top, middle = line.box.y / line.frame.height, (line.box.y + line.box.height / 2) / line.frame.height
    if line.box.width >= TICKER_WIDTH * line.frame.width or top >= TICKER_TOP:
        return "ticker"
    return "lower_third" if middle >= CAPTION_ROWS[0] else "other"


def line_below(upper: Line, lines: Sequence[Line]) -> Line | None:
    """The smaller, left-aligned line that stands right below `upper` at the same time, if there is one."""
    height = upper.box.height
    candidates = [
        line
        for line in lines
        if line is not upper
        and line.stretch.start_pts < upper.stretch.end_pts
        and upper.stretch.start_pts < line.stretch.end_pts
        and line.box.height < height * SMALLER
        and abs(line.box.x - upper.box.x) < LEFT_ALIGNED * height
        and 0 < line.box.y - upper.box.y < BELOW_WITHIN * height
    ]
    return min(candidates, key=lambda line: line.box.y, default=None)
