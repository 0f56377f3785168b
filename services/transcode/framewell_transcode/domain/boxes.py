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
