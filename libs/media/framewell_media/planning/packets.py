"""The packet table of a video stream, as the demuxer hands packets over."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Final

import av
import av.stream
import numpy as np
from numpy.typing import NDArray

from framewell_media.tracks import END_OF_DEMUXING

NO_TIME: Final = int(np.iinfo(np.int64).min)
"""Stands for a packet without pts, dts or position."""


@dataclass(frozen=True, slots=True)
class PacketTable:
    """One row a packet, in demux order; times in `time_base`."""

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


def attend_only_to(container: Any, wanted: Any) -> None:
    """Make the demuxer drop every other stream's packets."""
    for stream in container.streams:
        if stream.index != wanted.index:
            stream.discard = av.stream.Discard.all


def read_packets(container: Any, stream: Any) -> PacketTable:
    """Read the whole file once, keeping a row for every packet of `stream`.

    A demuxer error ends the table where it happens: what lies behind it cannot be reached.
    """
    attend_only_to(container, stream)
    rows: list[tuple[int, int, int, int, int, bool, bool]] = []
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue  # the flush packet
            rows.append(
                (
                    _known(packet.pts),
                    _known(packet.dts),
                    _known(packet.pos if packet.pos != -1 else None),
                    packet.size,
                    packet.duration or 0,
                    packet.is_keyframe,
                    packet.is_discard,
                )
            )
    except END_OF_DEMUXING:
        pass
    columns = list(zip(*rows, strict=True)) or [()] * 7
    times = [np.array(column, dtype=np.int64) for column in columns[:5]]
    flags = [np.array(column, dtype=np.bool_) for column in columns[5:]]
    return PacketTable(stream.time_base, times[0], times[1], times[2], times[3], times[4], flags[0], flags[1])


def _known(value: int | None) -> int:
    return NO_TIME if value is None else value
