"""What a file says about its rights in EXIF, IPTC, XMP and container metadata. Runs inside the sandbox."""

from __future__ import annotations

import io
from typing import BinaryIO, Final, cast
from xml.etree import ElementTree as ET

from PIL.ImageFile import ImageFile

from framewell_ingest.adapters.embedded.containers import read_boxes, read_riff, read_tags
from framewell_ingest.adapters.embedded.entries import Entry, distinct
from framewell_ingest.adapters.embedded.packets import read_packets
from framewell_ingest.adapters.embedded.pictures import jpeg_without_extensions, png_texts, read_picture
from framewell_media.formats import SNIFF_BYTES, Format, open_container, sniff
from framewell_media.pictures import open_picture

_SEARCHED_BYTES: Final = 48 << 20

Found = tuple[list[Entry], list[str]]
"""What is said about rights, and the creators and owners that are named."""


def read_embedded_rights(source: BinaryIO) -> tuple[list[Entry], str]:
    """Return what the file says about its rights, and the holder that it names (may be empty)."""
    source.seek(0)
    fmt = sniff(source.read(SNIFF_BYTES))
    found, names = _of_picture(source, fmt) if fmt.family == "picture" else _of_container(source, fmt)
    return distinct(found), next((name for name in names if name), "")


def _of_picture(source: BinaryIO, fmt: Format) -> Found:
    with open_picture(source, fmt) as picture:
        found, names = read_picture(cast(ImageFile, picture))
    content, texts, packets = _ends(source), list[Entry](), list[bytes]()
    if fmt.name == "JPEG":
        content, packets = jpeg_without_extensions(content)
    elif fmt.name == "PNG":
        texts, packets = png_texts(content)
    return _with_packets((found + texts, names), [content, *packets])


def _of_container(source: BinaryIO, fmt: Format) -> Found:
    with open_container(source, fmt) as container:
        found, names = read_tags(container)
    texts, packets = list[Entry](), list[bytes]()
    if fmt.name in ("wav", "avi"):
        texts, packets = read_riff(source)
    elif fmt.name in ("mp4", "mov"):
        texts, packets = read_boxes(source)
    return _with_packets((found + texts, names), [_ends(source), *packets])


def _with_packets(said: Found, contents: list[bytes]) -> Found:
    found, names = said
    for content in contents:
        entries, creators = read_packets(content)
        found, names = found + entries, names + creators
    return found, names


def _ends(source: BinaryIO) -> bytes:
    """Return the file, or its head and its tail where it is long: packets stand there."""
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if size <= _SEARCHED_BYTES:
        return _read(source, size)
    head = _read(source, _SEARCHED_BYTES // 2)
    source.seek(size - _SEARCHED_BYTES // 2)
    return head + b"\0\0\0\0" + _read(source, _SEARCHED_BYTES // 2)


def _read(source: BinaryIO, size: int) -> bytes:
    """Return `size` bytes, fewer where the file ends: a raw file answers in parts."""
    parts: list[bytes] = []
    while size > 0 and (part := source.read(size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def warm_up() -> None:
    """Parse and decode once what the standard library imports at first use."""
    ET.fromstring(b"<x/>")  # noqa: S314 - our own text
    for name in ("iso2022_jp", "cp1252", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"):
        "a".encode(name).decode(name)  # an empty text is not encoded at all
