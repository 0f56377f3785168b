"""Single pictures of an asset: which one is wanted, and what is kept of those that were taken."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_media.timeline import Moment, Timeline
from framewell_transcode.domain.proxy import ProxyRecipe, Size

_TALLEST: Final = 4096


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture by its frame index, or the one that is shown at a pts; exactly one of both is set."""

    frame: int | None
    pts: int | None
    width: int
    """At most, in pixels; 0 for what the models see."""
    crop: tuple[float, float, float, float] | None = None
    """Left, top, width and height of the part that is wanted, as fractions; None for all of it."""

    @property
    def name(self) -> str:
        """Return what distinguishes it from all others of an asset."""
        at = f"frame={self.frame}" if self.frame is not None else f"pts={self.pts}"
        part = f"&crop={','.join(f'{one:.9g}' for one in self.crop)}" if self.crop else ""
        return f"{at}&width={self.width}{part}"

    def size(self, canvas: Size, recipe: ProxyRecipe) -> Size:
        """Return how large it comes, never larger than the canvas."""
        if not self.width:
            return canvas.fitted(recipe.sample_box, even=False)
        return canvas.inside(Size(self.width, _TALLEST))

    def part(self, pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Return the part of a picture (height x width x 3) that is wanted, of one pixel at the least."""
        if self.crop is None:
            return pixels
        height, width = pixels.shape[:2]
        left, top = (
            min(int(at * size), size - 1) for at, size in zip(self.crop[:2], (width, height), strict=True)
        )
        right = max(left + 1, math.ceil((self.crop[0] + self.crop[2]) * width))
        bottom = max(top + 1, math.ceil((self.crop[1] + self.crop[3]) * height))
        return pixels[top:bottom, left:right]


@dataclass(frozen=True, slots=True)
class SegmentPlace:
    """Where a segment of a recording is laid: the fields that `transcoding.placed` takes."""

    time_base: str
    """Of the segment's frame table, a fraction."""
    canvas: tuple[int, int]
    start_pts: int
    end_pts: int
    first_frame: int


@dataclass(frozen=True, slots=True)
class PictureSource:
    """The file that a picture is in."""

    original: ObjectRef
    table: ObjectRef | None
    """Its frame table; None for a still."""
    chunk: int
    """Number of the chunk in the table."""
    timeline: Timeline
    """Of the asset."""
    segment: SegmentPlace | None = None
    """Where the file is laid on that; None where it is the whole original."""


@dataclass(frozen=True, slots=True)
class KeptPicture:
    """A picture that was taken and is kept for whoever asks again."""

    asset_id: str
    generation: int
    name: str
    """What was asked for, of which version of the asset."""
    key: str
    moment: Moment
    """The one it really shows."""
