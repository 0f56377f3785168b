"""Still pictures: decoded with Pillow, in the sandbox only, upright and within a pixel limit.

A picture is decoded once and then taken strip by strip, so that turning, blending and converting it never
need as much memory again: 200 megapixels are 800 MB in Pillow, just below the limit of a job.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, Final

import numpy as np
import pi_heif
import PIL.ExifTags
import PIL.Image
from PIL.Image import Image, Transpose

from framewell_contracts.sentences import say
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.signatures import Format

MAX_PIXELS: Final = 200_000_000
_STRIP_PIXELS: Final = 4_000_000
_HEAD_BYTES: Final = 1 << 16
_PIECE_BYTES: Final = 1 << 20
_START_OF_SCAN: Final = b"\xff\xda"
_MAX_SCANS: Final = 100
"""Progressive pictures have about ten."""
_UPRIGHT: Final = {
    2: Transpose.FLIP_LEFT_RIGHT,
    3: Transpose.ROTATE_180,
    4: Transpose.FLIP_TOP_BOTTOM,
    5: Transpose.TRANSPOSE,
    6: Transpose.ROTATE_270,
    7: Transpose.TRANSVERSE,
    8: Transpose.ROTATE_90,
}
"""What undoes each EXIF orientation (CIPA DC-008, tag 0x0112)."""
_TURNED: Final = (5, 6, 7, 8)
_DEEP: Final = ("I", "F", "I;16", "I;16B", "I;16L", "I;16N")
_BITS_PER_SAMPLE: Final = 258
_WHITE_IS_ZERO: Final = 262

pi_heif.register_heif_opener()  # decoding alone; the encoders of pillow-heif are under the GPL


@dataclass(frozen=True, slots=True)
class UprightPicture:
    """The pixels of a still as it is looked at, perhaps smaller than it is."""

    pixels: Image
    """RGB."""
    width: int
    height: int
    """Of the whole picture as displayed; `pixels` may be an integer factor smaller."""


def open_picture(source: BinaryIO, fmt: Format) -> Image:
    """Open a picture without decoding it yet.

    Try only the plugin that the first bytes named. Raises MediaError (`unreadable`), also above MAX_PIXELS.
    """
    source.seek(0)
    PIL.Image.MAX_IMAGE_PIXELS = None  # the limit below has a sentence
    try:
        picture = PIL.Image.open(source, formats=[fmt.name])
    except MemoryError:
        raise
    except Exception as error:  # plugins raise whatever broken headers lead to
        said = say(
            "picture.not_opened", "The {format} picture cannot be opened ({why}).", format=fmt.name, why=error
        )
        raise MediaError(UNREADABLE, said) from error
    if picture.format == "JPEG" and _scans(source) > _MAX_SCANS:
        raise MediaError(
            UNREADABLE,
            say(
                "picture.passes",
                "The JPEG picture is stored in more than {most} passes, which no camera and no program does. "
                "Save it anew.",
                most=_MAX_SCANS,
            ),
        )
    if picture.width * picture.height > MAX_PIXELS:
        raise MediaError(
            UNREADABLE,
            say(
                "picture.large",
                "The picture has {width, number} x {height, number} pixels; more than {most} megapixels are "
                "not read. Send a smaller copy.",
                width=picture.width,
                height=picture.height,
                most=MAX_PIXELS // 1_000_000,
            ),
        )
    return picture


def _scans(source: BinaryIO) -> int:
    """Return how often a JPEG goes over its pixels: each pass takes as long as the first, however small."""
    place, scans, last = source.tell(), 0, b""
    source.seek(0)
    while piece := source.read(_PIECE_BYTES):
        scans += (last + piece).count(_START_OF_SCAN)
        last = piece[-1:]
    source.seek(place)
    return scans


def decode_upright(picture: Image, box: tuple[int, int] | None = None) -> UprightPicture:
    """Return the pixels as RGB, turned as EXIF says they are displayed; transparency over white.

    With a `box` (width, height) they may come smaller, by an integer factor, but at least twice as large as
    what fits into it. An animated picture is its first. Raises MediaError (`unreadable`) when the data ends
    early or cannot be decoded.
    """
    try:
        width, height = picture.size
        factor = 1 if box is None else max(1, _factor(width, height, box))
        _decode_smaller(picture, factor)
        picture.load()
        factor = max(1, factor * picture.width // width)
        pixels = _in_strips(picture, factor)
        orientation = picture.getexif().get(PIL.ExifTags.Base.Orientation, 1)
        if orientation in _UPRIGHT:
            pixels = pixels.transpose(_UPRIGHT[orientation])
    except MemoryError:
        raise
    except Exception as error:  # plugins raise whatever broken data leads to
        said = say(
            "picture.not_decoded", "The picture cannot be decoded: {why}. It may be cut off.", why=error
        )
        raise MediaError(UNREADABLE, said) from error
    if orientation in _TURNED:
        width, height = height, width
    return UprightPicture(pixels, width, height)


def _factor(width: int, height: int, box: tuple[int, int]) -> int:
    """Return how often twice the box fits, whichever way the picture is turned."""
    longer, shorter = max(width, height), min(width, height)
    return max(longer // (2 * max(box)), shorter // (2 * min(box)))


def _decode_smaller(picture: Image, factor: int) -> None:
    """Let the decoder itself leave pixels out, where the format allows (JPEG, JPEG 2000)."""
    if factor == 1:
        return
    if picture.format == "JPEG":
        picture.draft(None, (picture.width // factor, picture.height // factor))
    elif picture.format == "JPEG2000":
        levels = min(factor.bit_length() - 1, _wavelet_levels(picture))
        picture.reduce = levels  # type: ignore[assignment, method-assign]


def _wavelet_levels(picture: Any) -> int:
    """Return the decomposition levels of a JPEG 2000 codestream (ISO/IEC 15444-1, A.6.1: SIZ, then COD)."""
    picture.fp.seek(0)
    head = picture.fp.read(_HEAD_BYTES)
    at = head.find(b"\xff\x52", max(0, head.find(b"\xff\x4f\xff\x51")))
    return head[at + 9] if 0 <= at < len(head) - 9 and head[at + 9] <= 32 else 0


def _in_strips(picture: Image, factor: int) -> Image:
    """Return the decoded picture as RGB, `factor` times smaller."""
    to_rgb = _conversion(picture)
    small = PIL.Image.new("RGB", (-(-picture.width // factor), -(-picture.height // factor)))
    rows = max(1, _STRIP_PIXELS // picture.width // factor) * factor
    for top in range(0, picture.height, rows):
        strip = to_rgb(picture.crop((0, top, picture.width, min(top + rows, picture.height))))
        small.paste(PIL.Image.Image.reduce(strip, factor), (0, top // factor))
    return small


def _conversion(picture: Image) -> Callable[[Image], Image]:
    if picture.mode in _DEEP:
        return _deep_conversion(picture)
    if picture.mode in ("RGBA", "LA", "PA", "La", "RGBa") or "transparency" in picture.info:
        return _over_white
    return lambda strip: strip.convert("RGB")


def _over_white(strip: Image) -> Image:
    layered = strip.convert("RGBA")
    background = PIL.Image.new("RGBA", layered.size, "white")
    return PIL.Image.alpha_composite(background, layered).convert("RGB")


def _deep_conversion(picture: Image) -> Callable[[Image], Image]:
    """Return the conversion of grey values of more than eight bits: Pillow's own cuts them off at 255."""
    white = _white_of(picture)
    tags = getattr(picture, "tag_v2", {})
    inverted = tags.get(_WHITE_IS_ZERO, 1) == 0

    def convert(strip: Image) -> Image:
        share = np.clip(np.nan_to_num(np.asarray(strip).astype(np.float32) / white), 0, 1)
        grey = np.rint((1 - share if inverted else share) * 255).astype(np.uint8)
        return PIL.Image.fromarray(grey).convert("RGB")

    return convert


def _white_of(picture: Image) -> float:
    """Return the value that is white; a picture of floats or of 32 bits may have its own scale."""
    if picture.mode.startswith("I;16"):
        bits = getattr(picture, "tag_v2", {}).get(_BITS_PER_SAMPLE, (16,))
        return float((1 << bits[0]) - 1)
    brightest = float(np.max(picture.getextrema()))
    if picture.mode == "F":
        return max(1.0, brightest)
    return 255.0 if brightest <= 255 else 65535.0 if brightest <= 65535 else brightest
