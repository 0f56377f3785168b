"""Which container a file is, by its first bytes, and how it may be opened.

libavformat guesses by content *and* by what the content asks for: a playlist, a concat list or a session
description makes it open other files and sockets. So nothing is guessed: the first bytes decide, the
demuxer is forced, and the lists of demuxers and protocols that could be reached are closed. Each of
the three alone stops every crafted file we tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal

import av
import av.container
import av.error

from framewell_media.errors import EMPTY, NO_CONTENT, NOT_MEDIA, UNREADABLE, MediaError

SNIFF_BYTES: Final = 4096
_TS_PACKET: Final = 188
_TS_SYNC: Final = 0x47
_IO_BUFFER: Final = 1 << 18

Family = Literal["container", "picture"]


@dataclass(frozen=True, slots=True)
class Format:
    """A recognised file format."""

    name: str
    """For containers the libavformat demuxer, for pictures the Pillow plugin."""
    media_type: str
    family: Family
    suffix: str


_MP4: Final = Format("mp4", "video/mp4", "container", ".mp4")
_MOV: Final = Format("mov", "video/quicktime", "container", ".mov")
_TS: Final = Format("mpegts", "video/mp2t", "container", ".ts")
_MKV: Final = Format("matroska", "video/x-matroska", "container", ".mkv")
_MP3: Final = Format("mp3", "audio/mpeg", "container", ".mp3")

_TIFF: Final = Format("TIFF", "image/tiff", "picture", ".tif")
_CAMERA_RAW: Final = b"CR"  # Canon's raw files are TIFF to the eye, and hold a thumbnail where the picture is

_BY_PREFIX: Final = (
    (b"\x1aE\xdf\xa3", _MKV),
    (b"\x06\x0e\x2b\x34", Format("mxf", "application/mxf", "container", ".mxf")),
    (b"OggS", Format("ogg", "application/ogg", "container", ".ogg")),
    (b"fLaC", Format("flac", "audio/flac", "container", ".flac")),
    (b"FLV\x01", Format("flv", "video/x-flv", "container", ".flv")),
    (b"\x00\x00\x01\xba", Format("mpeg", "video/mpeg", "container", ".mpg")),
    (b"\x00\x00\x01\xb3", Format("mpegvideo", "video/mpeg", "container", ".m2v")),
    (b"0&\xb2u\x8e\x66\xcf\x11", Format("asf", "video/x-ms-asf", "container", ".asf")),
    (b"ID3", _MP3),
    (b"\xff\xfb", _MP3),
    (b"\xff\xf3", _MP3),
    (b"\xff\xd8\xff", Format("JPEG", "image/jpeg", "picture", ".jpg")),
    (b"\x89PNG\r\n\x1a\n", Format("PNG", "image/png", "picture", ".png")),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
)
_RIFF_KINDS: Final = {
    b"WEBP": Format("WEBP", "image/webp", "picture", ".webp"),
    b"WAVE": Format("wav", "audio/wav", "container", ".wav"),
    b"AVI ": Format("avi", "video/x-msvideo", "container", ".avi"),
}
_MOV_ATOMS: Final = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_RECOGNISED_TEXT: Final = (
    (b"#EXTM3U", "a playlist"),
    (b"ffconcat", "a list of other files"),
    (b"v=0\r\n", "a session description"),
    (b"v=0\n", "a session description"),
    (b"<?xml", "an XML document"),
    (b"<svg", "an SVG drawing"),
    (b"<!DOCTYPE html", "a web page"),
    (b"<html", "a web page"),
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or office document"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x7fELF", "a program"),
    (b"MZ", "a program"),
)

DEMUXERS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mxf,avi,flv,mpeg,mpegvideo,asf,wav,ogg,flac,mp3"
)
"""Every demuxer that a forced format may hand over to; none of them opens another resource."""


def sniff(head: bytes) -> Format:
    """Return the format of a file from its first SNIFF_BYTES bytes.

    Raises MediaError: `empty` for an empty file, `not_media` with what it seems to be instead.
    """
    if not head:
        raise MediaError(EMPTY, "The file is empty (0 bytes).")
    found = _recognise(head)
    if found is not None:
        return found
    stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for prefix, seeming in _RECOGNISED_TEXT:
        if stripped[: len(prefix)].lower() == prefix.lower():
            raise MediaError(NOT_MEDIA, f"The file is {seeming}, not a recording or a picture.")
    if not any(head):
        raise MediaError(
            NOT_MEDIA, "The file begins with nothing but zero bytes; its transfer may have failed."
        )
    if _looks_like_text(head):
        raise MediaError(NOT_MEDIA, "The file is plain text, not a recording or a picture.")
    raise MediaError(
        NOT_MEDIA,
        "The file is in no format that Framewell reads (MP4, MOV, MPEG-TS, MXF, Matroska, AVI, MPEG-PS, FLV, "
        "ASF, Ogg, WAV, FLAC, MP3; JPEG, PNG, WebP, TIFF).",
    )


def _recognise(head: bytes) -> Format | None:
    for prefix, found in _BY_PREFIX:
        if head.startswith(prefix):
            return None if found is _TIFF and head[8:10] == _CAMERA_RAW else found
    if head.startswith(b"RIFF"):
        return _RIFF_KINDS.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _MOV if head[8:12] == b"qt  " else _MP4
    if head[4:8] in _MOV_ATOMS:
        return _MOV
    if head[:1] == bytes([_TS_SYNC]) and head[_TS_PACKET : _TS_PACKET + 1] == bytes([_TS_SYNC]):
        return _TS
    return None


def _looks_like_text(head: bytes) -> bool:
    try:
        text = head[:1024].decode("utf-8", errors="ignore")
    except UnicodeDecodeError:
        return False
    return len(text) > 0.9 * min(len(head), 1024) and all(
        sign.isprintable() or sign in "\r\n\t" for sign in text
    )


def _deny_open(url: str, _flags: int, _options: dict[str, str]) -> Any:
    raise PermissionError(f"a media file may not open {url!r}")


@contextmanager
def open_container(source: BinaryIO, fmt: Format) -> Iterator[Any]:
    """Open a recognised container for reading, with nothing left to guess.

    `source` is rewound first. Raises MediaError: `unreadable` when the demuxer cannot make sense of it,
    `no_content` when the file ends with its header.
    """
    source.seek(0)
    options = {"protocol_whitelist": "", "format_whitelist": DEMUXERS, "enable_drefs": "0"}
    try:
        container = av.open(
            source,
            format=fmt.name,
            mode="r",
            container_options=options,
            metadata_errors="ignore",
            io_open=_deny_open,
            buffer_size=_IO_BUFFER,
        )
    except av.error.EOFError as error:
        raise MediaError(
            NO_CONTENT, f"The file has a {fmt.media_type} header and nothing behind it."
        ) from error
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError(UNREADABLE, _why_it_cannot_be_opened(fmt, error)) from error
    with container:
        yield container


def _why_it_cannot_be_opened(fmt: Format, error: Exception) -> str:
    reason = getattr(error, "strerror", None) or str(error)
    if fmt.name in ("mp4", "mov"):
        return (
            f"The file begins like {fmt.media_type} but its index (moov) is missing or damaged, which is "
            f"what an interrupted transfer or recording leaves behind ({reason}). Send the whole file again."
        )
    return (
        f"The file begins like {fmt.media_type} but cannot be opened ({reason}). "
        "It may be cut off or damaged."
    )
