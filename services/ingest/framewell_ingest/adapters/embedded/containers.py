"""Rights in containers of video and sound: tags by libavformat, chunks and boxes that it does not show."""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from framewell_ingest.adapters.embedded.entries import Entry, decoded, entry, text_of, unreadable

LARGEST_PART: Final = 16 << 20
_MOST_BOXES: Final = 5_000
_TAGS: Final = (
    ("copyright", "copyright"),
    ("cprt", "copyright"),
    ("rights", "copyright"),
    ("licen", "usage_terms"),
    ("usage", "usage_terms"),
    ("terms", "usage_terms"),
    ("restrict", "usage_terms"),
    ("disclaimer", "usage_terms"),
    ("instruction", "instructions"),
    ("tdm", "usage_terms"),
    ("comment", "caption"),
    ("description", "caption"),
    ("synopsis", "caption"),
)
_NAMES: Final = ("artist", "author", "publisher", "com.apple.quicktime.author", "com.apple.quicktime.artist")
_RIFF_INFO: Final = {b"ICOP": "copyright", b"ICMT": "caption", b"ISBJ": "caption", b"IDIT": None}
_BOXES_OF_BOXES: Final = (b"moov", b"trak", b"udta", b"meta", b"ilst", b"mdia", b"minf")
_TEXT_BOXES: Final = {
    b"cprt": "copyright",
    b"\xa9cpy": "copyright",
    b"\xa9lic": "usage_terms",
    b"dscp": "caption",
    b"\xa9cmt": "caption",
    b"\xa9inf": "caption",
}


def read_tags(container: Any) -> tuple[list[Entry], list[str]]:
    """Return what the tags of a container and its tracks say about rights, and the names in them."""
    found: list[Entry] = []
    names: list[str] = []
    for place, metadata in (
        ("", container.metadata),
        *((" of a track", s.metadata) for s in container.streams),
    ):
        tags = {str(name).casefold(): text_of(value) for name, value in metadata.items()}
        names += [tags.get(name, "") for name in _NAMES]
        for name, text in tags.items():
            meaning = next((meaning for part, meaning in _TAGS if part in name), None)
            if text and meaning:
                found.append(entry("container", f"container metadata{place} {name}"[:190], meaning, text))
    return found, names


def read_riff(source: BinaryIO) -> tuple[list[Entry], list[bytes]]:
    """Return what the chunks of a WAV or AVI say about rights, and those that may hold XMP or XML."""
    found: list[Entry] = []
    packets: list[bytes] = []
    for kind, body in _riff_chunks(source):
        if kind == b"bext":
            if text := text_of(body[:256].rstrip(b"\0")):
                found.append(entry("container", "WAV bext description", "caption", text))
        elif kind == b"LIST" and body[:4] == b"INFO":
            found += _riff_info(body[4:])
        elif kind in (b"_PMX", b"iXML", b"axml", b"aXML"):
            packets.append(body)
            found += _xml_notes(kind, body)
    return found, packets


def _riff_chunks(source: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    size, position = source.seek(0, io.SEEK_END), 12
    for _ in range(_MOST_BOXES):
        source.seek(position)
        head = source.read(8)
        if len(head) < 8:
            return
        kind, length = head[:4], int.from_bytes(head[4:], "little")
        if kind not in (b"data", b"RIFF") and length <= min(LARGEST_PART, size):
            yield kind, source.read(length)
        position += 8 + length + length % 2


def _riff_info(body: bytes) -> Iterator[Entry]:
    position = 0
    while position + 8 <= len(body):
        kind, length = (
            body[position : position + 4],
            int.from_bytes(body[position + 4 : position + 8], "little"),
        )
        meaning, text = (
            _RIFF_INFO.get(kind),
            text_of(body[position + 8 : position + 8 + length].rstrip(b"\0")),
        )
        if meaning and text:
            yield entry("container", f"RIFF INFO {decoded(kind)}", meaning, text)
        position += 8 + length + length % 2


def _xml_notes(kind: bytes, body: bytes) -> Iterator[Entry]:
    """Yield the words of iXML and axml notes, which any recorder fills: a caption's worth."""
    text = text_of(body.rstrip(b"\0"))
    words = " ".join(part.partition(">")[2] for part in text.split("<")).strip()
    if words and kind != b"_PMX":
        yield entry("container", f"WAV {decoded(kind)}", "caption", " ".join(words.split()))


def read_boxes(source: BinaryIO) -> tuple[list[Entry], list[bytes]]:
    """Return what the boxes of an MP4 or MOV say about rights, and those that may hold XMP."""
    found: list[Entry] = []
    packets: list[bytes] = []
    size, position = source.seek(0, io.SEEK_END), 0
    for _ in range(_MOST_BOXES):
        source.seek(position)
        head = source.read(16)
        if len(head) < 8:
            break
        length, kind, lead = _box_head(head, size - position)
        if length < lead:
            break
        if kind in (b"moov", b"meta", b"udta", b"uuid"):
            if length > LARGEST_PART and kind != b"moov":
                found.append(unreadable("container", f"MP4 {decoded(kind)}", "is too large and was not read"))
            else:
                source.seek(position + lead)
                body = source.read(min(length - lead, 4 * LARGEST_PART))
                packets.append(body)
                found += _box_texts(kind, body)
        position += length
    return found, packets


def _box_head(head: bytes, left: int) -> tuple[int, bytes, int]:
    (length,), kind = struct.unpack(">I", head[:4]), head[4:8]
    if length == 1 and len(head) == 16:
        return int.from_bytes(head[8:16], "big"), kind, 16
    return (left if length == 0 else length), kind, 8


def _box_texts(kind: bytes, body: bytes) -> Iterator[Entry]:
    waiting, seen = [(kind, body)], 0
    while waiting and seen < _MOST_BOXES:
        parent, content = waiting.pop()
        position = 4 if parent == b"meta" and content[4:8] != b"hdlr" else 0
        while position + 8 <= len(content):
            length, name, lead = _box_head(content[position : position + 16], len(content) - position)
            if length < lead:
                break
            seen += 1
            inner = content[position + lead : position + length]
            if name in _BOXES_OF_BOXES:
                waiting.append((name, inner))
            elif (meaning := _TEXT_BOXES.get(name)) and (text := _box_text(name, parent, inner)):
                yield entry("container", f"MP4 {name.decode('latin-1')}", meaning, text)
            position += length


def _box_text(name: bytes, parent: bytes, inner: bytes) -> str:
    """Return the text of a box: iTunes' `data`, QuickTime's counted text, or 3GPP's after its language."""
    if parent == b"ilst":
        return text_of(inner[16:])
    if name.startswith(b"\xa9"):
        return text_of(inner[4 : 4 + int.from_bytes(inner[:2], "big")])
    return text_of(inner[6:].rstrip(b"\0"))
