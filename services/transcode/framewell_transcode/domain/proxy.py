"""How a proxy looks: size, encoder, and what the models get."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

TICKS_PER_SECOND: Final = 240_000
"""The proxy's clock: exact for 23.976, 24, 25, 29.97, 30, 50, 59.94 and 60 pictures a second."""

_THINNEST_BARS: Final = 0.01


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def fitted(self, box: Size, *, even: bool) -> Size:
        """Return the largest size of this shape inside `box`, never larger than it is.

        A box is as large for upright pictures as for wide ones: it stands on end for them.
        """
        if self.height > self.width:
            box = Size(min(box.width, box.height), max(box.width, box.height))
        return self.inside(box, step=2 if even else 1)

    def inside(self, box: Size, *, step: int = 1) -> Size:
        """Return the largest size of this shape inside `box` as it stands, in multiples of `step`."""
        scale = min(Fraction(1), Fraction(box.width, self.width), Fraction(box.height, self.height))
        width = max(step, round(self.width * scale / step) * step)
        height = max(step, round(self.height * scale / step) * step)
        return Size(width, height)


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a picture stands on a canvas."""

    size: Size
    left: int
    top: int


def placed(picture: Size, canvas: Size, *, even: bool) -> Placement:
    """Return the largest place of the picture's shape in the middle of the canvas.

    Nearly the shape of the canvas is the canvas: bars thinner than _THINNEST_BARS of it are rounding.
    """
    step = 2 if even else 1
    scale = min(Fraction(canvas.width, picture.width), Fraction(canvas.height, picture.height))
    width = _near(round(picture.width * scale / step) * step, canvas.width, step)
    height = _near(round(picture.height * scale / step) * step, canvas.height, step)
    left, top = ((room // 2) // step * step for room in (canvas.width - width, canvas.height - height))
    return Placement(Size(width, height), left, top)


def _near(length: int, whole: int, step: int) -> int:
    thinnest = max(2, round(whole * _THINNEST_BARS))
    return whole if whole - length <= thinnest else max(step, length)


@dataclass(frozen=True, slots=True)
class ProxyRecipe:
    """What is made of every chunk. The same recipe for all chunks of an asset makes their headers equal."""

    encoder: str = "libx264"
    """`libx264`, `libvpx-vp9` or `h264_nvenc`."""
    preset: str = "superfast"
    quality: int = 26
    """Constant rate factor; for h264_nvenc its constant quality."""
    box: Size = Size(960, 540)
    key_seconds: float = 2.0
    sample_box: Size = Size(1280, 720)
    samples_per_second: int = 2
    jpeg_quality: int = 90
    decoder_threads: int = 1
