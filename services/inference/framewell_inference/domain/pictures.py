"""What an analyser looks at: sampled frames of a chunk, and boxes in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

Picture = npt.NDArray[np.uint8]
"""[height, width, 3], BGR, 0..255, as displayed (rotated, square pixels)."""

Grey = npt.NDArray[np.uint8]
"""[height, width], 0..255."""

Float = npt.NDArray[np.float32]
Array = npt.NDArray[Any]


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One sampled picture and where it stands in its asset.

    `until_pts` and `until_index` name the next picture that was looked at (or the end of the chunk):
    what is observed here is taken to hold until then.
    """

    picture: Picture
    pts: int
    index: int
    until_pts: int
    until_index: int
    shot: int
    """Provisional shot inside the chunk, from 0."""
    seconds: float = 0.0
    """Time from the asset's start."""
    lasts_seconds: float = 0.0
    """Time until `until_pts`; 0 for a still."""
    squares: dict[int, Picture] = field(default_factory=dict)
    """The picture scaled to squares, by side: kept by whoever needs one first, for the others."""

    @property
    def width(self) -> int:
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        return int(self.picture.shape[0])


@dataclass(frozen=True, slots=True)
class PixelBox:
    """A rectangle in pixels of a picture, origin top left. May reach past the picture's edge."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def area(self) -> float:
        return self.width * self.height

    @property
    def shorter_side(self) -> float:
        return min(self.width, self.height)

    def overlap(self, other: PixelBox) -> float:
        """Return intersection over union, 0 to 1."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        shared = width * height
        return shared / (self.area + other.area - shared)

    def share_inside(self, other: PixelBox) -> float:
        """Return which share of the smaller of two boxes lies in the larger, 0 to 1."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        smaller = min(self.area, other.area)
        return max(0.0, width) * max(0.0, height) / smaller if smaller > 0 else 0.0

    def clipped(self, width: int, height: int) -> tuple[int, int, int, int]:
        """Return the whole pixels inside a picture: left, top, right, bottom (exclusive)."""
        left, top = max(0, int(self.x)), max(0, int(self.y))
        return left, top, max(left, min(width, round(self.right))), max(top, min(height, round(self.bottom)))
