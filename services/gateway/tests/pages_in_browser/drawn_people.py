"""Pictures that tests draw: a studio, a head, a caption; nobody who lives."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw, ImageFont

SKINS = ((226, 185, 160), (150, 105, 82), (203, 158, 128), (108, 74, 58), (240, 205, 182))
SHIRTS = ((60, 80, 120), (120, 50, 60), (50, 95, 80), (90, 90, 95), (150, 120, 60))


@cache
def frame(person: int, name: str = "", role: str = "", size: tuple[int, int] = (960, 540)) -> bytes:
    """Return a picture of a programme with a head, and a lower third where a name is given."""
    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    width, height = size
    for y in range(0, height, 4):
        tone = 40 + 60 * y // height
        draw.rectangle((0, y, width, y + 4), fill=(tone // 2, tone // 2 + 12, tone + 20))
    for x in range(60, width, 150):
        draw.rectangle((x, 60, x + 70, height // 2), fill=(50 + x // 16, 62 + x // 18, 92))
    head(draw, person, (0.62 * width, 0.42 * height), 0.2 * height)
    if name:
        draw.rectangle((0.06 * width, 0.76 * height, 0.56 * width, 0.9 * height), fill=(238, 240, 244))
        draw.rectangle((0.06 * width, 0.76 * height, 0.068 * width, 0.9 * height), fill=(20, 90, 200))
        draw.text((0.085 * width, 0.775 * height), name, fill=(18, 20, 26), font=_font(0.05 * height))
        draw.text((0.085 * width, 0.845 * height), role, fill=(80, 84, 94), font=_font(0.032 * height))
    return _jpeg(picture)


@cache
def face(person: int, size: int = 208) -> bytes:
    """Return a head alone."""
    picture = Image.new("RGB", (size, size), (58, 66, 90))
    head(ImageDraw.Draw(picture), person, (size / 2, 0.48 * size), 0.36 * size)
    return _jpeg(picture)


@cache
def part(content: bytes, crop: str, width: int) -> bytes:
    """Return a part of a picture, as transcode cuts it out."""
    picture = Image.open(io.BytesIO(content))
    if crop:
        left, top, wide, high = (float(one) for one in crop.split(","))
        picture = picture.crop(
            (
                int(left * picture.width), int(top * picture.height),
                int((left + wide) * picture.width) + 1, int((top + high) * picture.height) + 1,
            )
        )  # fmt: skip
    if width and width < picture.width:
        picture = picture.resize((width, max(1, picture.height * width // picture.width)))
    return _jpeg(picture)


def head(draw: ImageDraw.ImageDraw, person: int, at: tuple[float, float], radius: float) -> None:
    """Draw the head and shoulders of a person by number."""
    x, y = at
    skin, shirt = SKINS[person % len(SKINS)], SHIRTS[(person * 3 + 1) % len(SHIRTS)]
    hair = tuple(30 + 37 * (person % 4) + 9 * part for part in (2, 1, 0))
    draw.ellipse((x - 2 * radius, y + 0.9 * radius, x + 2 * radius, y + 5 * radius), fill=shirt)
    draw.rectangle((x - 0.35 * radius, y + 0.6 * radius, x + 0.35 * radius, y + 1.3 * radius), fill=skin)
    draw.ellipse((x - 0.95 * radius, y - 1.25 * radius, x + 0.95 * radius, y + 0.6 * radius), fill=hair)
    draw.ellipse((x - 0.8 * radius, y - radius, x + 0.8 * radius, y + radius), fill=skin)
    for side in (-1, 1):
        eye = x + side * 0.32 * radius
        draw.ellipse((eye - 0.09 * radius, y - 0.2 * radius, eye + 0.09 * radius, y), fill=(30, 30, 36))
    draw.arc(
        (x - 0.35 * radius, y + 0.1 * radius, x + 0.35 * radius, y + 0.6 * radius), 20, 160, (120, 60, 60), 3
    )
    if person % 3 == 1:
        for side in (-1, 1):
            eye = x + side * 0.32 * radius
            draw.ellipse(
                (eye - 0.24 * radius, y - 0.32 * radius, eye + 0.24 * radius, y + 0.12 * radius),
                outline=(20, 20, 24), width=3,
            )  # fmt: skip


def _font(size: float) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    """Return a font with umlauts where the machine has one."""
    try:
        return ImageFont.truetype("DejaVuSans.ttf", size)
    except OSError:
        return ImageFont.load_default(size)


def _jpeg(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    return out.getvalue()
