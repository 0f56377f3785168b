"""The packets of one chunk of a file whose time stamps cannot be trusted, found by their positions."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any

import av.error

from framewell_media.formats import CLOCKLESS, Format
from framewell_media.planning.packets import NO_TIME
from framewell_media.planning.table import ChunkTable


@dataclass(slots=True)
class PacketNumbers:
    """Numbers the packets from where decoding begins, and knows which numbers lie in the chunk."""

    table: ChunkTable
    _first: int | None = None
    """Number of the chunk's first packet, None while that has not come."""

    def put_on(self, packets: Iterator[Any]) -> Iterator[Any]:
        """Yield the packets with their numbers as pts."""
        for number, packet in enumerate(packets):
            if self._first is None and (
                self.table.first_in_file or packet.pos == int(self.table.position[0])
            ):
                self._first = number
            packet.pts, packet.dts = number, number
            yield packet

    def of_chunk(self, number: int | None) -> bool:
        """Return whether a picture that comes from the packet with this number belongs to the chunk."""
        return number is not None and self._first is not None and number >= self._first


def packets_to_count(container: Any, stream: Any, table: ChunkTable, fmt: Format) -> Iterator[Any]:
    """Yield the packets from where decoding of the chunk begins up to its end."""
    for packet in _from_anchor(container, stream, table, fmt):
        if packet.size == 0 or (table.end_position != NO_TIME and packet.pos == table.end_position):
            return
        yield packet


def packets_at(container: Any, stream: Any, position: int) -> Iterator[Any]:
    """Return the packets from the one that begins at `position` on, found by a seek to that byte.

    Containers with an index refuse such a seek, and that of ASF finds parts of packets: both are read through
    from the beginning.
    """
    with suppress(av.error.FFmpegError):
        container.seek(position, stream=stream, unsupported_byte_offset=True)
        packets = container.demux(stream)
        for packet in packets:
            if packet.pos == position:
                return chain((packet,), packets)
            if packet.pos is not None and packet.pos > position:
                break
    container.seek(0)
    return _skip_to(container.demux(stream), position)


def _from_anchor(container: Any, stream: Any, table: ChunkTable, fmt: Format) -> Iterator[Any]:
    anchor = table.anchor
    if table.first_in_file or anchor.position == NO_TIME:
        return iter(container.demux(stream))
    if fmt.name in CLOCKLESS:
        return packets_at(container, stream, anchor.position)
    with suppress(av.error.FFmpegError):
        container.seek(anchor.source_pts, stream=stream, backward=True, any_frame=False)
        packets = _skip_to(container.demux(stream), anchor.position)
        for packet in packets:
            return chain((packet,), packets)
    container.seek(0)  # no seek lands right: read through
    return _skip_to(container.demux(stream), anchor.position)


def _skip_to(packets: Iterator[Any], position: int) -> Iterator[Any]:
    found = False
    for packet in packets:
        found = found or packet.pos == position
        if found:
            yield packet
