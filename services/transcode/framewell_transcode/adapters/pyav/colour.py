"""What the numbers of a decoded picture mean as colours, and pictures with other colours than BT.709's."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.filter
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc

from framewell_transcode.transcoding.tone_mapping import Curve, to_bt709

_HIGH_DEFINITION: Final = (1280, 720)
_MATRICES: Final = {
    1: Colorspace.ITU709,
    4: Colorspace.FCC,
    5: Colorspace.ITU601,
    6: Colorspace.ITU601,
    7: Colorspace.SMPTE240M,
    9: Colorspace.BT2020,
    10: Colorspace.BT2020,
}
"""By matrix coefficients of ITU-T H.273, table 4."""
_CURVES: Final[dict[int, Curve]] = {ColorTrc.SMPTE2084: "pq", ColorTrc.ARIB_STD_B67: "hlg"}
_FULL_RANGE_FORMATS: Final = ("yuvj", "gray", "ya", "rgb", "bgr", "gbr", "argb", "abgr", "pal8")
_LOOKUP_LEVEL: Final = 6
"""A Hald table of level n has n*n steps along each axis, n*n*n pixels along each side."""
_CLOCK: Final = Fraction(1, 25)


@dataclass(frozen=True, slots=True)
class Colours:
    """How colours became the numbers of a picture."""

    matrix: Colorspace
    range: ColorRange
    curve: Curve | None
    """What has to be mapped to become BT.709; None where another matrix is all the difference."""


def colours_of(frame: Any) -> Colours:
    """Return the colours of a picture by its labels.

    Without a label the matrix is BT.2020's for PQ, HLG and wide colours, else BT.709's in high definition and
    BT.601's below, as ITU-R has it; the range is limited but in formats that have no other than full.
    """
    curve = _CURVES.get(int(frame.color_trc))
    wide = int(frame.color_primaries) == ColorPrimaries.BT2020
    matrix = _MATRICES.get(int(frame.colorspace))
    if matrix is None:
        high = frame.width >= _HIGH_DEFINITION[0] or frame.height >= _HIGH_DEFINITION[1]
        unlabelled = Colorspace.ITU709 if high else Colorspace.ITU601
        matrix = Colorspace.BT2020 if curve or wide else unlabelled
    if curve is None and (wide or (matrix is Colorspace.BT2020 and not _has_primaries(frame))):
        curve = "wide"
    return Colours(matrix, _range(frame), curve)


def _has_primaries(frame: Any) -> bool:
    return int(frame.color_primaries) not in (0, int(ColorPrimaries.UNSPECIFIED))


def _range(frame: Any) -> ColorRange:
    labelled = int(frame.color_range)
    if labelled in (ColorRange.MPEG, ColorRange.JPEG):
        return ColorRange(labelled)
    full = frame.format.name.startswith(_FULL_RANGE_FORMATS)
    return ColorRange.JPEG if full else ColorRange.MPEG


class ToneMapper:
    """Maps the colours of RGB pictures of one size through a table (libavfilter's `haldclut`)."""

    def __init__(self, curve: Curve, width: int, height: int) -> None:
        table = _hald_table(curve)
        self._graph: Any = av.filter.Graph()
        self._graph.threads = 1
        self._pictures = self._graph.add_buffer(
            width=width, height=height, format=av.VideoFormat("rgb48le"), time_base=_CLOCK, name="pictures"
        )
        lookup = self._graph.add_buffer(
            width=table.width, height=table.height, format=table.format, time_base=_CLOCK, name="table"
        )
        mapped = self._graph.add("haldclut", "interp=tetrahedral:clut=first")
        self._sink = self._graph.add("buffersink")
        self._pictures.link_to(mapped, 0, 0)
        lookup.link_to(mapped, 0, 1)
        mapped.link_to(self._sink)
        self._graph.configure()
        lookup.push(table)
        lookup.push(None)
        self._count = 0

    def mapped(self, frame: Any) -> Any:
        """Return an `rgb48le` picture as BT.709 shows it; `frame` gets another pts."""
        frame.pts, frame.time_base = self._count, _CLOCK
        self._count += 1
        self._pictures.push(frame)
        return self._sink.pull()


def _hald_table(curve: Curve) -> Any:
    """Return the curve as a Hald picture: every colour on a grid, red fastest, in place of the pixels."""
    steps, side = _LOOKUP_LEVEL**2, _LOOKUP_LEVEL**3
    at = np.arange(steps**3)
    grid = np.stack([at % steps, at // steps % steps, at // steps**2], axis=-1) / (steps - 1)
    values = np.round(to_bt709(grid, curve) * 65_535).astype(np.uint16).reshape(side, side, 3)
    table = av.VideoFrame.from_ndarray(values, format="rgb48le")
    table.pts, table.time_base = 0, _CLOCK
    return table
