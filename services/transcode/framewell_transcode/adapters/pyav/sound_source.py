"""Reads one sound of a file in the order of the file, and goes on where an earlier process stopped.

A piece ends between two packets. The next one finds the packet after it again, by a seek to a second before,
whose sound is decoded and dropped so that decoder and resampler stand where one pass would have them. Where a
container's seek does not lead back to that very packet, packets are counted from the beginning instead, which
costs reading but no decoding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av
import numpy as np
from av.stream import Discard

from framewell_media.errors import NO_SOUND_TRACK, UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.tracks import END_OF_DEMUXING, SoundTrack, sound_tracks
from framewell_transcode.adapters.pyav.sound_stream import Samples, StreamReader
from framewell_transcode.domain.sound_pieces import TrackState
from framewell_transcode.ports.sound import SoundBlock

_LOST_PACKETS: Final = 20_000
"""After so many packets a seek is taken to have led elsewhere."""
_BY_POSITION: Final = ("mpegts",)
"""Containers whose seek by time is inexact and by position exact."""
_USUAL_LAYOUTS: Final = {1: "mono", 2: "stereo", 6: "5.1", 8: "7.1"}


class SourceTrack:
    """One sound of a file as blocks (channels x n at SOUND_RATE), from where `state` stands."""

    def __init__(self, source: BinaryIO, number: int, language: str, state: TrackState) -> None:
        """Open the file. Raises MediaError (`unreadable`) when it has no such sound."""
        self._source, self._number, self._language, self._state = source, number, language, state
        self._opened = ExitStack()
        self._open(linear=False)

    def __enter__(self) -> SourceTrack:
        return self

    def __exit__(self, *_: object) -> None:
        self._opened.close()

    @property
    def layout(self) -> str:
        """Return the channels that blocks have, whatever the track changes to on the way."""
        return self._state.layout

    def described(self) -> list[dict[str, Any]]:
        """Return what the file's sounds are, the main one first."""
        return [
            {
                "tracks": list(track.indexes),
                "language": track.language,
                "role": track.role,
                "title": track.title,
                "channel_layout": _usual(track.layout),
            }
            for track in self.tracks
        ]

    def blocks(self, enough: Callable[[], bool]) -> Iterator[SoundBlock]:
        """Yield blocks until the file ends, which sets `state.ended`, or a packet after there are enough."""
        if not self._state.ended and not self._find_mark():
            self._open(linear=True)
            self._skip()
        while not self._state.ended and not enough():
            packet = self._next()
            if packet is None:
                self._state.ended = True
                return
            yield from self._taken(packet)
            while not self._joined.level and (packet := self._next()) is not None:
                yield from self._taken(packet)

    def _open(self, *, linear: bool) -> None:
        self._opened.close()
        self._source.seek(0)
        fmt = sniff(self._source.read(SNIFF_BYTES))
        self._container: Any = self._opened.enter_context(open_container(self._source, fmt))
        self.tracks = sound_tracks(self._container, self._language)
        if self._number >= len(self.tracks):
            raise MediaError(UNREADABLE, NO_SOUND_TRACK)
        self.track: SoundTrack = self.tracks[self._number]
        chosen = set(self.track.indexes)
        for stream in self._container.streams:
            if stream.index not in chosen:
                stream.discard = Discard.all
        pair = len(self.track.streams) > 1
        self._state.layout = self._state.layout or _usual(self.track.layout)
        layout = "mono" if pair else self._state.layout
        self._readers = {
            stream.index: StreamReader(stream, self._state, layout, linear=linear)
            for stream in self.track.streams
        }
        self._joined = _Joined(len(self._readers))
        self._packets = self._container.demux(*self.track.streams)

    def _next(self) -> Any | None:
        try:
            return next(self._packets, None)
        except END_OF_DEMUXING:
            return None

    def _taken(self, packet: Any) -> Iterator[SoundBlock]:
        reader = self._readers.get(packet.stream.index)
        if reader is None:
            return
        position = packet.pos if packet.pos is not None and packet.pos >= 0 else None
        place = list(self._readers).index(packet.stream.index)
        for start, samples in reader.take(packet):
            yield from self._joined.put(place, start, samples, position)

    def _find_mark(self) -> bool:
        """Seek to before the marks and read up to them; return False when they are not found there."""
        if all(reader.passed for reader in self._readers.values()):
            return True
        first = next(reader for reader in self._readers.values() if not reader.passed)
        if not self._seek(first):
            return False
        for _ in range(_LOST_PACKETS):
            packet = self._next()
            if packet is None:
                return False
            for _ in self._taken(packet):  # nothing comes before the marks of all streams
                pass
            if all(reader.passed for reader in self._readers.values()):
                return True
            if any(reader.lost(packet) for reader in self._readers.values()):
                return False
        return False

    def _seek(self, reader: StreamReader) -> bool:
        pts, position = reader.mark.entry or (None, None)
        name = self._container.format.name
        try:
            if any(one in _BY_POSITION for one in name.split(",")) and position is not None:
                self._container.seek(position, stream=reader.stream, unsupported_byte_offset=True)
            elif pts is not None:
                self._container.seek(pts, stream=reader.stream, backward=True, any_frame=False)
            else:
                return False
        except END_OF_DEMUXING:
            return False
        self._packets = self._container.demux(*self.track.streams)
        return True

    def _skip(self) -> None:
        """Count packets from the beginning up to the marks."""
        while not all(reader.passed for reader in self._readers.values()):
            packet = self._next()
            if packet is None:
                return
            for _ in self._taken(packet):
                pass


class _Joined:
    """Puts the channels of several streams together, sample by sample."""

    def __init__(self, streams: int) -> None:
        self._waiting: list[list[Samples]] = [[] for _ in range(streams)]
        self._start: Fraction | None = None

    @property
    def level(self) -> bool:
        """Return whether nothing waits for its other channel."""
        return not any(self._waiting)

    def put(
        self, place: int, start: Fraction | None, samples: Samples, position: int | None
    ) -> Iterator[SoundBlock]:
        """Take samples of one stream; yield what all streams have."""
        if len(self._waiting) == 1:
            yield SoundBlock(start, samples, position)
            return
        if place == 0 and not self._waiting[0]:
            self._start = start
        self._waiting[place].append(samples[:1])
        if not all(self._waiting):
            return
        ready = [np.concatenate(one, axis=1) for one in self._waiting]
        count = min(one.shape[1] for one in ready)
        self._waiting = [[one[:, count:]] if one.shape[1] > count else [] for one in ready]
        yield SoundBlock(self._start, np.concatenate([one[:, :count] for one in ready]), position)
        self._start = None


def _usual(layout: str) -> str:
    """Return a layout, the usual one where a file says only how many channels there are."""
    if not layout:
        return "stereo"
    channels = av.AudioLayout(layout).nb_channels
    return layout if "channels" not in layout else _USUAL_LAYOUTS.get(channels, "stereo")
