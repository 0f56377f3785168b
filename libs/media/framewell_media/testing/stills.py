"""Stills as archives and cameras leave them, with the colours that must be seen in them.

Each shows two halves, LEFT and RIGHT, at 640 x 400 as displayed; of grey ones see `GREYS`.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import PIL.Image
from PIL.Image import Image

Colour = tuple[int, int, int]

_VPS, _SPS, _PPS = 32, 33, 34  # kinds of units in HEVC

SIZE: Final = (640, 400)
LEFT: Final[Colour] = (200, 40, 30)
RIGHT: Final[Colour] = (30, 90, 200)
GREYS: Final[tuple[Colour, Colour]] = ((64, 64, 64), (192, 192, 192))
"""What deep grey pictures show."""
VEILED: Final[tuple[Colour, Colour]] = ((227, 147, 142), (142, 172, 227))
"""LEFT and RIGHT half transparent, over white."""


def two_halves(size: tuple[int, int] = SIZE) -> Image:
    """Return LEFT beside RIGHT."""
    picture = PIL.Image.new("RGB", size, LEFT)
    picture.paste(RIGHT, (size[0] // 2, 0, *size))
    return picture


def _deep(dtype: str, white: float) -> Image:
    values = np.full((SIZE[1], SIZE[0]), white * GREYS[0][0] / 255)
    values[:, SIZE[0] // 2 :] = white * GREYS[1][0] / 255
    return PIL.Image.fromarray(values.astype(dtype))


def _veiled() -> Image:
    picture = two_halves()
    picture.putalpha(128)
    return picture


def _turned() -> PIL.Image.Exif:
    exif = PIL.Image.Exif()
    exif[0x0112] = 3
    return exif


def make_still(folder: Path, name: str) -> Path:
    """Write the still of that name, one of STILLS, and return its path."""
    path = folder / name
    if name == "camera.heic":
        path.write_bytes(heic(two_halves()))
        return path
    picture, options = STILLS[name]()
    picture.save(path, **options)
    return path


def expected_colours(name: str) -> tuple[Colour, Colour]:
    """Return what must be seen left and right in the still of that name."""
    if name.startswith("grey"):
        return GREYS
    if name.startswith("veiled"):
        return VEILED
    return LEFT, RIGHT


def _animated() -> tuple[Image, dict[str, Any]]:
    others = [PIL.Image.new("RGB", SIZE, "black")] * 2
    return two_halves(), {"save_all": True, "append_images": others, "duration": 200}


STILLS: Final[dict[str, Any]] = {
    "plain.jpg": lambda: (two_halves(), {"quality": 95}),
    "progressive.jpg": lambda: (two_halves(), {"quality": 95, "progressive": True}),
    "turned.jpg": lambda: (two_halves().rotate(180), {"quality": 95, "exif": _turned()}),
    "turned.tif": lambda: (two_halves().rotate(180), {"exif": _turned()}),
    "print.jpg": lambda: (two_halves().convert("CMYK"), {"quality": 95}),
    "print.tif": lambda: (two_halves().convert("CMYK"), {"compression": "tiff_lzw"}),
    "scan.tiff": lambda: (two_halves(), {}),
    "plain.bmp": lambda: (two_halves(), {}),
    "plain.gif": lambda: (two_halves(), {}),
    "animated.gif": _animated,
    "animated.webp": _animated,
    "animated.avif": _animated,
    "plain.jp2": lambda: (two_halves(), {}),
    "plain.j2k": lambda: (two_halves(), {"no_jp2": True}),
    "plain.avif": lambda: (two_halves(), {"quality": 90}),
    "camera.heic": None,
    "veiled.png": lambda: (_veiled(), {}),
    "veiled.webp": lambda: (_veiled(), {"lossless": True}),
    "grey16.png": lambda: (_deep("uint16", 65535), {}),
    "grey16.tif": lambda: (_deep("uint16", 65535), {}),
    "grey32.tif": lambda: (_deep("int32", 65535), {}),
    "grey-float.tif": lambda: (_deep("float32", 1.0), {}),
}
"""Name of each still, and what writes it."""


def heic(picture: Image) -> bytes:
    """Return a picture as HEIC: one HEVC frame as an item (ISO/IEC 23008-12), written by hand.

    The library that reads HEIC here brings no encoder.
    """
    configuration, sample = _hevc(picture)
    ispe = _box(b"ispe", bytes(4) + _u32(picture.width) + _u32(picture.height))
    ipma = _box(b"ipma", bytes(4) + _u32(1) + b"\0\1" + b"\2" + b"\x81\x02")
    iprp = _box(b"iprp", _box(b"ipco", configuration + ispe) + ipma)
    infe = _box(b"infe", b"\2\0\0\0" + b"\0\1\0\0" + b"hvc1" + b"\0")
    hdlr = _box(b"hdlr", bytes(8) + b"pict" + bytes(13))
    head = _box(b"ftyp", b"heic" + bytes(4) + b"mif1heic")

    def meta(at: int) -> bytes:
        iloc = _box(b"iloc", bytes(4) + b"\x44\0" + b"\0\1" + b"\0\1\0\0\0\1" + _u32(at) + _u32(len(sample)))
        items = _box(b"iinf", bytes(4) + b"\0\1" + infe)
        return _box(b"meta", bytes(4) + hdlr + _box(b"pitm", bytes(4) + b"\0\1") + iloc + items + iprp)

    return head + meta(len(head) + len(meta(0)) + 8) + _box(b"mdat", sample)


def _hevc(picture: Image) -> tuple[bytes, bytes]:
    """Return the decoder configuration (hvcC, ISO/IEC 14496-15, 8.3.3) and the one sample of a picture."""
    encoder = av.CodecContext.create("libx265", "w")
    encoder.width, encoder.height, encoder.pix_fmt = picture.width, picture.height, "yuv420p"
    encoder.time_base, encoder.options = Fraction(1, 25), {"x265-params": "log-level=none:pools=1:info=0"}
    frame = av.VideoFrame.from_ndarray(np.asarray(picture.convert("RGB")), format="rgb24")
    packets = [*encoder.encode(frame), *encoder.encode(None)]
    units = b"".join(bytes(packet) for packet in packets).replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    by_kind: dict[int, bytes] = {unit[0] >> 1 & 0x3F: unit for unit in units if unit}
    sets = [by_kind.pop(kind) for kind in (_VPS, _SPS, _PPS)]
    profile = sets[1].replace(b"\0\0\3", b"\0\0")[3:15]
    content = b"\1" + profile + b"\xf0\0\xfc\xfd\xf8\xf8\0\0\x0f\3"
    for kind, unit in zip((_VPS, _SPS, _PPS), sets, strict=True):
        content += bytes([0x80 | kind]) + b"\0\1" + len(unit).to_bytes(2, "big") + unit
    sample = b"".join(_u32(len(unit)) + unit for kind, unit in by_kind.items() if kind < _VPS)
    return _box(b"hvcC", content), sample


def _box(name: bytes, content: bytes) -> bytes:
    return _u32(len(content) + 8) + name + content


def _u32(value: int) -> bytes:
    return value.to_bytes(4, "big")
