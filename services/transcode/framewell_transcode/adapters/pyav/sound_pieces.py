"""Encodes one piece of a sound so that all pieces, one behind the other, are what one pass would have made.

The encoders hear the RUN_IN before the piece again and RUN_OUT behind it, and only what belongs to the piece
is kept of what they give: AAC frames, FLAC frames for speech, and momentary loudness.
"""

from __future__ import annotations

import io
import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from typing import Any, Final

import av
import av.error
import av.filter
import numpy as np
from numpy.typing import NDArray

from framewell_kit.rights_decisions import Passages
from framewell_transcode.domain.sound import (
    AAC_FRAME,
    SOUND_RATE,
    SPEECH_RATE,
    EncodedPiece,
    OpenEvents,
    SoundEvent,
)
from framewell_transcode.domain.sound_pieces import GRID, RUN_IN, RUN_OUT
from framewell_transcode.transcoding.downmix import stereo_weights, to_stereo
from framewell_transcode.transcoding.flac_frames import renumbered
from framewell_transcode.transcoding.loudness import STEPS_PER_LU
from framewell_transcode.transcoding.sound_events import SoundEventFinder

Samples = NDArray[np.float32]

_BIT_RATE: Final = "96k"
_LONGEST: Final = SOUND_RATE * 3600 * 100
"""Samples of the longest sound: 100 hours."""
_SPEECH_STEP: Final = SOUND_RATE // SPEECH_RATE
_FLAC_FRAME: Final = 1_152
_METER_BLOCKS: Final = 4
"""Blocks that the meter looks back: 400 ms."""
_MOVIE_OPTIONS: Final = {
    "movflags": "cmaf+frag_discont+skip_trailer",
    "frag_duration": "1000000",
    "use_editlist": "0",
    "avoid_negative_ts": "disabled",
}


class PieceEncoder:
    """SoundEncoder of one piece: it takes what the piece before carried over, then new sound."""

    def __init__(
        self,
        layout: str,
        piece: tuple[int, int],
        limit: int | None,
        silenced: Passages,
        going_on: OpenEvents,
    ) -> None:
        """Open encoders for sound of this layout.

        `piece` is its first sample and its end, both in whole steps; `limit` is the asset's length, None for
        sound alone; `going_on` is what the piece before ended with.
        """
        self._begin, self._end = piece
        self._limit, self._silenced = _LONGEST if limit is None else limit, silenced
        self.written = self._encoded = max(0, self._begin - RUN_IN)
        channels = av.AudioLayout(layout)
        self.channels = channels.nb_channels
        self._weights = stereo_weights([channel.name for channel in channels.channels])
        self._items: list[tuple[int, Samples | int]] = []
        self._encoders = _Encoders(layout, self._begin, self._end, self._encoded)
        self._events = SoundEventFinder(going_on)
        self._grid = np.zeros((self.channels, 0), np.float32)

    @property
    def room(self) -> int:
        """Return the samples until the end of the asset."""
        return max(0, self._limit - self.written)

    @property
    def is_full(self) -> bool:
        """Return whether the piece has all it needs."""
        return self.written >= self._end + RUN_OUT or not self.room

    @property
    def ends_here(self) -> bool:
        """Return whether sound that goes on no more ends in this piece, or so shortly after that it joins."""
        return self.written <= self._end + RUN_OUT

    def carry(self, runs: Sequence[int], samples: Samples) -> None:
        """Take what the piece before left: `runs` as in TrackState, `samples` of the runs from the file."""
        at = 0
        for run in runs:
            if run < 0:
                self.put_silence(-run)
            else:
                self.put(samples[:, at : at + run])
                at += run

    def put(self, block: Samples) -> None:
        """Append samples (channels x n)."""
        if block.shape[1]:
            if self.written + block.shape[1] > self._end - RUN_IN:
                self._items.append((self.written, block))
            self.written += block.shape[1]
            self._feed(block)

    def put_silence(self, samples: int) -> None:
        """Append so much silence; what lies behind the piece costs nothing here."""
        if samples <= 0:
            return
        self._items.append((self.written, samples))
        self.written += samples
        while samples > 0 and self._encoded + self._grid.shape[1] < self._end + RUN_OUT:
            some = min(samples, SOUND_RATE)
            self._feed(np.zeros((self.channels, some), np.float32))
            samples -= some

    def carried(self) -> tuple[list[int], bytes]:
        """Return what the next piece begins with: runs and the samples of those from the file."""
        first, runs, data = self._end - RUN_IN, [], []
        for start, item in self._items:
            length = item if isinstance(item, int) else item.shape[1]
            skipped = max(0, first - start)
            if skipped >= length:
                continue
            runs.append(-(length - skipped) if isinstance(item, int) else length - skipped)
            if not isinstance(item, int):
                data.append(np.ascontiguousarray(item[:, skipped:].T).tobytes())
        return runs, b"".join(data)

    @property
    def going_on(self) -> OpenEvents:
        """Return the events that last until the end of the piece."""
        return self._events.going_on

    def finish(self, *, last: bool) -> EncodedPiece:
        """Return the piece; the last one takes all that is there."""
        if last:
            self._encode(self._grid)
            self._events.end(self.written)
        return self._encoders.finish(self._events.found, last=last)

    def _feed(self, block: Samples) -> None:
        """Give the encoders whole blocks of the grid, up to RUN_OUT behind the piece."""
        self._grid = np.concatenate((self._grid, block), axis=1) if self._grid.size else block
        while self._grid.shape[1] >= GRID and self._encoded < self._end + RUN_OUT:
            self._encode(self._grid[:, :GRID])
            self._grid = self._grid[:, GRID:]

    def _encode(self, block: Samples) -> None:
        if not block.shape[1]:
            return
        start = self._encoded
        self._encoded += block.shape[1]
        if self._begin <= start < self._end:
            self._events.take(start, block)
        stereo = to_stereo(block, self._weights)
        quiet = self._silenced.within(start, self._encoded)
        speech = stereo if not quiet else _silent_in(stereo, quiet, start)
        self._encoders.take(start, block, stereo, speech)


class _Encoders:
    """AAC, FLAC and the loudness meter, which keep what lies in [begin, end)."""

    def __init__(self, layout: str, begin: int, end: int, first: int) -> None:
        self._layout, self._begin, self._end = layout, begin, end
        self._buffer = io.BytesIO()
        self._output = av.open(self._buffer, "w", format="mp4", options=dict(_MOVIE_OPTIONS))
        self._aac: Any = self._output.add_stream("aac", rate=SOUND_RATE, options={"b": _BIT_RATE})
        self._aac.layout, self._aac.time_base = "stereo", Fraction(1, SOUND_RATE)
        self._stereo, self._aac_at = np.zeros((2, 0), np.float32), first
        self._flac: Any = av.CodecContext.create("flac", "w")
        self._flac.sample_rate, self._flac.layout, self._flac.format = SPEECH_RATE, "mono", "s16"
        self._flac.time_base = Fraction(1, SPEECH_RATE)
        self._to_speech = av.AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
        self._speech_at = first // _SPEECH_STEP
        self._speech = np.zeros((1, 0), np.int16)
        self._frames: list[bytes] = []
        self._meter = _loudness_meter(layout)
        self._measured = first
        self.loudness: Counter[int] = Counter()

    def take(self, start: int, block: Samples, stereo: Samples, speech: Samples) -> None:
        """Encode one block of the grid that begins at sample `start`."""
        self._measure(_frame(block, self._layout, start))
        self._stereo = np.concatenate((self._stereo, stereo), axis=1)
        while self._stereo.shape[1] >= AAC_FRAME:
            self._encode_aac(self._end)
        self._listen(self._to_speech.resample(_frame(speech, "stereo", start)))
        self._encode_speech(self._end // _SPEECH_STEP)

    def finish(self, events: Sequence[SoundEvent], *, last: bool) -> EncodedPiece:
        """End the encoders; `last` takes what lies behind the piece as well."""
        if last:
            if self._stereo.shape[1]:
                self._encode_aac(None)
            self._mux(self._aac.encode(None), None)
            self._listen(self._to_speech.resample(None))
            self._encode_speech(None)
        self._frames += [bytes(packet) for packet in self._flac.encode(None) if packet.size]
        self._output.close()
        first = self._begin // _SPEECH_STEP // _FLAC_FRAME
        return EncodedPiece(
            self._buffer.getvalue(),
            bytes(self._flac.extradata or b""),
            b"".join(renumbered(frame, first) for frame in self._frames),
            self.loudness,
            events,
        )

    def _encode_aac(self, end: int | None) -> None:
        samples, self._stereo = self._stereo[:, :AAC_FRAME], self._stereo[:, AAC_FRAME:]
        frame = _frame(samples, "stereo", self._aac_at)
        self._aac_at += samples.shape[1]
        self._mux(self._aac.encode(frame), end)

    def _mux(self, packets: Sequence[Any], end: int | None) -> None:
        for packet in packets:
            # What lies before is the run-in or the encoder's priming: it would shift the sound.
            if packet.pts >= self._begin and (end is None or packet.pts < end):
                self._output.mux(packet)

    def _listen(self, pieces: Sequence[Any]) -> None:
        for piece in pieces:
            samples = piece.to_ndarray()
            skipped = min(max(0, self._begin // _SPEECH_STEP - self._speech_at), samples.shape[1])
            self._speech_at += samples.shape[1]
            self._speech = np.concatenate((self._speech, samples[:, skipped:]), axis=1)

    def _encode_speech(self, end: int | None) -> None:
        """Encode whole FLAC frames up to `end`; without one, all that is there."""
        at = self._speech_at - self._speech.shape[1]
        while self._speech.shape[1] >= (_FLAC_FRAME if end is not None else 1) and (end is None or at < end):
            samples, self._speech = self._speech[:, :_FLAC_FRAME], self._speech[:, _FLAC_FRAME:]
            frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="s16", layout="mono")
            frame.sample_rate, frame.time_base = SPEECH_RATE, Fraction(1, SPEECH_RATE)
            frame.pts = at
            at += samples.shape[1]
            self._frames += [bytes(packet) for packet in self._flac.encode(frame) if packet.size]

    def _measure(self, frame: Any) -> None:
        self._meter.push(frame)
        while True:
            try:
                measured = self._meter.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            self._measured += measured.samples
            value = float(measured.metadata.get("lavfi.r128.M", "nan"))  # digital silence has none, too
            heard = self._measured >= _METER_BLOCKS * GRID
            if math.isfinite(value) and heard and self._begin < self._measured <= self._end:
                self.loudness[round(value * STEPS_PER_LU)] += 1


def _frame(samples: Samples, layout: str, start: int) -> Any:
    frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(samples), format="fltp", layout=layout)
    frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, start, Fraction(1, SOUND_RATE)
    return frame


def _silent_in(block: Samples, passages: Passages, first_sample: int) -> Samples:
    """Return a copy of the block that is silent in these passages, which count from the asset's start."""
    silent = block.copy()
    for start, end in passages.intervals:
        silent[:, start - first_sample : end - first_sample] = 0
    return silent


def _loudness_meter(layout: str) -> Any:
    """Return a filter graph that measures momentary loudness after EBU R 128 (ITU-R BS.1770)."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=SOUND_RATE, layout=layout, time_base=Fraction(1, SOUND_RATE)
    )
    meter = graph.add("ebur128", "metadata=1:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph
