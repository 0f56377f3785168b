"""The packets of a video stream as the demuxer hands them over, in bounded pieces."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.stream
import numpy as np
from numpy.typing import NDArray

from framewell_media.planning.fields import FieldPairs
from framewell_media.tracks import END_OF_DEMUXING

NO_TIME: Final = int(np.iinfo(np.int64).min)
"""Stands for a packet without pts, dts or position."""
_PIECE: Final = 4096
"""Rows of one piece: what is held as Python objects at any time."""

Row = tuple[int, int, int, int, int, bool, bool]


@dataclass(frozen=True, slots=True)
class PacketTable:
    """Consecutive pictures of a stream in demux order, one row each; times in `time_base`."""

    time_base: Fraction
    pts: NDArray[np.int64]
    dts: NDArray[np.int64]
    position: NDArray[np.int64]
    """Byte position in the file, NO_TIME where the demuxer does not know."""
    size: NDArray[np.int64]
    duration: NDArray[np.int64]
    """0 where the container does not say."""
    is_key: NDArray[np.bool_]
    is_discarded: NDArray[np.bool_]
    """Needed for decoding, never shown (an edit list's pre-roll)."""

    def __len__(self) -> int:
        return len(self.pts)

    def rows(self, chosen: slice | NDArray[np.int64]) -> PacketTable:
        """Return these rows, in the order in which they are named."""
        return PacketTable(
            self.time_base,
            self.pts[chosen],
            self.dts[chosen],
            self.position[chosen],
            self.size[chosen],
            self.duration[chosen],
            self.is_key[chosen],
            self.is_discarded[chosen],
        )

    def extent(self) -> int:
        """Return the bytes from the first to the last packet, 0 when positions are not known."""
        if bool((self.position == NO_TIME).any()):
            return 0
        return int((self.position + self.size).max() - self.position.min())


def attend_only_to(container: Any, wanted: Any) -> None:
    """Make the demuxer drop every other stream's packets."""
    for stream in container.streams:
        if stream.index != wanted.index:
            stream.discard = av.stream.Discard.all


def read_packets(
    container: Any, stream: Any, look: Callable[[Any], None] | None = None
) -> Iterator[PacketTable]:
    """Read the whole file once, and yield a row for every picture of `stream`, some thousand at a time.

    `look` is shown every packet of the stream.
    The second field of a picture coded in two belongs to the row of the first. A demuxer error ends the table
    where it happens: what lies behind it cannot be reached.
    """
    attend_only_to(container, stream)
    pairs = FieldPairs.of(stream.codec_context)
    rows: list[Row] = []
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue  # the flush packet
            if look is not None:
                look(packet)
            if pairs is not None and pairs.completes(packet) and rows:
                rows[-1] = _with_second_field(rows[-1], packet)
                continue
            if len(rows) > _PIECE:
                yield _table(stream.time_base, rows[:-1])
                del rows[:-1]  # the last one stays: its second field may follow
            rows.append(_row(packet))
    except END_OF_DEMUXING:
        pass
    if rows:
        yield _table(stream.time_base, rows)


def joined(first: PacketTable | None, second: PacketTable) -> PacketTable:
    """Return the rows of both, one table behind the other."""
    if first is None or not len(first):
        return second
    return PacketTable(
        first.time_base,
        np.concatenate((first.pts, second.pts)),
        np.concatenate((first.dts, second.dts)),
        np.concatenate((first.position, second.position)),
        np.concatenate((first.size, second.size)),
        np.concatenate((first.duration, second.duration)),
        np.concatenate((first.is_key, second.is_key)),
        np.concatenate((first.is_discarded, second.is_discarded)),
    )


def _row(packet: Any) -> Row:
    return (
        _known(packet.pts),
        _known(packet.dts),
        _known(packet.pos if packet.pos != -1 else None),
        packet.size,
        packet.duration or 0,
        packet.is_keyframe,
        packet.is_discard,
    )


def _with_second_field(row: Row, packet: Any) -> Row:
    """Return the row of a whole picture; its duration is left open, since some containers count it twice."""
    pts, dts, position, size, _, is_key, is_discarded = row
    return pts, dts, position, size + packet.size, 0, is_key, is_discarded


def _table(time_base: Fraction, rows: list[Row]) -> PacketTable:
    *times, is_key, is_discarded = zip(*rows, strict=True)
    pts, dts, position, size, duration = (np.array(column, dtype=np.int64) for column in times)
    flags = (np.array(column, dtype=np.bool_) for column in (is_key, is_discarded))
    return PacketTable(time_base, pts, dts, position, size, duration, *flags)


def _known(value: int | None) -> int:
    return NO_TIME if value is None else value
