"""Codec string and size of the pictures behind a CMAF header, for the master playlist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell_transcode.domain.boxes import boxes

_SAMPLE_ENTRY_HEAD: Final = 78
"""Bytes of a VisualSampleEntry before its inner boxes (ISO/IEC 14496-12, 12.1.3)."""
_CONTAINERS: Final = (b"moov", b"trak", b"mdia", b"minf", b"stbl")
_FULL_BOX_WITH_COUNT: Final = 8


@dataclass(frozen=True, slots=True)
class PictureHeader:
    """Codec as RFC 6381 writes it, and size in pixels."""

    codec: str
    width: int
    height: int


def read_header(header: bytes) -> PictureHeader:
    """Return what a CMAF video header says. Raises ValueError when it describes no pictures."""
    entry = _find_sample_entry(header, 0, len(header))
    if entry is None:
        raise ValueError("the header describes no pictures")
    kind, content, end = entry
    width = int.from_bytes(header[content + 24 : content + 26], "big")
    height = int.from_bytes(header[content + 26 : content + 28], "big")
    return PictureHeader(_codec(kind, header, content + _SAMPLE_ENTRY_HEAD, end), width, height)


def _codec(kind: bytes, header: bytes, start: int, end: int) -> str:
    for name, content, _ in boxes(header, start, end):
        if name == b"avcC":  # profile, compatibility, level: ISO/IEC 14496-15, 5.3.3.1
            return f"{kind.decode()}.{header[content + 1 : content + 4].hex()}"
        if name == b"vpcC":  # VP codec configuration: profile, level, bit depth follow a full-box head
            profile, level, depth = header[content + 4], header[content + 5], header[content + 6] >> 4
            return f"vp09.{profile:02d}.{level:02d}.{depth:02d}"
    return kind.decode("latin-1")


def _find_sample_entry(data: bytes, start: int, end: int) -> tuple[bytes, int, int] | None:
    for kind, content, until in boxes(data, start, end):
        if kind == b"stsd":
            return next(iter(boxes(data, content + _FULL_BOX_WITH_COUNT, until)), None)
        if kind in _CONTAINERS:
            found = _find_sample_entry(data, content, until)
            if found is not None:
                return found
    return None
