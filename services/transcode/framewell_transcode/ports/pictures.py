"""Pictures inside the sandboxed child: decoded, scaled, encoded."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from framewell_transcode.domain.boxes import Segment
from framewell_transcode.domain.proxy import Size


@dataclass(frozen=True, slots=True)
class DisplayedPicture:
    """A decoded picture, progressive and upright."""

    row: int
    """Its row in the chunk's table."""
    frame: Any
    """The driver's own."""
    size: Size
    """How large it is displayed, in square pixels."""


class ChunkPictures(Protocol):
    """The pictures of one chunk in order of presentation, each at most once; iterated once."""

    @property
    def damaged_frames(self) -> int:
        """Return how many pictures so far the decoder marked as damaged."""
        ...

    def __iter__(self) -> Iterator[DisplayedPicture]: ...


class Scaler(Protocol):
    """Scales pictures for one purpose: into the middle of a canvas, with black bars where shapes differ."""

    def planar(self, picture: DisplayedPicture, canvas: Size) -> Any:
        """Return the canvas, of even size, as 8-bit YUV 4:2:0, BT.709 in limited range.

        It has `planes` (each with `height`, `width`, `line_size`).
        """
        ...

    def rgb(self, picture: DisplayedPicture, canvas: Size) -> NDArray[np.uint8]:
        """Return the canvas as height x width x 3."""
        ...


class SegmentWriter(Protocol):
    """Encodes the pictures of one proxy segment; each lasts until the next, the last until the end."""

    def push(self, frame: Any, tick: int, /) -> None:
        """Take the next planar picture, which begins at `tick` of the proxy's clock."""
        ...

    def finish(self) -> Segment:
        """Return the segment. Raises ValueError unless a picture was pushed."""
        ...
