"""Reads one sound of a file in the order of the file, and goes on where an earlier process stopped.

A piece ends between two packets. The next one finds the packet after it again, by a seek to a second before,
whose sound is decoded and dropped so that decoder and resampler stand where one pass would have them. Where a
container's seek does not lead back to that very packet, packets are counted from the beginning instead, which
costs reading but no decoding.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from fractions import Fraction
from math import gcd
from typing import Any, BinaryIO, Final

import av
import av.error
import numpy as np
from av.stream import Discard
from numpy.typing import NDArray

from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.tracks import END_OF_DEMUXING, SoundTrack, sound_tracks
from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.domain.sound_pieces import StreamMark, TrackState
from framewell_transcode.ports.sound import SoundBlock

Samples = NDArray[np.float32]

_BEFORE_SECONDS: Final = 1
"""Decoders settle within this: MP3's reservoir, Opus and SBR need far less."""
_BEFORE_PACKETS: Final = 200
_LOST_PACKETS: Final = 20_000
"""After so many packets a seek is taken to have led elsewhere."""
_LOST_SECONDS: Final = 5
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
            raise MediaError(UNREADABLE, "The file has no sound track that can be decoded.")
        self.track: SoundTrack = self.tracks[self._number]
        chosen = set(self.track.indexes)
        for stream in self._container.streams:
            if stream.index not in chosen:
                stream.discard = Discard.all
        pair = len(self.track.streams) > 1
        self._state.layout = self._state.layout or _usual(self.track.layout)
        layout = "mono" if pair else self._state.layout
        self._readers = {
            stream.index: _StreamReader(stream, self._state, layout, linear=linear)
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

    def _seek(self, reader: _StreamReader) -> bool:
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


class _StreamReader:
    """Decodes one stream, converts it to floats at SOUND_RATE, and keeps its mark."""

    def __init__(self, stream: Any, state: TrackState, layout: str, *, linear: bool) -> None:
        self.stream, self._layout = stream, layout
        before = state.marks.get(str(stream.index))
        self.mark = before if before is not None else StreamMark()
        state.marks[str(stream.index)] = self.mark
        self.passed = self.mark.packets == 0
        self._linear, self._seen = linear, 0
        self._before: deque[Any] = deque()
        self._entries: deque[tuple[int | None, int | None]] = deque(maxlen=_BEFORE_PACKETS)
        self._resampler: Any = None
        self._drop, self._spare = 0, np.zeros((0, 0), np.float32)
        stream.codec_context.thread_count = 1

    def take(self, packet: Any) -> Iterator[tuple[Fraction | None, Samples]]:
        """Yield what a packet gives, nothing before the mark: samples and, where known, their time."""
        self._note_entry(packet)
        if self.passed:
            self._note(packet)
            for frame in self._decoded(packet):
                yield from self._converted(frame)
            return
        self._seen += packet.size > 0
        if self._linear and self._seen <= self.mark.packets - _BEFORE_PACKETS:
            return
        self._before.extend(self._decoded(packet))
        while len(self._before) > _BEFORE_PACKETS:
            self._before.popleft()
        self.passed = self._seen == self.mark.packets if self._linear else _identity(packet) == self.mark.last
        if self.passed:
            self._prime()

    def lost(self, packet: Any) -> bool:
        """Return whether a packet lies so far behind the mark that this was missed."""
        if self.passed or packet.stream.index != self.stream.index or packet.pts is None:
            return False
        last = self.mark.last
        return bool(
            last and last[0] is not None and (packet.pts - last[0]) * packet.time_base > _LOST_SECONDS
        )

    def _decoded(self, packet: Any) -> list[Any]:
        try:
            return list(packet.decode())
        except av.error.FFmpegError:
            return []

    def _note(self, packet: Any) -> None:
        if packet.size > 0:
            self.mark.packets += 1
            self.mark.last = _identity(packet)

    def _note_entry(self, packet: Any) -> None:
        """Keep the last packet that lies long enough before this one as the place to begin again at."""
        if packet.size == 0:
            return
        position = packet.pos if packet.pos is not None and packet.pos >= 0 else None
        self._entries.append((packet.pts, position))
        if self.passed:
            self.mark.entry = next(
                (
                    entry
                    for entry in reversed(self._entries)
                    if entry[0] is not None
                    and packet.pts is not None
                    and (packet.pts - entry[0]) * packet.time_base >= _BEFORE_SECONDS
                ),
                self._entries[0],
            )

    def _converted(self, frame: Any) -> Iterator[tuple[Fraction | None, Samples]]:
        start = None if frame.pts is None else frame.pts * frame.time_base
        for samples in self._resampled(frame):
            yield start, samples
            start = None

    def _resampled(self, frame: Any) -> Iterator[Samples]:
        layout = _layout(frame)
        if layout != self.mark.layout or self._resampler is None:
            self._begin(layout)
        self.mark.taken += frame.samples
        for piece in self._resampler.resample(frame):
            samples = piece.to_ndarray()
            if self._spare.size:
                samples, self._spare = np.concatenate((self._spare, samples), axis=1), self._spare[:, :0]
            dropped = min(self._drop, samples.shape[1])
            self._drop -= dropped
            samples = samples[:, dropped:]
            self.mark.given += samples.shape[1]
            if samples.shape[1]:
                yield samples

    def _begin(self, layout: str) -> None:
        self._resampler = av.AudioResampler(format="fltp", layout=self._layout, rate=SOUND_RATE)
        self.mark.layout, self.mark.taken, self.mark.given = layout, 0, 0
        self._drop, self._spare = 0, self._spare[:, :0]

    def _prime(self) -> None:
        """Bring a new resampler to where the one of the piece before stood, on the same grid of samples."""
        frames: list[Any] = []
        for frame in reversed(self._before):
            if _layout(frame) != self.mark.layout or sum(one.samples for one in frames) > self.mark.taken:
                break
            frames.insert(0, frame)
        self._before.clear()
        if not frames:
            return
        taken, given, layout = self.mark.taken, self.mark.given, self.mark.layout
        at = taken - sum(one.samples for one in frames)
        step = frames[0].sample_rate // gcd(frames[0].sample_rate, SOUND_RATE)
        while frames and at % step and at + frames[0].samples <= taken:
            cut = -at % step
            at += min(cut, frames[0].samples)
            frames[0:1] = _behind(frames[0], cut)
        if not frames or at < 0:
            return
        self._begin(layout)
        got = [piece.to_ndarray() for frame in frames for piece in self._resampler.resample(frame)]
        base = at * SOUND_RATE // frames[0].sample_rate
        primed = np.concatenate(got, axis=1) if got else self._spare
        ahead = base + primed.shape[1] - given
        self._spare = primed[:, primed.shape[1] - ahead :] if ahead > 0 else primed[:, :0]
        self._drop = max(0, -ahead)
        self.mark.taken, self.mark.given = taken, given


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


def _identity(packet: Any) -> tuple[int | None, int | None, int | None, int, int]:
    return packet.pts, packet.dts, packet.pos, packet.size, zlib.crc32(bytes(packet))


def _layout(frame: Any) -> str:
    return f"{frame.format.name}/{frame.layout.name}/{frame.sample_rate}"


def _behind(frame: Any, cut: int) -> list[Any]:
    """Return what of a frame lies behind its first samples, as no or one frame."""
    if cut >= frame.samples:
        return []
    samples = frame.to_ndarray()
    first = cut if frame.format.is_planar else cut * frame.layout.nb_channels
    rest = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(samples[:, first:]), format=frame.format.name, layout=frame.layout.name
    )
    rest.sample_rate = frame.sample_rate
    return [rest]
