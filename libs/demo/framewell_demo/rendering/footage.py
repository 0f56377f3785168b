"""Real pictures the programmes are made from: the man in the car, the astronaut's portrait."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import av
import numpy as np
from PIL import Image, ImageEnhance, ImageOps

from framewell_demo.rendering.graphics import HEIGHT, WIDTH, Picture

CLIP_SCALE: Final = 3
"""176x144 becomes 528x432: the size at which the faces of this clip were measured."""

TICKER_FREE_HEIGHT: Final = 668
"""Rows above the ticker."""


def read_clip(path: Path, first: int, count: int) -> list[Picture]:
    """Return pictures `first` to `first + count` of a clip, enlarged."""
    pictures = []
    with av.open(str(path)) as container:
        for number, frame in enumerate(container.decode(video=0)):
            if number >= first + count:
                break
            if number >= first:
                image = Image.fromarray(frame.to_ndarray(format="rgb24"))
                size = (image.width * CLIP_SCALE, image.height * CLIP_SCALE)
                pictures.append(np.asarray(image.resize(size, Image.Resampling.BICUBIC)))
    return pictures


def to_and_fro(pictures: Sequence[Picture]) -> Iterator[Picture]:
    """Yield a short clip forwards and backwards without end, so that it never jumps."""
    cycle = [*pictures, *pictures[-2:0:-1]]
    while True:
        yield from cycle


def read_portrait(path: Path) -> Image.Image:
    return Image.open(path).convert("RGB")


def regraded(portrait: Image.Image) -> Image.Image:
    """Return it mirrored, warmer, darker and with more contrast, as another programme might show it."""
    mirrored = ImageOps.mirror(portrait)
    darker = ImageEnhance.Brightness(mirrored).enhance(0.86)
    graded = np.asarray(ImageEnhance.Contrast(darker).enhance(1.18)).astype(np.float32)
    graded *= np.array((1.07, 1.0, 0.88), np.float32)
    return Image.fromarray(graded.clip(0, 255).astype(np.uint8))


def pan(portrait: Image.Image, frames: int) -> Iterator[Picture]:
    """Yield a slow move over a portrait that fills the picture: down by a tenth, a little closer."""
    for number in range(frames):
        progress = number / max(1, frames - 1)
        width = portrait.width * (1.0 - 0.06 * progress)
        height = width * TICKER_FREE_HEIGHT / WIDTH
        left = (portrait.width - width) / 2
        top = portrait.height * (0.02 + 0.05 * progress)
        box = (left, top, left + width, top + height)
        view = portrait.resize((WIDTH, TICKER_FREE_HEIGHT), Image.Resampling.BILINEAR, box)
        picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
        picture[:TICKER_FREE_HEIGHT] = np.asarray(view)
        yield picture
