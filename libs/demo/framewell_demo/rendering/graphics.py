"""Studio graphics of a fictional channel: backdrop, lower third, ticker, logo, cards. RGB arrays throughout.

Everything that stands still is drawn once; what moves is pasted per picture, because blending whole
pictures made drawing slower than real time.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont

Picture = npt.NDArray[np.uint8]
"""Height x width x 3, RGB."""

WIDTH: Final = 1280
HEIGHT: Final = 720
TICKER_TOP: Final = 668
TICKER_PIXELS_A_FRAME: Final = 4
LOWER_THIRD_TOP: Final = 556
LOWER_THIRD_LEFT: Final = 96

_NIGHT = (18, 26, 44)
_BLUE = (24, 58, 112)
_WHITE = (245, 247, 250)
_PALE = (198, 210, 228)
_RED = (196, 38, 46)


@dataclass(frozen=True, slots=True)
class LowerThird:
    """Name and role of the person on screen."""

    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Typeface:
    """One font file in any size. PIL's own default font has no umlauts."""

    file: Path

    def __call__(self, size: int) -> ImageFont.FreeTypeFont:
        return ImageFont.truetype(str(self.file), size)


def backdrop(typeface: Typeface, channel: str) -> Picture:
    """Draw the empty studio: a vertical gradient with the channel's mark at the top right."""
    ramp = np.linspace(0.0, 1.0, HEIGHT, dtype=np.float32)[:, None, None]
    colours = (1 - ramp) * np.array(_BLUE, np.float32) + ramp * np.array(_NIGHT, np.float32)
    image = Image.fromarray(np.broadcast_to(colours, (HEIGHT, WIDTH, 3)).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    font = typeface(26)
    right = WIDTH - 40
    left = right - draw.textlength(channel, font)
    draw.rectangle((left - 16, 28, right + 12, 68), fill=_RED)
    draw.text((left, 48), channel, _WHITE, font, anchor="lm")
    return np.asarray(image).copy()


@dataclass(frozen=True, slots=True)
class Overlay:
    """A solid panel with words on it, drawn once and laid over many pictures."""

    left: int
    top: int
    pixels: Picture

    def paste(self, picture: Picture) -> None:
        """Lay it over `picture`."""
        height, width = self.pixels.shape[:2]
        picture[self.top : self.top + height, self.left : self.left + width] = self.pixels


def lower_third(typeface: Typeface, caption: LowerThird) -> Overlay:
    """Draw name and role on a bar, both flush left."""
    name_font, role_font = typeface(40), typeface(25)
    text_width = max(name_font.getlength(caption.name), role_font.getlength(caption.role))
    image = Image.new("RGB", (int(text_width) + 56, 96), _NIGHT)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 8, 96), fill=_RED)
    draw.text((22, 34), caption.name, _WHITE, name_font, anchor="lm")
    draw.text((22, 74), caption.role, _PALE, role_font, anchor="lm")
    return Overlay(LOWER_THIRD_LEFT, LOWER_THIRD_TOP, np.asarray(image))


def note(typeface: Typeface, lines: tuple[str, ...]) -> Overlay:
    """Draw a few lines of explanation at the upper left, out of the lower third's region."""
    font = typeface(23)
    width = max(font.getlength(line) for line in lines)
    image = Image.new("RGB", (int(width) + 36, 34 * len(lines) + 12), _NIGHT)
    draw = ImageDraw.Draw(image)
    for number, line in enumerate(lines):
        draw.text((18, 22 + 34 * number), line, _PALE, font, anchor="lm")
    return Overlay(30, 62, np.asarray(image))


def card(backdrop_picture: Picture, typeface: Typeface, headline: str, line: str) -> Picture:
    """Draw a full-screen card: a headline and one line, nobody in it."""
    image = Image.fromarray(backdrop_picture)
    draw = ImageDraw.Draw(image)
    draw.text((WIDTH // 2, 290), headline, _WHITE, typeface(58), anchor="mm")
    draw.text((WIDTH // 2, 366), line, _PALE, typeface(27), anchor="mm")
    return np.asarray(image).copy()


@dataclass(frozen=True, slots=True)
class Ticker:
    """A line of text that runs from right to left along the bottom, over and over."""

    strip: Picture

    @staticmethod
    def draw(typeface: Typeface, text: str) -> Ticker:
        font, height = typeface(27), HEIGHT - TICKER_TOP
        length = int(font.getlength(text))
        image = Image.new("RGB", (max(length, WIDTH), height), (226, 230, 237))
        draw = ImageDraw.Draw(image)
        draw.text((0, height // 2), text, _NIGHT, font, anchor="lm")
        strip = np.asarray(image)
        return Ticker(np.concatenate([strip, strip[:, :WIDTH]], axis=1))

    def paste(self, picture: Picture, frame: int) -> None:
        """Draw the ticker of picture number `frame` into `picture`."""
        start = frame * TICKER_PIXELS_A_FRAME % (self.strip.shape[1] - WIDTH)
        picture[TICKER_TOP:] = self.strip[:, start : start + WIDTH]
