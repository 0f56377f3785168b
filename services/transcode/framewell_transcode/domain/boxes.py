"""ISO base media boxes (ISO/IEC 14496-12): walking them, and dividing a fragmented movie."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_MEDIA_BOXES: Final = (b"styp", b"sidx", b"moof")


@dataclass(frozen=True, slots=True)
class Segment:
    """An encoded chunk: the CMAF header that all chunks share, and its own fragments."""

    header: bytes
    media: bytes


def boxes(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[bytes, int, int]]:
    """Yield (type, first byte of the content, first byte after it) of every box.

    Raises ValueError for a box that is shorter than its own head.
    """
    at, end = start, len(data) if end is None else end
    while at + 8 <= end:
        length, head = int.from_bytes(data[at : at + 4], "big"), 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if length == 0:
            length = end - at
        if length < head:
            raise ValueError(f"box of {length} bytes at {at}")
        yield data[at + 4 : at + 8], at + head, at + length
        at += length


def split_header(movie: bytes) -> Segment:
    """Return a fragmented movie as its header (ftyp, moov) and its fragments."""
    begin = 0
    for kind, _content, end in boxes(movie):
        if kind in _MEDIA_BOXES:
            return Segment(movie[:begin], movie[begin:])
        begin = end
    return Segment(movie, b"")


def moved(media: bytes, ticks: int) -> bytes:
    """Return fragments that begin so many ticks later: `tfdt` of every `moof` is changed, nothing else.

    Raises ValueError for a fragment whose decode time has no room for it.
    """
    later = bytearray(media)
    for kind, content, end in boxes(media):
        if kind == b"moof":
            for at, width in _decode_times(media, content, end):
                moment = int.from_bytes(media[at : at + width], "big") + ticks
                later[at : at + width] = moment.to_bytes(width, "big")
    return bytes(later)


def _decode_times(media: bytes, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield first byte and width of every decode time between two positions."""
    for kind, content, until in boxes(media, start, end):
        if kind == b"traf":
            yield from _decode_times(media, content, until)
        elif kind == b"tfdt":
            yield content + 4, 8 if media[content] else 4
