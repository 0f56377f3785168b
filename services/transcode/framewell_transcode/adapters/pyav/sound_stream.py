"""Decodes one stream of sound to floats at SOUND_RATE, from the mark an earlier process left on."""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterator
from fractions import Fraction
from math import gcd
from typing import Any, Final

import av
import av.error
import numpy as np
from numpy.typing import NDArray

from framewell_transcode.domain.sound import SOUND_RATE
from framewell_transcode.domain.sound_pieces import StreamMark, TrackState

Samples = NDArray[np.float32]

_BEFORE_SECONDS: Final = 1
"""Decoders settle within this: MP3's reservoir, Opus and SBR need far less."""
_BEFORE_PACKETS: Final = 200
_LOST_SECONDS: Final = 5


class StreamReader:
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
