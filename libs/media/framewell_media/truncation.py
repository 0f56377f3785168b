"""Whether a file is shorter than its own headers promise: what an interrupted transfer leaves behind.

Only containers that state a length show it: MP4 and MOV by their top-level boxes, RIFF by its chunk size,
Matroska by its segment size. A transport stream may end anywhere and still be whole.
"""

from __future__ import annotations

from typing import BinaryIO, Final

from framewell_media.formats import Format

_MAX_BOXES: Final = 100_000
_EBML_ID: Final = 0x1A45DFA3
_SEGMENT_ID: Final = 0x18538067


def missing_bytes(source: BinaryIO, fmt: Format, size: int) -> int:
    """Return the bytes that the headers promise beyond the end of the file, 0 when none are known."""
    if fmt.name in ("mp4", "mov"):
        return _missing_from_boxes(source, size)
    if fmt.name in ("wav", "avi", "WEBP"):
        return _missing_from_riff(source, size)
    if fmt.name == "matroska":
        return _missing_from_segment(source, size)
    return 0


def _missing_from_boxes(source: BinaryIO, size: int) -> int:
    """Follow the top-level boxes (ISO/IEC 14496-12: 32-bit length and type; 1: 64 bits follow, 0: to end)."""
    at = 0
    for _ in range(_MAX_BOXES):
        if at + 8 > size:
            return 0
        source.seek(at)
        header = source.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1 and len(header) == 16:
            length = int.from_bytes(header[8:16], "big")
        if length == 0:
            return 0
        if length < 8:
            return 0  # not a box: the demuxer will have its own opinion
        at += length
        if at > size:
            return at - size
    return 0


def _missing_from_riff(source: BinaryIO, size: int) -> int:
    source.seek(4)
    length = int.from_bytes(source.read(4), "little")
    if length in (0, 0xFFFFFFFF):
        return 0  # written by a recorder that never came back to fill it in
    return max(0, length + 8 - size)


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
