"""Whether a file is shorter than its own headers promise: what an interrupted transfer leaves behind.

Only containers that state a length show it: MP4 and MOV by their top-level boxes, WAV and AIFF by the length
of the file and of its samples, AVI and WebP by their RIFF size, Matroska by its segment size. A transport
stream may end anywhere and still be whole.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, Final, Literal

from framewell_media.signatures import Format

_MAX_BOXES: Final = 100_000
_BOXES: Final = frozenset(
    b"ftyp styp moov mdat moof mfra sidx ssix free skip wide uuid meta udta pdin emsg prft pnot PICT".split()
)
"""Boxes that a film has at its top level; anything else there is no part of it."""
_EBML_ID: Final = 0x1A45DFA3
_SEGMENT_ID: Final = 0x18538067
_UNSET: Final = 0x7FFFF000
_MAX_CHUNKS: Final = 1000


def missing_bytes(source: BinaryIO, fmt: Format, size: int) -> int:
    """Return the bytes that the headers promise beyond the end of the file, 0 when none are known."""
    if fmt.name in ("mp4", "mov"):
        return _missing_from_boxes(source, size)
    if fmt.name in ("wav", "aiff"):
        return _missing_samples(source, size)
    if fmt.name in ("avi", "WEBP"):
        return _missing_from_riff(source, size)
    if fmt.name == "matroska":
        return _missing_from_segment(source, size)
    return 0


def _missing_from_boxes(source: BinaryIO, size: int) -> int:
    """Follow the top-level boxes (ISO/IEC 14496-12: 32-bit length and type; 1: 64 bits follow, 0: to end).

    Bytes behind the last box that are none (cameras and editors leave some) promise nothing.
    """
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > size:
            return 0
        source.seek(at)
        header = source.read(16)
        if header[4:8] not in _BOXES:
            return 0
        length = int.from_bytes(header[:4], "big")
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        if length < 8:
            return 0  # to the end, or not a box: the demuxer will have its own opinion
        at += length
        if at > size:
            return at - size
    return 0


def _missing_from_riff(source: BinaryIO, size: int) -> int:
    source.seek(4)
    length = _stated(int.from_bytes(source.read(4), "little"))
    return 0 if length is None else max(0, length + 8 - size)


def _missing_samples(source: BinaryIO, size: int) -> int:
    """Return what is missing by both witnesses: the file's length and that of the samples.

    Many programs count the first wrongly (with its own header, or not at all while they record), some the
    second; a transfer that was cut off leaves both too large.
    """
    source.seek(0)
    form = source.read(12)
    order: Literal["big", "little"] = "big" if form[:4] == b"FORM" else "little"
    whole = _stated(int.from_bytes(form[4:8], order))
    long_length: int | None = None
    for name, at, length in _chunks(source, order):
        if name == b"ds64":  # RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088)
            whole, long_length = (int.from_bytes(source.read(8), "little") or None for _ in range(2))
        elif name in (b"data", b"SSND"):
            samples = long_length or _stated(length)
            return 0 if whole is None or samples is None else max(0, min(whole + 8, at + samples) - size)
    return 0 if whole is None else max(0, whole + 8 - size)


def _chunks(source: BinaryIO, order: Literal["big", "little"]) -> Iterator[tuple[bytes, int, int]]:
    """Yield name, place and length of each chunk; the source stands at its content."""
    at = 12
    for _ in range(_MAX_CHUNKS):
        source.seek(at)
        header = source.read(8)
        if len(header) < 8:
            return
        length = int.from_bytes(header[4:], order)
        yield header[:4], at + 8, length
        at += 8 + length + length % 2


def _stated(length: int) -> int | None:
    """Return a 32-bit length, None for what recorders write that do not know it yet (0, the largest ones)."""
    return None if length == 0 or length & _UNSET == _UNSET else length


def _missing_from_segment(source: BinaryIO, size: int) -> int:
    """Read the segment's size (RFC 8794: variable-length integers; all ones means an unknown size)."""
    source.seek(0)
    head = source.read(4096)
    ebml = _element(head, 0)
    if ebml is None or ebml[0] != _EBML_ID or ebml[1] is None:
        return 0
    segment = _element(head, ebml[2] + ebml[1])
    if segment is None or segment[0] != _SEGMENT_ID or segment[1] is None:
        return 0
    return max(0, segment[2] + segment[1] - size)


def _element(data: bytes, at: int) -> tuple[int, int | None, int] | None:
    """Return (id, size or None when unknown, offset of its content), None for what is no element."""
    if at >= len(data) or data[at] == 0:
        return None
    id_length = 9 - data[at].bit_length()
    identifier = int.from_bytes(data[at : at + id_length], "big")
    at += id_length
    if at >= len(data) or data[at] == 0:
        return None
    size_length = 9 - data[at].bit_length()
    raw = int.from_bytes(data[at : at + size_length], "big") & ((1 << 7 * size_length) - 1)
    unknown = raw == (1 << 7 * size_length) - 1
    return identifier, None if unknown else raw, at + size_length
