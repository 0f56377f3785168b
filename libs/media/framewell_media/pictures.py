"""Still pictures: decoded with Pillow, in the sandbox only, upright and within a pixel limit."""

from __future__ import annotations

from typing import BinaryIO, Final

import PIL.Image
import PIL.ImageOps
from PIL.Image import Image

from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import Format

MAX_PIXELS: Final = 200_000_000
"""A 200 megapixel picture needs 600 MB in RGB: the largest that the memory limit can hold."""


def open_picture(source: BinaryIO, fmt: Format) -> Image:
    """Open a picture without decoding it yet.

    Try only the plugin that the first bytes named. Raises MediaError (`unreadable`).
    """
    source.seek(0)
    PIL.Image.MAX_IMAGE_PIXELS = MAX_PIXELS // 2  # Pillow refuses above twice this number
    try:
        return PIL.Image.open(source, formats=[fmt.name])
    except (OSError, ValueError, SyntaxError, PIL.Image.DecompressionBombError) as error:
        raise MediaError(UNREADABLE, f"The {fmt.name} picture cannot be opened ({error}).") from error


def decode_upright(picture: Image) -> Image:
    """Return the pixels as RGB, turned as EXIF says they are displayed; transparency over white.

    Raises MediaError (`unreadable`) when the data ends early or cannot be decoded.
    """
    try:
        picture.load()
        upright = PIL.ImageOps.exif_transpose(picture)
        if upright.mode in ("RGBA", "LA", "PA") or "transparency" in upright.info:
            layered = upright.convert("RGBA")
            background = PIL.Image.new("RGBA", layered.size, "white")
            return PIL.Image.alpha_composite(background, layered).convert("RGB")
        return upright.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError) as error:
        raise MediaError(UNREADABLE, f"The picture cannot be decoded: {error}. It may be cut off.") from error
