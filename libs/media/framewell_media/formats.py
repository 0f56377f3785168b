"""Which container a file is, by its first bytes, and how it may be opened.

libavformat guesses by content *and* by what the content asks for: a playlist, a concat list or a session
description makes it open other files and sockets. So nothing is guessed: the first bytes decide, the
demuxer is forced, and the lists of demuxers and protocols that could be reached are closed. Each of
the three alone stops every crafted file we tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

import av
import av.container
import av.error

from framewell_contracts.sentences import Sentence, say
from framewell_media.errors import EMPTY, NO_BYTES, NO_CONTENT, NOT_MEDIA, UNREADABLE, MediaError
from framewell_media.signatures import Format, recognise, recognise_transport_stream

__all__ = ["DEMUXERS", "SNIFF_BYTES", "Format", "open_container", "sniff"]

SNIFF_BYTES: Final = 1 << 16
_IO_BUFFER: Final = 1 << 18

_RECOGNISED_TEXT: Final = (
    (b"#EXTM3U", say("seems.playlist", "a playlist")),
    (b"ffconcat", say("seems.list", "a list of other files")),
    (b"v=0\r\n", say("seems.session", "a session description")),
    (b"v=0\n", say("seems.session", "a session description")),
    (b"<?xml", say("seems.xml", "an XML document")),
    (b"<svg", say("seems.svg", "an SVG drawing")),
    (b"<!DOCTYPE html", say("seems.web_page", "a web page")),
    (b"<html", say("seems.web_page", "a web page")),
    (b"%PDF", say("seems.pdf", "a PDF document")),
    (b"PK\x03\x04", say("seems.zip", "a ZIP archive or office document")),
    (b"\x1f\x8b", say("seems.gzip", "a gzip archive")),
    (b"\x7fELF", say("seems.program", "a program")),
    (b"MZ", say("seems.program", "a program")),
)

DEMUXERS: Final = (
    "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,mpegts,mxf,avi,flv,mpeg,mpegvideo,asf,dv,wav,aiff,aac,ogg,flac,mp3"
)
"""Every demuxer that a forced format may hand over to; none of them opens another resource."""
CLOCKLESS: Final = frozenset(("mpegts", "mpeg", "mpegvideo", "dv"))
"""Containers without a clock of their own: what is cut out of them or joined makes it leap."""


def sniff(head: bytes) -> Format:
    """Return the format of a file from its first SNIFF_BYTES bytes.

    Raises MediaError: `empty` for an empty file, `not_media` with what it seems to be instead.
    """
    if not head:
        raise MediaError(EMPTY, NO_BYTES)
    if (found := recognise(head)) is not None:
        return found
    stripped = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    for prefix, seeming in _RECOGNISED_TEXT:
        if stripped[: len(prefix)].lower() == prefix.lower():
            said = say("not_media.seems", "The file is {what}, not a recording or a picture.", what=seeming)
            raise MediaError(NOT_MEDIA, said)
    if not any(head):
        raise MediaError(
            NOT_MEDIA,
            say(
                "not_media.zeros",
                "The file begins with nothing but zero bytes; its transfer may have failed.",
            ),
        )
    if _looks_like_text(head):
        said = say("not_media.text", "The file is plain text, not a recording or a picture.")
        raise MediaError(NOT_MEDIA, said)
    if (found := recognise_transport_stream(head)) is not None:
        return found
    raise MediaError(
        NOT_MEDIA,
        say(
            "not_media.format",
            "The file is in no format that Framewell reads (MP4, MOV, MPEG-TS, M2TS, MXF, Matroska, AVI, "
            "MPEG-PS, DV, FLV, ASF, Ogg, WAV, RF64, AIFF, FLAC, MP3, AAC; JPEG, JPEG 2000, PNG, WebP, AVIF, "
            "HEIC, TIFF, GIF, BMP).",
        ),
    )


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
    `no_content` when the file ends with its header; MemoryError where its header asks for more than there is.
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
            NO_CONTENT,
            say(
                "media.header_alone",
                "The file has a {media_type} header and nothing behind it.",
                media_type=fmt.media_type,
            ),
        ) from error
    except MemoryError:
        raise  # the job ends by it, and its parent has the words
    except (av.error.FFmpegError, ValueError, OSError) as error:
        raise MediaError(UNREADABLE, _why_it_cannot_be_opened(fmt, error)) from error
    with container:
        yield container


def _why_it_cannot_be_opened(fmt: Format, error: Exception) -> Sentence:
    reason = getattr(error, "strerror", None) or str(error)
    if fmt.name in ("mp4", "mov"):
        return say(
            "media.no_index",
            "The file begins like {media_type} but its index (moov) is missing or damaged, which is what an "
            "interrupted transfer or recording leaves behind ({why}). Send the whole file again.",
            media_type=fmt.media_type,
            why=reason,
        )
    return say(
        "media.not_opened",
        "The file begins like {media_type} but cannot be opened ({why}). It may be cut off or damaged.",
        media_type=fmt.media_type,
        why=reason,
    )
