"""Rights in pictures: EXIF and IPTC through Pillow, XMP and texts in segments of JPEG and chunks of PNG."""

from __future__ import annotations

import re
import struct
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

import PIL.IptcImagePlugin
from PIL.ImageFile import ImageFile

from framewell_ingest.adapters.embedded.entries import Entry, decoded, entry, text_of, unreadable

_COPYRIGHT: Final = 0x8298
_ARTIST: Final = 0x013B
_EXIF_PART: Final = 0x8769
_USER_COMMENT: Final = 0x9286
_CAPTIONS: Final = {0x010E: "ImageDescription", 0x9C9B: "XPTitle", 0x9C9C: "XPComment", 0x9C9F: "XPSubject"}
_COMMENT_ENCODINGS: Final = {b"ASCII\0\0\0": "utf-8", b"JIS\0\0\0\0\0": "iso2022_jp", b"UNICODE\0": "utf-16"}
_IPTC: Final = {
    (2, 40): "instructions",
    (2, 110): "caption",
    (2, 115): "caption",
    (2, 116): "copyright",
    (2, 120): "caption",
}  # IIM 4.2: special instructions, credit, source, copyright notice, caption
_IPTC_BYLINE: Final = (2, 80)
_IPTC_RESOURCE: Final = 0x0404
_EXTENDED_XMP: Final = b"http://ns.adobe.com/xmp/extension/\0"
_LARGEST_INFLATED: Final = 8 << 20
_TEXT_KEYS: Final = {
    "copyright": "copyright",
    "license": "usage_terms",
    "licence": "usage_terms",
    "usage": "usage_terms",
    "usage terms": "usage_terms",
    "rights": "copyright",
    "disclaimer": "usage_terms",
    "warning": "usage_terms",
    "description": "caption",
    "comment": "caption",
    "title": "caption",
    "source": "caption",
}


def read_picture(picture: ImageFile) -> tuple[list[Entry], list[str]]:
    """Return what EXIF and IPTC say about rights, and the creators that they name."""
    exif, artists = _read_exif(picture)
    iptc, bylines = _read_iptc(picture)
    return exif + iptc, artists + bylines


def _read_exif(picture: ImageFile) -> tuple[list[Entry], list[str]]:
    try:
        exif = picture.getexif()
        part = exif.get_ifd(_EXIF_PART)
        values = {**dict(exif), **dict(part)}
    except Exception:  # noqa: BLE001 - Pillow raises whatever a damaged block makes it meet
        return [unreadable("exif", "EXIF", "is damaged and was not read")], []
    found = []
    photographer, _, editor = _exif_text(values.get(_COPYRIGHT)).partition("\0")
    for place, text in (("Copyright", photographer), ("Copyright (editor)", editor)):
        if line := text_of(text):
            found.append(entry("exif", f"EXIF 0x8298 {place}", "copyright", line))
    for tag, name in _CAPTIONS.items():
        value = values.get(tag)
        if isinstance(value, bytes) and name.startswith("XP"):
            text = value.decode("utf-16-le", "replace")
        else:
            text = _exif_text(value)
        if line := text_of(text):
            found.append(entry("exif", f"EXIF {tag:#06x} {name}", "caption", line))
    if comment := text_of(_user_comment(values.get(_USER_COMMENT), picture)):
        found.append(entry("exif", "EXIF 0x9286 UserComment", "caption", comment))
    return found, [text_of(_exif_text(values.get(_ARTIST)))]


def _exif_text(value: object) -> str:
    """Return an ASCII value of EXIF, which is Latin-1 by Pillow's reading and UTF-8 in practice."""
    if isinstance(value, bytes):
        return decoded(value)
    text = str(value or "")
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def _user_comment(value: object, picture: ImageFile) -> str:
    """Return the text of a UserComment, whose first eight bytes name its encoding."""
    content = value.encode("latin-1", "replace") if isinstance(value, str) else value
    if not isinstance(content, bytes):
        return ""
    encoding = _COMMENT_ENCODINGS.get(content[:8])
    body = content[8:] if encoding is not None or not any(content[:8]) else content
    if encoding == "utf-16" and body[:2] not in (b"\xff\xfe", b"\xfe\xff"):
        swapped = picture.getexif().endian == "<"
        odd, even = body[1::2].count(0), body[::2].count(0)
        encoding = "utf-16-le" if odd > even or (odd == even and swapped) else "utf-16-be"
    return decoded(body) if encoding in (None, "utf-8") else body.decode(encoding, "replace")


def _read_iptc(picture: ImageFile) -> tuple[list[Entry], list[str]]:
    try:
        iptc: Mapping[Any, Any] = PIL.IptcImagePlugin.getiptcinfo(picture) or {}
        damaged = not iptc and bool(picture.info.get("photoshop", {}).get(_IPTC_RESOURCE))
    except Exception:  # noqa: BLE001 - Pillow raises whatever a damaged block makes it meet
        iptc, damaged = {}, True
    if damaged:
        return [unreadable("iptc", "IPTC", "is damaged and was not read")], []
    found = []
    for key, meaning in _IPTC.items():
        if text := text_of(iptc.get(key)):
            found.append(entry("iptc", f"IPTC {key[0]}:{key[1]:03d}", meaning, text))
    return found, [text_of(iptc.get(_IPTC_BYLINE))]


def jpeg_without_extensions(content: bytes) -> tuple[bytes, list[bytes]]:
    """Return a JPEG without the parts of its extended XMP, and these put together, each packet once."""
    parts: dict[bytes, dict[int, bytes]] = defaultdict(dict)
    rest, position = [], 0
    for start, end in _jpeg_segments(content):
        payload = content[start + 4 : end]
        if content[start + 1] == 0xE1 and payload.startswith(_EXTENDED_XMP):
            body = payload[len(_EXTENDED_XMP) :]
            (offset,) = struct.unpack(">I", body[36:40]) if len(body) >= 40 else (0,)
            parts[body[:32]][offset] = body[40:]
            rest.append(content[position:start])
            position = end
    rest.append(content[position:])
    return b"".join(rest), [b"".join(pieces[at] for at in sorted(pieces)) for pieces in parts.values()]


def _jpeg_segments(content: bytes) -> Iterator[tuple[int, int]]:
    position = 2
    while position + 4 <= len(content) and content[position] == 0xFF:
        marker, size = content[position + 1], int.from_bytes(content[position + 2 : position + 4], "big")
        if marker == 0xDA or size < 2:
            return
        yield position, position + 2 + size
        position += 2 + size


def png_texts(content: bytes) -> tuple[list[Entry], list[bytes]]:
    """Return what the text chunks of a PNG say about rights, and the packets and profiles that they hold."""
    found: list[Entry] = []
    packets: list[bytes] = []
    for kind, body in _png_chunks(content):
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            continue
        raw_key, _, rest = body.partition(b"\0")
        key, place = decoded(raw_key).strip(), f"PNG {decoded(kind)} {decoded(raw_key)[:79]}"
        text = _png_text(kind, rest)
        if text is None:
            found.append(unreadable("container", place, "is damaged or too large and was not read"))
        elif key.startswith(("XML:", "Raw profile type")):
            packets.append(_raw_profile(text) if key.startswith("Raw") else text)
        elif (meaning := _TEXT_KEYS.get(key.casefold())) and (line := text_of(text)):
            found.append(entry("container", place, meaning, line))
    return found, packets


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 8
    while position + 8 <= len(content):
        (size,) = struct.unpack(">I", content[position : position + 4])
        yield content[position + 4 : position + 8], content[position + 8 : position + 8 + size]
        position += 12 + size


def _png_text(kind: bytes, rest: bytes) -> bytes | None:
    """Return the text of a chunk after its keyword; None where it cannot be inflated within the limit."""
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflated(rest[1:])
    compressed, body = rest[:1] == b"\1", rest[2:]
    text = body.partition(b"\0")[2].partition(b"\0")[2]  # after the language and the translated keyword
    return _inflated(text) if compressed else text


def _inflated(content: bytes) -> bytes | None:
    stream = zlib.decompressobj()
    try:
        text = stream.decompress(content, _LARGEST_INFLATED)
    except zlib.error:
        return None
    return text if stream.eof else None


def _raw_profile(text: bytes) -> bytes:
    """Return a profile that ImageMagick wrote in hexadecimal digits, after its name and length."""
    digits = re.sub(rb"\s+", b"", text.strip().split(b"\n", 2)[-1])
    try:
        return bytes.fromhex(digits.decode("ascii"))
    except ValueError:
        return text
