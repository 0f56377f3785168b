"""The sound of an asset in one pass: AAC segments for the proxy, 16 kHz mono for speech, loudness.

Sample 0 is the asset's start (its first picture). Sound that begins later is preceded by silence, sound that
drifts or drops out is padded or trimmed once it is off by more than a frame's length, and a clock that
leaps (a spliced recording) goes on without a gap, as it does for pictures.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Final

import av
import av.error
import av.filter
import numpy as np

from framewell_media.errors import UNREADABLE, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.planning.chunks import LEAP_SECONDS
from framewell_media.planning.packets import attend_only_to
from framewell_media.sandbox import JobFiles, media_job
from framewell_media.sandbox.registry import Answer, Parameters
from framewell_media.tracks import END_OF_DEMUXING, sound_track
from framewell_transcode.adapters.jobs.cmaf import boxes, split_header

RATE: Final = 48_000
SPEECH_RATE: Final = 16_000
_BIT_RATE: Final = "96k"
_AAC_FRAME: Final = 1024
_TOLERANCE: Final = RATE // 25
_FRAGMENT_MICROSECONDS: Final = 1_000_000
_SILENT_LUFS: Final = -70.0
"""The gate of BS.1770: what is quieter has no loudness."""
_MOVIE_OPTIONS: Final = {
    "movflags": "cmaf+frag_discont+skip_trailer",
    "frag_duration": str(_FRAGMENT_MICROSECONDS),
    "use_editlist": "0",
    "avoid_negative_ts": "disabled",
}


@media_job("extract_audio")
def extract_audio(files: JobFiles, parameters: Parameters) -> Answer:
    """Input: source. Outputs: header, segments one after the other, speech (FLAC).

    Parameters: `start` (seconds of the first picture on the file's clock, a fraction; null when there is no
    picture), `seconds` (length of the asset, null without pictures), `segment_seconds`.
    Answers `segments` as [offset, length, start seconds, seconds], `loudness_lufs`, `seconds`.
    Raises MediaError (`unreadable`) when not one sample comes out.
    """
    (source,) = files.inputs
    header_file, segment_file, speech_file = files.outputs
    source.seek(0)
    with open_container(source, sniff(source.read(SNIFF_BYTES))) as container:
        stream = sound_track(container)
        if stream is None:
            raise MediaError(UNREADABLE, "The file has no sound track that can be decoded.")
        attend_only_to(container, stream)
        stream.codec_context.thread_count = 1
        start, seconds = parameters["start"], parameters["seconds"]
        sound = Sound.open(None if seconds is None else round(Fraction(seconds) * RATE))
        origin = None if start is None else Fraction(start)
        for block in _on_the_clock(_decoded(container, stream), origin, sound):
            sound.put(block)
    if sound.written == 0:
        raise MediaError(UNREADABLE, "The sound track cannot be decoded: not one sample came out of it.")
    movie, speech, loudness = sound.finish()
    segment = split_header(movie)
    header_file.write(segment.header)
    segment_file.write(segment.media)
    speech_file.write(speech)
    return {
        "segments": group_fragments(segment.media, float(parameters["segment_seconds"])),
        "loudness_lufs": loudness,
        "seconds": sound.written / RATE,
    }


def _decoded(container: Any, stream: Any) -> Iterator[Any]:
    try:
        for packet in container.demux(stream):
            try:
                yield from packet.decode()
            except av.error.FFmpegError:
                continue  # a damaged packet leaves a gap, which the clock fills with silence
    except END_OF_DEMUXING:
        return


def _on_the_clock(frames: Iterator[Any], origin: Fraction | None, sound: Sound) -> Iterator[Any]:
    """Blocks of stereo floats (2 x samples) that follow each other without gap from the asset's start."""
    convert = _Converter()
    shift = origin
    for frame in frames:
        at = None if frame.pts is None else frame.pts * frame.time_base
        for converted in convert(frame):
            block = converted.to_ndarray()
            if at is not None:
                if shift is None:
                    shift = at  # sound alone: its first sample is the asset's start
                ahead = round((at - shift) * RATE) - sound.placed
                if abs(ahead) > LEAP_SECONDS * RATE and sound.placed:
                    shift += Fraction(ahead, RATE)
                    ahead = 0
                if abs(ahead) > _TOLERANCE or (sound.placed == 0 and ahead):
                    if ahead > 0:
                        yield np.zeros((2, min(ahead, sound.room)), np.float32)
                    else:
                        block = block[:, min(-ahead, block.shape[1]) :]
                at = None
            if block.shape[1]:
                yield block[:, : sound.room]


class _Converter:
    """To stereo floats at RATE, also when the track changes its layout or rate on the way."""

    def __init__(self) -> None:
        self._layout: tuple[str, str, int] | None = None
        self._resampler: Any = None

    def __call__(self, frame: Any) -> list[Any]:
        layout = (frame.format.name, frame.layout.name, frame.sample_rate)
        if layout != self._layout:
            self._layout = layout
            self._resampler = av.AudioResampler(format="fltp", layout="stereo", rate=RATE)
        converted: list[Any] = self._resampler.resample(frame)
        return converted


@dataclass(slots=True)
class Sound:
    """Encoders fed with one continuous stream of stereo samples."""

    limit: int | None
    """Samples in the asset; None when sound alone decides."""
    buffer: io.BytesIO
    output: Any
    aac: Any
    speech_buffer: io.BytesIO
    speech_output: Any
    flac: Any
    meter: Any
    written: int = 0
    loudness: float = 0.0
    _fifo: Any = field(default_factory=av.AudioFifo)
    _to_speech: Any = field(
        default_factory=lambda: av.AudioResampler(format="s16", layout="mono", rate=SPEECH_RATE)
    )
    _speech_samples: int = 0

    @classmethod
    def open(cls, limit: int | None) -> Sound:
        """Open both encoders and the meter."""
        buffer, speech_buffer = io.BytesIO(), io.BytesIO()
        output = av.open(buffer, "w", format="mp4", options=dict(_MOVIE_OPTIONS))
        aac = output.add_stream("aac", rate=RATE, options={"b": _BIT_RATE})
        aac.layout, aac.time_base = "stereo", Fraction(1, RATE)
        speech_output = av.open(speech_buffer, "w", format="flac")
        flac = speech_output.add_stream("flac", rate=SPEECH_RATE)
        flac.layout, flac.format = "mono", "s16"
        return cls(limit, buffer, output, aac, speech_buffer, speech_output, flac, _loudness_meter())

    @property
    def placed(self) -> int:
        """Samples so far: where the next one stands."""
        return self.written

    @property
    def room(self) -> int:
        """Samples until the end of the asset."""
        return RATE * 3600 * 24 * 365 if self.limit is None else max(0, self.limit - self.written)

    def put(self, block: Any) -> None:
        """Append stereo floats (2 x samples)."""
        if block.shape[1] == 0:
            return
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(block), format="fltp", layout="stereo")
        frame.sample_rate, frame.pts, frame.time_base = RATE, self.written, Fraction(1, RATE)
        self.written += block.shape[1]
        self._measure(frame)
        self._speak(frame)
        self._fifo.write(frame)
        while (piece := self._fifo.read(_AAC_FRAME)) is not None:
            self._encode(piece)

    def finish(self) -> tuple[bytes, bytes, float]:
        """(fragmented movie, FLAC, integrated loudness in LUFS)"""
        rest = self._fifo.read(0, partial=True)
        if rest is not None:
            self._encode(rest)
        self._encode(None)
        self._speak(None)
        self.output.close()
        self.speech_output.close()
        loudness = self.loudness if self.loudness > _SILENT_LUFS else 0.0
        return self.buffer.getvalue(), self.speech_buffer.getvalue(), loudness

    def _encode(self, frame: Any) -> None:
        for packet in self.aac.encode(frame):
            if packet.pts is not None and packet.pts < 0:
                continue  # the encoder's priming: without an edit list it would shift the sound
            self.output.mux(packet)

    def _speak(self, frame: Any) -> None:
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
                self.loudness = float(value)


def _loudness_meter() -> Any:
    """EBU R 128 (ITU-R BS.1770) integrated loudness, as libavfilter measures it."""
    graph = av.filter.Graph()
    source = graph.add_abuffer(format="fltp", sample_rate=RATE, layout="stereo", time_base=Fraction(1, RATE))
    meter = graph.add("ebur128", "metadata=1:framelog=quiet")
    sink = graph.add("abuffersink")
    source.link_to(meter)
    meter.link_to(sink)
    graph.configure()
    return graph


def group_fragments(media: bytes, segment_seconds: float) -> list[list[float]]:
    """Put fragments together to segments of at least `segment_seconds`.

    Answers [offset, length, start seconds, seconds] for each; a fragment is one `moof` and what follows it.
    """
    starts = [
        (content - 8, decode_time(media, content, end))
        for kind, content, end in boxes(media)
        if kind == b"moof"
    ]
    segments: list[list[float]] = []
    ends = [offset for offset, _ in starts[1:]] + [len(media)]
    times = [at for _, at in starts[1:]]
    first: tuple[int, float] | None = None
    for place, ((offset, at), end) in enumerate(zip(starts, ends, strict=True)):
        first = first or (offset, at / RATE)
        last = place == len(starts) - 1
        until = (at + _last_fragment_samples(media, offset, end) if last else times[place]) / RATE
        if last or until - first[1] >= segment_seconds:
            segments.append([first[0], end - first[0], first[1], until - first[1]])
            first = None
    return segments


def decode_time(media: bytes, start: int, end: int) -> int:
    """The `tfdt` of a `moof`, in samples. Raises ValueError when there is none."""
    for kind, content, until in boxes(media, start, end):
        if kind == b"traf":
            return decode_time(media, content, until)
        if kind == b"tfdt":
            width = 8 if media[content] else 4
            return int.from_bytes(media[content + 4 : content + 4 + width], "big")
    raise ValueError("a fragment without a decode time")


def _last_fragment_samples(media: bytes, offset: int, end: int) -> int:
    """Samples in a fragment: AAC frames by the sample count of its `trun`."""
    for kind, content, until in boxes(media, offset, end):
        if kind != b"moof":
            continue
        for inner, inner_content, inner_until in boxes(media, content, until):
            if inner != b"traf":
                continue
            for box, body, _ in boxes(media, inner_content, inner_until):
                if box == b"trun":
                    return int.from_bytes(media[body + 4 : body + 8], "big") * _AAC_FRAME
    return 0
