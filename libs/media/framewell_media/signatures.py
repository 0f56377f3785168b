"""What the first bytes of a file say about it: signatures, and structures that repeat.

A format without a signature of its own (transport streams, MPEG audio, ADTS) is recognised by several of its
packets or frames in a row, never by one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

Family = Literal["container", "picture"]


@dataclass(frozen=True, slots=True)
class Format:
    """A recognised file format."""

    name: str
    """For containers the libavformat demuxer, for pictures the Pillow plugin."""
    media_type: str
    family: Family
    suffix: str


def _container(name: str, media_type: str, suffix: str) -> Format:
    return Format(name, media_type, "container", suffix)


def _picture(name: str, media_type: str, suffix: str) -> Format:
    return Format(name, media_type, "picture", suffix)


_MP4: Final = _container("mp4", "video/mp4", ".mp4")
_MOV: Final = _container("mov", "video/quicktime", ".mov")
_TS: Final = _container("mpegts", "video/mp2t", ".ts")
_M2TS: Final = _container("mpegts", "video/mp2t", ".m2ts")
_MP3: Final = _container("mp3", "audio/mpeg", ".mp3")
_ADTS: Final = _container("aac", "audio/aac", ".aac")
_WAV: Final = _container("wav", "audio/wav", ".wav")
_AIFF: Final = _container("aiff", "audio/aiff", ".aiff")
_DV: Final = _container("dv", "video/dv", ".dv")
_BMP: Final = _picture("BMP", "image/bmp", ".bmp")
_TIFF: Final = _picture("TIFF", "image/tiff", ".tif")
_AVIF: Final = _picture("AVIF", "image/avif", ".avif")
_HEIF: Final = _picture("HEIF", "image/heic", ".heic")
_CAMERA_RAW: Final = b"CR"  # Canon's raw files are TIFF to the eye, and hold a thumbnail where the picture is

_BY_PREFIX: Final = (
    (b"\x1aE\xdf\xa3", _container("matroska", "video/x-matroska", ".mkv")),
    (b"\x06\x0e\x2b\x34", _container("mxf", "application/mxf", ".mxf")),
    (b"OggS", _container("ogg", "application/ogg", ".ogg")),
    (b"fLaC", _container("flac", "audio/flac", ".flac")),
    (b"FLV\x01", _container("flv", "video/x-flv", ".flv")),
    (b"\x00\x00\x01\xba", _container("mpeg", "video/mpeg", ".mpg")),
    (b"\x00\x00\x01\xb3", _container("mpegvideo", "video/mpeg", ".m2v")),
    (b"0&\xb2u\x8e\x66\xcf\x11", _container("asf", "video/x-ms-asf", ".asf")),
    (b"\xff\xfb", _MP3),
    (b"\xff\xf3", _MP3),
    (b"\xff\xd8\xff", _picture("JPEG", "image/jpeg", ".jpg")),
    (b"\x89PNG\r\n\x1a\n", _picture("PNG", "image/png", ".png")),
    (b"GIF87a", _picture("GIF", "image/gif", ".gif")),
    (b"GIF89a", _picture("GIF", "image/gif", ".gif")),
    (b"\0\0\0\x0cjP  \r\n\x87\n", _picture("JPEG2000", "image/jp2", ".jp2")),
    (b"\xff\x4f\xff\x51", _picture("JPEG2000", "image/j2c", ".j2k")),
    (b"II*\0", _TIFF),
    (b"MM\0*", _TIFF),
)
_IFF_KINDS: Final[Mapping[tuple[bytes, bytes], Format]] = {
    (b"RIFF", b"WEBP"): _picture("WEBP", "image/webp", ".webp"),
    (b"RIFF", b"WAVE"): _WAV,
    (b"RF64", b"WAVE"): _WAV,
    (b"BW64", b"WAVE"): _WAV,
    (b"RIFF", b"AVI "): _container("avi", "video/x-msvideo", ".avi"),
    (b"FORM", b"AIFF"): _AIFF,
    (b"FORM", b"AIFC"): _AIFF,
}
_MOV_ATOMS: Final = (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot")
_STILL_BRANDS: Final[Mapping[bytes, Format]] = {
    **dict.fromkeys((b"avif", b"avis"), _AVIF),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx"), _HEIF),
}
"""Brands of ISO/IEC 23008-12 (HEIF) and of AVIF, by which a file of boxes is a picture and no video."""
_ANY_STILL: Final = (b"mif1", b"msf1", b"mif2")
_BITMAP_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)

_TS_SYNC: Final = 0x47
_TS_PACKETS: Final = ((188, _TS), (192, _M2TS), (204, _TS))
"""Plain, with a time stamp before each packet (Blu-ray, AVCHD), with Reed-Solomon code behind it."""
_TS_IN_A_ROW: Final = 8
_DV_HEADER: Final = 0x1F07003F
_ADTS_IN_A_ROW: Final = 3


def recognise(head: bytes) -> Format | None:
    """Return the format that these first bytes of a file are in, None for none that is known."""
    return next((found for test in _TESTS if (found := test(head)) is not None), None)


def recognise_transport_stream(head: bytes) -> Format | None:
    """Return the kind of transport stream whose packets begin anywhere in these bytes, None without one.

    A recorder that was switched on in the middle of a packet, or padded the start, leaves such a file.
    """
    at = head.find(_TS_SYNC)
    while at >= 0:
        for length, found in _TS_PACKETS:
            syncs = head[at : at + length * _TS_IN_A_ROW : length]
            if len(syncs) == _TS_IN_A_ROW and syncs.count(_TS_SYNC) == _TS_IN_A_ROW:
                return found
        at = head.find(_TS_SYNC, at + 1)
    return None


def _by_prefix(head: bytes) -> Format | None:
    for prefix, found in _BY_PREFIX:
        if head.startswith(prefix):
            return None if found is _TIFF and head[8:10] == _CAMERA_RAW else found
    return None


def _by_chunk(head: bytes) -> Format | None:
    return _IFF_KINDS.get((head[:4], head[8:12]))


def _by_box(head: bytes) -> Format | None:
    """Tell pictures from films by the brands of the file type box (ISO/IEC 14496-12, 4.3)."""
    if head[4:8] in _MOV_ATOMS:
        return _MOV
    if head[4:8] != b"ftyp":
        return None
    major = head[8:12]
    if major in _ANY_STILL:
        others = head[16 : min(int.from_bytes(head[:4], "big"), 256)]
        brands = {others[at : at + 4] for at in range(0, len(others), 4)}
        return next((kind for brand, kind in _STILL_BRANDS.items() if brand in brands), _HEIF)
    return _STILL_BRANDS.get(major) or (_MOV if major == b"qt  " else _MP4)


def _by_header(head: bytes) -> Format | None:
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BITMAP_HEADERS:
        return _BMP
    if len(head) >= 4 and int.from_bytes(head[:4], "big") & 0xFFFFFF7F == _DV_HEADER:
        return _DV
    return None


def _by_audio_frames(head: bytes) -> Format | None:
    if head.startswith(b"ID3"):
        return _ADTS if _is_adts(head, _end_of_id3(head)) else _MP3
    return _ADTS if _is_adts(head, 0) else None


def _by_first_packets(head: bytes) -> Format | None:
    return _TS if head[:1] == head[188:189] == bytes([_TS_SYNC]) else None


def _end_of_id3(head: bytes) -> int:
    """Return where an ID3v2 tag at the start ends (its length has 7 bits a byte)."""
    length = 0
    for byte in head[6:10]:
        length = length << 7 | byte & 0x7F
    return 10 + length + (10 if head[5:6] and head[5] & 0x10 else 0)


def _is_adts(head: bytes, at: int) -> bool:
    """Return whether AAC frames with ADTS headers (ISO/IEC 13818-7, 6.2) follow one another from there."""
    for _ in range(_ADTS_IN_A_ROW):
        header = head[at : at + 7]
        if len(header) < 7 or header[0] != 0xFF or header[1] & 0xF6 != 0xF0 or (header[2] >> 2) & 0xF > 12:
            return False
        length = (header[3] & 3) << 11 | header[4] << 3 | header[5] >> 5
        if length < 7:
            return False
        at += length
        if at == len(head):
            return True  # a file of one or two frames
    return True


_TESTS: Final = (_by_prefix, _by_chunk, _by_box, _by_header, _by_audio_frames, _by_first_packets)
