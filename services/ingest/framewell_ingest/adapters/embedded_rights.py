"""What a file says about its rights in EXIF, IPTC, XMP and container metadata. Runs inside the sandbox."""

from __future__ import annotations

import io
import mmap
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast
from xml.etree import ElementTree as ET

import PIL.IptcImagePlugin
from PIL.ImageFile import ImageFile

from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.pictures import open_picture

_LONGEST_TEXT: Final = 16_384
_LARGEST_PACKET: Final = 1 << 20
_SEARCHED_BYTES: Final = 8 << 20

_EXIF_COPYRIGHT: Final = 0x8298
_EXIF_ARTIST: Final = 0x013B
_IPTC: Final = {
    (2, 116): "copyright",
    (2, 40): "instructions",
}  # IIM 4.2: copyright notice, special instructions
_IPTC_BYLINE: Final = (2, 80)

_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_XMP: Final = {
    "{http://purl.org/dc/elements/1.1/}rights": "copyright",
    "{http://ns.adobe.com/xap/1.0/rights/}UsageTerms": "usage_terms",
    "{http://ns.adobe.com/photoshop/1.0/}Instructions": "instructions",
    "{http://ns.useplus.org/ldf/xmp/1.0/}DataMining": "data_mining",
    "{http://www.w3.org/ns/tdmrep/}reservation": "tdm_reservation",
    "{http://www.w3.org/ns/tdmrep/}policy": "tdm_policy",
}
_XMP_CREATOR: Final = "{http://purl.org/dc/elements/1.1/}creator"
_CONTAINER: Final = {"copyright": "copyright", "license": "usage_terms", "licence": "usage_terms"}
_PACKET: Final = re.compile(rb"<x:xmpmeta\b.{0,%d}?</x:xmpmeta>" % _LARGEST_PACKET, re.DOTALL)

Entry = dict[str, str]
"""A finding as a child answers it: `origin`, `found_at`, `property`, `text`."""


def read_embedded_rights(source: BinaryIO) -> tuple[list[Entry], str]:
    """Return what the file says about its rights, and the holder that it names (may be empty)."""
    source.seek(0)
    fmt = sniff(source.read(SNIFF_BYTES))
    if fmt.family == "picture":
        with open_picture(source, fmt) as picture:
            found, holders = _of_picture(cast(ImageFile, picture))
    else:
        with open_container(source, fmt) as container:
            found, holders = _of_container(container)
    packet = _xmp_packet(source)
    if packet is not None:
        entries, creators = _of_xmp(packet)
        found += entries
        holders += creators
    return _distinct(found), next((holder for holder in holders if holder), "")


def _of_picture(picture: ImageFile) -> tuple[list[Entry], list[str]]:
    found: list[Entry] = []
    exif = picture.getexif()
    if text := _text(exif.get(_EXIF_COPYRIGHT)):
        found.append(_entry("exif", "EXIF 0x8298 Copyright", "copyright", text))
    holders = [_text(exif.get(_EXIF_ARTIST))]
    try:
        iptc: Any = PIL.IptcImagePlugin.getiptcinfo(picture) or {}
    except (SyntaxError, ValueError, OSError, IndexError):
        iptc = {}  # a damaged IPTC block says nothing; the picture itself was found readable
    for key, meaning in _IPTC.items():
        if text := _text(iptc.get(key)):
            found.append(_entry("iptc", f"IPTC {key[0]}:{key[1]:03d}", meaning, text))
    holders.append(_text(iptc.get(_IPTC_BYLINE)))
    return found, holders


def _of_container(container: Any) -> tuple[list[Entry], list[str]]:
    tags = {str(name).lower(): _text(value) for name, value in container.metadata.items()}
    found = [
        _entry("container", f"container metadata {name}", meaning, tags[name])
        for name, meaning in _CONTAINER.items()
        if tags.get(name)
    ]
    return found, [tags.get("artist", ""), tags.get("publisher", "")]


def _xmp_packet(source: BinaryIO) -> bytes | None:
    """Return the first XMP packet, which stands as plain text near the head or the tail of a file."""
    size = source.seek(0, io.SEEK_END)
    with mmap.mmap(source.fileno(), size, access=mmap.ACCESS_READ) as content:
        head = _PACKET.search(content, 0, min(size, _SEARCHED_BYTES))
        found = head or _PACKET.search(content, max(0, size - _SEARCHED_BYTES), size)
        return bytes(found[0]) if found else None


def _of_xmp(packet: bytes) -> tuple[list[Entry], list[str]]:
    if b"<!DOCTYPE" in packet or b"<!ENTITY" in packet:
        return [_entry("xmp", "XMP", "unreadable", "[the XMP packet defines entities and was not read]")], []
    try:
        root = ET.fromstring(packet)  # noqa: S314 - no entities, in the sandbox, bounded
    except ET.ParseError:
        return [_entry("xmp", "XMP", "unreadable", "[the XMP packet is damaged and was not read]")], []
    found: list[Entry] = []
    creators: list[str] = []
    for description in root.iter(f"{_RDF}Description"):
        for name, value in _properties(description):
            if name == _XMP_CREATOR:
                creators.append(value)
            elif name in _XMP:
                label = name.rpartition("}")[2]
                found.append(_entry("xmp", f"XMP {label}", _XMP[name], value))
    return found, creators


def _properties(description: ET.Element) -> Iterator[tuple[str, str]]:
    """Yield properties: attributes, text, resources, and the items of Alt, Bag and Seq."""
    for name, value in description.attrib.items():
        if text := _text(value):
            yield name, text
    for child in description:
        items = [item.text for item in child.iter(f"{_RDF}li")] or [child.text, child.get(f"{_RDF}resource")]
        for item in items:
            if text := _text(item):
                yield child.tag, text


def _entry(origin: str, found_at: str, meaning: str, text: str) -> Entry:
    return {"origin": origin, "found_at": found_at, "property": meaning, "text": text}


def _distinct(entries: list[Entry]) -> list[Entry]:
    return list({(entry["found_at"], entry["text"]): entry for entry in entries}.values())


def _text(value: object) -> str:
    if isinstance(value, (list, tuple)):
        return " ".join(filter(None, map(_text, value)))
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value or "")
    return " ".join(text.replace("\0", " ").split())[:_LONGEST_TEXT]


def warm_up() -> None:
    """Parse once what the standard library imports at first use."""
    ET.fromstring(b"<x/>")  # noqa: S314 - our own text
