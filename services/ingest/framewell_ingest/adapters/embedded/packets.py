"""Where XMP packets stand in the bytes of a file: in UTF-8, 16 and 32, with the wrapper and without."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from framewell_ingest.adapters.embedded.entries import Entry, unreadable
from framewell_ingest.adapters.embedded.xmp import LARGEST_PACKET, read_xmp

MOST_PACKETS: Final = 50
_ROOTS: Final = ("xmpmeta", "xapmeta", "RDF")


@dataclass(frozen=True, slots=True)
class _Encoding:
    name: str
    opening: re.Pattern[bytes]

    @classmethod
    def of(cls, name: str) -> _Encoding:
        def written(sign: str) -> bytes:
            return re.escape(sign.encode(name))

        letter = written("a").replace(b"a", rb"[\w.-]")
        roots = b"|".join(b"".join(map(written, root)) for root in _ROOTS)
        end = written("a").replace(b"a", rb"[\s/>]")
        prefix = b"(?:(?:%s){1,32}%s)?" % (letter, written(":"))
        return cls(name, re.compile(b"%s(%s(?:%s))%s" % (written("<"), prefix, roots, end)))

    def packet(self, content: bytes, start: int, name: bytes) -> bytes | None:
        """Return the element that begins at `start`, None where its end is missing or too far away."""
        closing = "</".encode(self.name) + name + ">".encode(self.name)
        end = content.find(closing, start, start + LARGEST_PACKET)
        return None if end < 0 else content[start : end + len(closing)]


_ENCODINGS: Final = tuple(map(_Encoding.of, ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be")))


def read_packets(content: bytes) -> tuple[list[Entry], list[str]]:
    """Return what all packets in these bytes say about rights, and the creators and owners they name."""
    found: list[Entry] = []
    names: list[str] = []
    for number, packet in enumerate(_packets(content)):
        if number == MOST_PACKETS:
            found.append(unreadable("xmp", "XMP", f"comes in more than {MOST_PACKETS} packets"))
            break
        if packet is None:
            found.append(unreadable("xmp", "XMP", f"is cut off or longer than {LARGEST_PACKET:,} bytes"))
            continue
        entries, creators = read_xmp(packet)
        found += entries
        names += creators
    return found, names


def _packets(content: bytes) -> Iterator[str | None]:
    """Yield packets as text, None for one that cannot be read as such."""
    for encoding in _ENCODINGS:
        position = 0
        while opening := encoding.opening.search(content, position):
            packet = encoding.packet(content, opening.start(), opening[1])
            position = opening.end() if packet is None else opening.start() + len(packet)
            try:
                yield None if packet is None else packet.decode(encoding.name)
            except UnicodeDecodeError:
                yield None
