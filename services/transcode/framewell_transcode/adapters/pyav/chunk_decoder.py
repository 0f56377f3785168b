"""The pictures of one chunk, decoded independently of its neighbours.

Seek to the keyframe the plan names, feed exactly the packets that are needed, drain, keep what was
planned. Leading pictures of an open GOP fall away by their pts; they belong to the chunk before.
"""

from __future__ import annotations

import heapq
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain, islice
from typing import Any, BinaryIO, Final, NamedTuple

import av
import av.error

from framewell_media.canvas import PixelAspect, displayed_size
from framewell_media.formats import Format, open_container
from framewell_media.planning.packets import NO_TIME, attend_only_to
from framewell_media.planning.table import Anchor, ChunkTable
from framewell_media.tracks import END_OF_DEMUXING, moving_pictures
from framewell_transcode.adapters.pyav.counted_packets import PacketNumbers, packets_at, packets_to_count

REORDER_DEPTH: Final = 16
"""Damaged input puts pictures out in the wrong order, as far as the deepest reference structure reaches."""
_SEEK_TRIES: Final = 6


class DecodedPicture(NamedTuple):
    """A picture as it leaves the decoder."""

    row: int
    """Its row in the chunk's table."""
    frame: Any
    size: tuple[int, int]
    """Width and height once it is displayed, in square pixels."""


@dataclass(slots=True)
class DecodingLog:
    """What the decoder found out on the way."""

    damaged_frames: int = 0


@dataclass(frozen=True, slots=True)
class ChunkDecoder:
    """Decodes one chunk of a source as the plan describes it."""

    source: BinaryIO
    fmt: Format
    table: ChunkTable
    threads: int
    log: DecodingLog = field(default_factory=DecodingLog)
    _coded_aspects: dict[int, Fraction | None] = field(default_factory=dict)
    """Shape of the pixels as the codec states it, by the pts of pictures under way."""

    def pictures(self) -> Iterator[DecodedPicture]:
        """Yield the pictures of the chunk in order of presentation, each row at most once.

        Some streams (intra refresh) need to be entered earlier than the container says: when the
        first picture is missing, decoding starts again from one, then two keyframes before.
        """
        if self.table.serial:
            yield from self._counted()
            return
        anchors = [self.table.anchor, *self.table.earlier_anchors]
        for anchor in anchors:
            pictures = in_order(self._from(anchor))
            first = next(pictures, None)
            if first is not None and (first.row == 0 or anchor is anchors[-1]):
                yield first
                yield from pictures
                return
            pictures.close()

    def _counted(self) -> Iterator[DecodedPicture]:
        """Yield the pictures in the order of the decoder, for files whose times cannot be trusted.

        Every packet gets its number as its time, so that each picture says which packet it comes from.
        """
        with open_container(self.source, self.fmt) as container:
            stream = self._stream(container)
            aspect = PixelAspect.of(stream)
            numbers = PacketNumbers(self.table)
            packets = numbers.put_on(packets_to_count(container, stream, self.table, self.fmt))
            row, planned = 0, len(self.table.pts)
            for frame in self._decoded(packets, stream):
                displayed = self._displayed(frame, stream, aspect)
                if numbers.of_chunk(frame.pts) and row < planned:
                    yield DecodedPicture(row, frame, displayed)
                    row += 1

    def _from(self, anchor: Anchor) -> Iterator[DecodedPicture]:
        rows = {int(pts): row for row, pts in enumerate(self.table.source_pts)}
        self._coded_aspects.clear()
        with open_container(self.source, self.fmt) as container:
            stream = self._stream(container)
            aspect = PixelAspect.of(stream)
            packets = self._enough(self._packets_from(container, stream, anchor), rows)
            for frame in self._decoded(packets, stream):
                row = rows.get(frame.pts) if frame.pts is not None else None
                if row is not None:
                    yield DecodedPicture(row, frame, self._displayed(frame, stream, aspect))

    def _displayed(self, frame: Any, stream: Any, aspect: PixelAspect) -> tuple[int, int]:
        coded = self._coded_aspects.pop(frame.pts, stream.codec_context.sample_aspect_ratio)
        return displayed_size(frame, aspect.at(coded))

    def _stream(self, container: Any) -> Any:
        stream: Any = moving_pictures(container)
        stream.codec_context.thread_count = self.threads
        stream.thread_type = "AUTO" if self.threads > 1 else "NONE"
        attend_only_to(container, stream)
        return stream

    def _packets_from(self, container: Any, stream: Any, anchor: Anchor) -> Iterator[Any]:
        if self.table.first_in_file:
            # No seek: an edit list's pre-roll lies before the first picture.
            return iter(container.demux(stream))
        located = anchor.position != NO_TIME
        if located and (self.fmt.name == "mpegts" or self.table.discontinuity > 0):
            # Transport streams seek by time too late, and after a discontinuity times mean nothing to a seek.
            return packets_at(container, stream, anchor.position)
        back = 0
        for _ in range(_SEEK_TRIES):
            try:
                container.seek(anchor.source_pts - back, stream=stream, backward=True, any_frame=False)
            except av.error.FFmpegError:
                break
            packets = container.demux(stream)
            if (first := _skip_to_key(packets, anchor.source_pts)) is not None:
                return chain((first,), packets)
            back = 2 * back + round(1 / stream.time_base)
        return self._packets_read_through(container, stream, anchor)

    def _packets_read_through(self, container: Any, stream: Any, anchor: Anchor) -> Iterator[Any]:
        """Return the packets from the anchor on, read from the beginning of the file: no seek lands right."""
        container.seek(0)
        packets = container.demux(stream)
        first = _skip_to_key(packets, anchor.source_pts)
        return iter(()) if first is None else chain((first,), packets)

    def _enough(self, packets: Iterator[Any], rows: dict[int, int]) -> Iterator[Any]:
        """Yield packets until every planned picture's packet went by; the decoder is drained after that.

        One more goes with them: it may be the second field of the last picture.
        """
        missing = len(rows)
        for packet in packets:
            if packet.size == 0:
                return
            yield packet
            if not packet.is_discard and packet.pts in rows:
                missing -= 1
                if missing == 0:
                    yield from islice(packets, 1)
                    return

    def _decoded(self, packets: Iterator[Any], stream: Any) -> Iterator[Any]:
        try:
            for packet in packets:
                if packet.size == 0:
                    break
                frames = self._decode(packet.decode)
                if self.threads == 1 and packet.pts is not None:
                    # Frames come out later, when the codec may state the shape of others already.
                    # The packet behind the chunk may begin another run of the clock with the same pts.
                    self._coded_aspects.setdefault(packet.pts, stream.codec_context.sample_aspect_ratio)
                yield from frames
        except END_OF_DEMUXING:
            pass  # the demuxer gives up here; what it had delivered is still good
        yield from self._decode(lambda: stream.decode(None))

    def _decode(self, decode: Any) -> list[Any]:
        try:
            frames: list[Any] = decode()
        except av.error.FFmpegError:
            return []
        self.log.damaged_frames += sum(bool(frame.is_corrupt) for frame in frames)
        return frames


def in_order(pictures: Iterator[DecodedPicture]) -> Generator[DecodedPicture]:
    """Yield each row once, in order: the next row at once, a later one when too many wait for those before.

    A picture that is not held back is still in the processor's cache when it is scaled.
    """
    waiting: list[tuple[int, int, DecodedPicture]] = []
    last = -1
    for count, picture in enumerate(pictures):
        heapq.heappush(waiting, (picture.row, count, picture))
        while waiting and (waiting[0][0] <= last + 1 or len(waiting) > REORDER_DEPTH):
            row, _, earliest = heapq.heappop(waiting)
            if row > last:  # else a second picture of the same time, or one that comes far too late
                last = row
                yield earliest
    while waiting:
        row, _, earliest = heapq.heappop(waiting)
        if row > last:
            last = row
            yield earliest


def _skip_to_key(packets: Iterator[Any], source_pts: int) -> Any | None:
    """Return the packet of the keyframe with that pts, or None when the seek landed behind it."""
    for packet in packets:
        if packet.size == 0:
            return None
        if packet.is_keyframe and packet.pts is not None:
            if packet.pts == source_pts:
                return packet
            if packet.pts > source_pts:
                return None
    return None
