"""How a proxy looks: size, encoder, and what the models get."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Final

TICKS_PER_SECOND: Final = 240_000
"""The proxy's clock: exact for 23.976, 24, 25, 29.97, 30, 50, 59.94 and 60 pictures a second."""


@dataclass(frozen=True, slots=True)
class Size:
    """Width and height in pixels."""

    width: int
    height: int

    def fitted(self, box: Size, *, even: bool) -> Size:
        """Return the largest size of this shape inside `box`, never larger than it is."""
        scale = min(Fraction(1), Fraction(box.width, self.width), Fraction(box.height, self.height))
        step = 2 if even else 1
        width = max(step, round(self.width * scale / step) * step)
        height = max(step, round(self.height * scale / step) * step)
        return Size(width, height)


@dataclass(frozen=True, slots=True)
class ProxyRecipe:
    """What is made of every chunk. The same recipe for all chunks of an asset makes their headers equal."""

    encoder: str = "libx264"
    """`libx264`, `libvpx-vp9` or `h264_nvenc`."""
    preset: str = "veryfast"
    quality: int = 26
    """Constant rate factor; for h264_nvenc its constant quality."""
    box: Size = Size(960, 540)
    key_seconds: float = 2.0
    sample_box: Size = Size(1280, 720)
    samples_per_second: int = 2
    jpeg_quality: int = 90
    decoder_threads: int = 1
