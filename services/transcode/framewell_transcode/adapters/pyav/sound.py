"""Sound of a recording's segment by libavcodec: a track decoded to stereo floats, and its encoder."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, BinaryIO, Final

import av
import av.error
import numpy as np

from framewell_media.errors import NO_SOUND_TRACK, UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.planning.packets import attend_only_to
from framewell_media.tracks import END_OF_DEMUXING, sound_track
from framewell_transcode.domain.sound import AAC_FRAME, SOUND_RATE
from framewell_transcode.ports.sound import SoundBlock

_BIT_RATE: Final = "96k"
_FRAGMENT_MICROSECONDS: Final = 1_000_000
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
            raise MediaError(UNREADABLE, NO_SOUND_TRACK)
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
class SegmentSoundEncoder:
    """SoundEncoder on libavcodec: AAC alone, of the sound of one segment of a recording."""

    samples: int
    """Samples in the segment."""
    buffer: io.BytesIO
    output: Any
    aac: Any
    written: int = 0
    _fifo: Any = field(default_factory=av.AudioFifo)

    @classmethod
    def open(cls, samples: int) -> SegmentSoundEncoder:
        """Open the encoder."""
        buffer = io.BytesIO()
        output = av.open(buffer, "w", format="mp4", options=dict(_MOVIE_OPTIONS))
        aac = output.add_stream("aac", rate=SOUND_RATE, options={"b": _BIT_RATE})
        aac.layout, aac.time_base = "stereo", Fraction(1, SOUND_RATE)
        return cls(samples, buffer, output, aac)

    @property
    def room(self) -> int:
        """Return the samples until the end of the segment."""
        return max(0, self.samples - self.written)

    def put(self, block: Any) -> None:
        """Append stereo floats (2 x samples)."""
        if block.shape[1] == 0:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = SOUND_RATE, self.written, Fraction(1, SOUND_RATE)
        self.written += block.shape[1]
        self._fifo.write(frame)
        while (piece := self._fifo.read(AAC_FRAME)) is not None:
            self._encode(piece)

    def put_silence(self, samples: int) -> None:
        """Append silence, a second at a time."""
        second = np.zeros((2, SOUND_RATE), np.float32)
        for first in range(0, samples, SOUND_RATE):
            self.put(second[:, : samples - first])

    def finish(self) -> bytes:
        """End the encoder and return a fragmented MP4 with one AAC track."""
        rest = self._fifo.read(0, partial=True)
        if rest is not None:
            self._encode(rest)
        self._encode(None)
        self.output.close()
        return self.buffer.getvalue()

    def _encode(self, frame: Any) -> None:
        for packet in self.aac.encode(frame):
            if packet.pts is not None and packet.pts < 0:
                continue  # the encoder's priming: without an edit list it would shift the sound
            self.output.mux(packet)
