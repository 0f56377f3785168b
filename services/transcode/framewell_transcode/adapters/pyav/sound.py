"""Sound by libavcodec: a track decoded to stereo floats, and the encoders of the rendition and for speech."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av
import av.error
import av.filter
import numpy as np

from framewell_kit.rights_decisions import Passages
from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.planning.packets import attend_only_to
from framewell_media.tracks import END_OF_DEMUXING, sound_track
from framewell_transcode.domain.sound import AAC_FRAME, SOUND_RATE, SPEECH_RATE, EncodedSound
from framewell_transcode.ports import SoundBlock

_BIT_RATE: Final = "96k"
_A_YEAR: Final = SOUND_RATE * 3600 * 24 * 365
_FRAGMENT_MICROSECONDS: Final = 1_000_000
_SILENT_LUFS: Final = -70.0
"""The gate of BS.1770: what is quieter has no loudness."""
_MOVIE_OPTIONS: Final = {
    "movflags": "cmaf+frag_discont+skip_trailer",
    "frag_duration": str(_FRAGMENT_MICROSECONDS),
    "use_editlist": "0",
    "avoid_negative_ts": "disabled",
}


def decode_sound(source: BinaryIO) -> Iterator[SoundBlock]:
    """Yield the first sound track that can be decoded, in the order of the file.

    Raises MediaError (`unreadable`) when there is none. A damaged packet leaves a gap between blocks.
    """
    source.seek(0)
    with open_container(source, sniff(source.read(SNIFF_BYTES))) as container:
        stream = sound_track(container)
        if stream is None:
            raise MediaError(UNREADABLE, "The file has no sound track that can be decoded.")
        attend_only_to(container, stream)
        stream.codec_context.thread_count = 1
        convert = _Converter()
        for position, frame in _decoded(container, stream):
            start = None if frame.pts is None else frame.pts * frame.time_base
            for converted in convert(frame):
                yield SoundBlock(start, converted.to_ndarray(), position)
                start = None


def _decoded(container: Any, stream: Any) -> Iterator[tuple[int | None, Any]]:
    """Yield the position of the packet that gave a frame (None when not known), and the frame."""
    try:
        for packet in container.demux(stream):
            position = packet.pos if packet.pos is not None and packet.pos >= 0 else None
            try:
                for frame in packet.decode():
                    yield position, frame
            except av.error.FFmpegError:
                continue
    except END_OF_DEMUXING:
        return


class _Converter:
    """Converts to stereo floats at SOUND_RATE, also when the track changes its layout or rate on the way."""

    def __init__(self) -> None:
        self._layout: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def __call__(self, frame: Any) -> list[Any]:
        layout = (frame.format.name, frame.layout.name, frame.sample_rate)
        if layout != self._layout:
            self._layout = layout
            self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=SOUND_RATE)
        converted: list[Any] = self._resampler.resample(frame)
        return converted


@dataclass(slots=True)
class AacEncoder:
    """SoundEncoder on libavcodec: AAC, FLAC and a loudness meter fed with the same samples."""

    limit: int | None
    """Samples in the asset; None for sound alone, which ends where it ends."""
    silenced: Passages
    """Passages, in samples, of which FLAC has silence."""
    buffer: io.BytesIO
    output: Any
    aac: Any
    speech_buffer: io.BytesIO
    speech_output: Any
    flac: Any
    meter: Any
    written: int = 0
    loudness_lufs: float = -math.inf
    _fifo: Any = field(default_factory=av.AudioFifo)
    _to_speech: Any = field(
        default_factory=lambda: av.AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
    )
    _speech_samples: int = 0

    @classmethod
    def open(cls, limit: int | None, silenced: Passages) -> AacEncoder:
        """Open both encoders and the meter."""
        buffer, speech_buffer = io.BytesIO(), io.BytesIO()
        output = av.open(buffer, "w", format="mp4", options=dict(_MOVIE_OPTIONS))
        aac = output.add_stream("aac", rate=SOUND_RATE, options={"b": _BIT_RATE})
        aac.layout, aac.time_base = "stereo", Fraction(1, SOUND_RATE)
        speech_output = av.open(speech_buffer, "w", format="flac")
        flac = speech_output.add_stream("flac", rate=SPEECH_RATE)
        flac.layout, flac.format = "mono", "s16"
        meter = _loudness_meter()
        return cls(limit, silenced, buffer, output, aac, speech_buffer, speech_output, flac, meter)

    @property
    def room(self) -> int:
        """Return the samples until the end of the asset."""
        return _A_YEAR if self.limit is None else max(0, self.limit - self.written)

    def put(self, block: Any) -> None:
        """Append stereo floats (2 x samples)."""
        if block.shape[1] == 0:
            return
        frame = self._frame(block)
        quiet = self.silenced.within(self.written, self.written + block.shape[1])
        speech = frame if not quiet else self._frame(_silent_in(block, quiet, self.written))
        self.written += block.shape[1]
        self._measure(frame)
        self._encode_speech(speech)
        self._fifo.write(frame)
        while (piece := self._fifo.read(AAC_FRAME)) is not None:
            self._encode(piece)

    def put_silence(self, samples: int) -> None:
        """Append silence, a second at a time."""
        second = np.zeros((2, SOUND_RATE), np.float32)
        for first in range(0, samples, SOUND_RATE):
            self.put(second[:, : samples - first])

    def _frame(self, block: Any) -> Any:
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, self.written, Fraction(1, SOUND_RATE)
        return frame

    def finish(self) -> EncodedSound:
        """End the encoders and return what they made."""
        rest = self._fifo.read(0, partial=True)
        if rest is not None:
            self._encode(rest)
        self._encode(None)
        self._encode_speech(None)
        self.output.close()
        self.speech_output.close()
        loudness = self.loudness_lufs if self.loudness_lufs > _SILENT_LUFS else None
        return EncodedSound(self.buffer.getvalue(), self.speech_buffer.getvalue(), loudness)

    def _encode(self, frame: Any) -> None:
        for packet in self.aac.encode(frame):
            if packet.pts is not None and packet.pts < 0:
                continue  # the encoder's priming: without an edit list it would shift the sound
            self.output.mux(packet)

    def _encode_speech(self, frame: Any) -> None:
        pieces = self._to_speech.resample(frame)
        for piece in [*pieces, None] if frame is None else pieces:
            if piece is not None:
                piece.pts, piece.time_base = self._speech_samples, Fraction(1, SPEECH_RATE)
                self._speech_samples += piece.samples
            for packet in self.flac.encode(piece):
                self.speech_output.mux(packet)

    def _measure(self, frame: Any) -> None:
        self.meter.push(frame)
        while True:
            try:
                measured = self.meter.pull()
            except (av.error.BlockingIOError, av.error.EOFError):
                return
            value = measured.metadata.get("lavfi.r128.I")
            if value is not None:
                self.loudness_lufs = float(value)


def _silent_in(block: Any, passages: Passages, first_sample: int) -> Any:
    """Return a copy of the block that is silent in these passages, which count from the asset's start."""
    silent = block.copy()
    for start, end in passages.intervals:
        silent[:, start - first_sample : end - first_sample] = 0
    return silent


def _loudness_meter() -> Any:
    """Return a filter graph that measures integrated loudness after EBU R 128 (ITU-R BS.1770)."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(
        format="fltp", sample_rate=SOUND_RATE, layout="stereo", time_base=Fraction(1, SOUND_RATE)
    )
    meter = graph.add("ebur128", "metadata=1:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph
