"""Small files that say something about their rights, each in one way that tools really write."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import av
import numpy as np
import PIL.Image
import PIL.PngImagePlugin

Make = Callable[[Path], Path]
"""Writes the file into a folder and returns its path."""

NAMESPACES = {
    "x": "adobe:ns:meta/",
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "xmpRights": "http://ns.adobe.com/xap/1.0/rights/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "plus": "http://ns.useplus.org/ldf/xmp/1.0/",
    "cc": "http://creativecommons.org/ns#",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "tdm": "http://www.w3.org/ns/tdmrep/",
    "prism": "http://prismstandard.org/namespaces/basic/2.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "house": "http://example.org/ns/",
}
DMI = "http://ns.useplus.org/ldf/vocab/DMI-"


def rdf(inside: str = "", attributes: str = "", *, wrapped: bool = True) -> str:
    """Return a packet with one description."""
    names = " ".join(f'xmlns:{name}="{uri}"' for name, uri in NAMESPACES.items())
    packet = (
        f'<rdf:RDF {names}><rdf:Description rdf:about="" {attributes}>{inside}</rdf:Description></rdf:RDF>'
    )
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/">{packet}</x:xmpmeta>' if wrapped else packet


def alt(name: str, *texts: str) -> str:
    """Return a property with alternatives by language."""
    items = "".join(
        f'<rdf:li xml:lang="{lang}">{text}</rdf:li>'
        for lang, text in zip(("x-default", "de", "fr"), texts, strict=False)
    )
    return f"<{name}><rdf:Alt>{items}</rdf:Alt></{name}>"


def resource(name: str, value: str) -> str:
    return f'<{name} rdf:resource="{value}"/>'


def _picture() -> PIL.Image.Image:
    return PIL.Image.new("RGB", (32, 24), "grey")


def _write(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _saved(kind: str, **options: Any) -> bytes:
    made = io.BytesIO()
    _picture().save(made, kind, **options)
    return made.getvalue()


def jpeg_segment(content: bytes, *payloads: bytes, marker: int = 0xE1) -> bytes:
    """Return a JPEG with segments right after its start."""
    segments = b"".join(bytes([0xFF, marker]) + struct.pack(">H", len(load) + 2) + load for load in payloads)
    return content[:2] + segments + content[2:]


def jpeg_xmp(packet: str | bytes) -> Make:
    body = packet if isinstance(packet, bytes) else packet.encode()
    return lambda folder: _write(
        folder, "a.jpg", jpeg_segment(_saved("JPEG"), b"http://ns.adobe.com/xap/1.0/\0" + body)
    )


def jpeg_extended(packet: str) -> Make:
    """Extended XMP: the packet in two segments, the later part first."""

    def make(folder: Path) -> Path:
        body, guid = packet.encode(), b"A" * 32
        middle = len(body) // 2
        parts = [
            b"http://ns.adobe.com/xmp/extension/\0" + guid + struct.pack(">II", len(body), at) + body[at:to]
            for at, to in ((middle, len(body)), (0, middle))
        ]
        return _write(folder, "a.jpg", jpeg_segment(_saved("JPEG"), *parts))

    return make


def appended(packet: str | bytes, name: str = "a.png", kind: str = "PNG") -> Make:
    body = packet if isinstance(packet, bytes) else packet.encode()
    return lambda folder: _write(folder, name, _saved(kind) + body)


def exif(
    tags: dict[int, Any], kind: str = "JPEG", name: str = "a.jpg", part: dict[int, Any] | None = None
) -> Make:
    def make(folder: Path) -> Path:
        block = PIL.Image.Exif()
        for tag, value in tags.items():
            block[tag] = value
        for tag, value in (part or {}).items():
            block.get_ifd(0x8769)[tag] = value
        return _write(folder, name, _saved(kind, exif=block))

    return make


def iptc(*sets: tuple[int, int, bytes]) -> Make:
    """IPTC IIM in Photoshop's resource 0x0404."""

    def make(folder: Path) -> Path:
        block = b"".join(
            b"\x1c" + bytes([record, number]) + struct.pack(">H", len(text)) + text
            for record, number, text in sets
        )
        block += b"\0" * (len(block) % 2)
        body = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", len(block)) + block
        return _write(folder, "a.jpg", jpeg_segment(_saved("JPEG"), body, marker=0xED))

    return make


def png_chunk(kind: bytes, body: bytes) -> Make:
    def make(folder: Path) -> Path:
        content = _saved("PNG")
        chunk = struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        return _write(folder, "a.png", content[:33] + chunk + content[33:])

    return make


def png_itxt(key: str, text: str, *, compressed: bool = False) -> Make:
    body = text.encode()
    return png_chunk(
        b"iTXt",
        key.encode()
        + b"\0"
        + (b"\1\0" if compressed else b"\0\0")
        + b"\0\0"
        + (zlib.compress(body) if compressed else body),
    )


def png_ztxt(key: str, text: bytes) -> Make:
    return png_chunk(b"zTXt", key.encode() + b"\0\0" + zlib.compress(text))


def webp(packet: str) -> Make:
    return lambda folder: _write(folder, "a.webp", _saved("WEBP", xmp=packet.encode()))


def tiff(packet: str = "", **tags: str) -> Make:
    def make(folder: Path) -> Path:
        info = {33432: tags["copyright"]} if "copyright" in tags else {}
        if packet:
            info[700] = packet.encode()  # type: ignore[assignment]
        return _write(folder, "a.tif", _saved("TIFF", tiffinfo=info))

    return make


def clip(name: str, container: str, codec: str = "mpeg4", **tags: str) -> Make:
    """A film of a few pictures with tags of libavformat."""

    def make(folder: Path) -> Path:
        path = folder / name
        with av.open(str(path), "w", format=container) as output:
            output.metadata.update(tags)
            stream: Any = output.add_stream(codec, rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for _ in range(5):
                picture = av.VideoFrame.from_ndarray(np.full((72, 64), 128, np.uint8), format="yuv420p")
                output.mux(stream.encode(picture))
            output.mux(stream.encode(None))
        return path

    return make


def with_box(made: Make, kind: bytes, body: bytes) -> Make:
    """A box at the end of an MP4 or MOV."""

    def make(folder: Path) -> Path:
        path = made(folder)
        path.write_bytes(path.read_bytes() + struct.pack(">I", len(body) + 8) + kind + body)
        return path

    return make


def box(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body) + 8) + kind + body


def wav(*chunks: tuple[bytes, bytes]) -> Make:
    def make(folder: Path) -> Path:
        body = b"fmt " + struct.pack("<IHHIIHH", 16, 1, 1, 8000, 16000, 2, 16)
        body += b"data" + struct.pack("<I", 1600) + bytes(1600)
        for kind, content in chunks:
            body += kind + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)
        return _write(folder, "a.wav", b"RIFF" + struct.pack("<I", len(body) + 4) + b"WAVE" + body)

    return make


def then(made: Make, change: Callable[[bytes], bytes]) -> Make:
    """A file changed after it was made."""

    def make(folder: Path) -> Path:
        path = made(folder)
        path.write_bytes(change(path.read_bytes()))
        return path

    return make
