"""Pictures as they are displayed: progressive, upright, with square pixels, in a known colour space."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import pairwise
from typing import Any, Final

import av
import av.error
import av.filter
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter
from numpy.typing import NDArray

from framewell_transcode.domain.proxy import Size
from framewell_transcode.ports import DisplayedPicture

_TURNS: Final = {90: ("transpose=clock",), 180: ("hflip", "vflip"), 270: ("transpose=cclock",)}
_HIGH_DEFINITION_LINES: Final = 720
_BT709: Final = 1
_UNSPECIFIED: Final = 2


def as_displayed(
    frames: Iterator[tuple[int, Any]], pixel_aspect: Callable[[], Fraction]
) -> Iterator[DisplayedPicture]:
    """Yield pictures deinterlaced, from the first interlaced one on, and turned upright.

    One picture out for one in, in the same order. `pixel_aspect` is called for every picture that came.
    """
    graph: Any = None
    waiting: deque[tuple[int, Size]] = deque()
    for row, frame in frames:
        size = _displayed(frame, pixel_aspect())
        if graph is None and (steps := _steps(frame)):
            graph = _graph(frame, steps)
        if graph is None:
            yield DisplayedPicture(row, frame, size)
            continue
        waiting.append((row, size))
        graph.push(frame)
        yield from _pulled(graph, waiting)
    if graph is not None:
        graph.push(None)
        yield from _pulled(graph, waiting)


def _steps(frame: Any) -> list[tuple[str, str]]:
    steps = []
    if frame.interlaced_frame:
        # bwdif with one picture a frame; pictures marked progressive pass untouched.
        steps.append(("bwdif", "mode=send_frame:deint=interlaced"))
    for turn in _TURNS.get(-frame.rotation % 360, ()):
        name, _, arguments = turn.partition("=")
        steps.append((name, f"dir={arguments}" if arguments else ""))
    return steps


def _graph(frame: Any, steps: list[tuple[str, str]]) -> Any:
    graph = av.filter.Graph()
    graph.threads = 1
    chain = [
        graph.add_buffer(
            width=frame.width, height=frame.height, format=frame.format, time_base=frame.time_base
        )
    ]
    chain += [graph.add(name, arguments or None) for name, arguments in steps]
    chain.append(graph.add("buffersink"))
    for before, after in pairwise(chain):
        before.link_to(after)
    graph.configure()
    return graph


def _pulled(graph: Any, waiting: deque[tuple[int, Size]]) -> Iterator[DisplayedPicture]:
    while waiting:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        row, size = waiting.popleft()
        yield DisplayedPicture(row, frame, size)


def _displayed(frame: Any, pixel_aspect: Fraction) -> Size:
    width, height = max(1, round(frame.width * pixel_aspect)), frame.height
    return Size(height, width) if frame.rotation % 180 else Size(width, height)


class SwsScaler:
    """Scaler on libswscale: scales pictures for one purpose, with the colour matrix each really has."""

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()

    def planar(self, frame: Any, size: Size) -> Any:
        """Return 8-bit YUV 4:2:0 in the picture's own colour matrix, limited range."""
        space = colour_space(frame)
        return self._reformatter.reformat(
            frame, size.width, size.height, "yuv420p", src_colorspace=space, dst_colorspace=space, threads=1
        )

    def rgb(self, frame: Any, size: Size) -> NDArray[np.uint8]:
        """Return height x width x 3, 8 bits."""
        converted: Any = self._reformatter.reformat(
            frame, size.width, size.height, "rgb24", src_colorspace=colour_space(frame), threads=1
        )
        pixels: NDArray[np.uint8] = converted.to_ndarray()
        return pixels


def colour_space(frame: Any) -> Colorspace:
    """Return the matrix of a picture; without a label BT.709 in high definition, else BT.601 (as ITU-R)."""
    labelled = int(frame.colorspace)
    if labelled == _BT709 or (labelled == _UNSPECIFIED and frame.height >= _HIGH_DEFINITION_LINES):
        return Colorspace.ITU709
    return Colorspace.ITU601
