"""Clips with subtitle tracks and captions, for tests."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
from av.stream import Disposition
from av.subtitles.subtitle import SubtitleSet

TEXTS: Final = ((500, 2000, "Guten Abend"), (2500, 3000, "Zwei\nZeilen"))
"""Start and end in milliseconds, and text: what a subtitle track holds unless it is given others."""

_STYLES: Final = b"""[Script Info]
ScriptType: v4.00+
PlayResX: 384
PlayResY: 288
[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, Bold, Italic, Underline, Alignment, MarginL, MarginR, MarginV
Style: Default,Arial,16,&Hffffff,0,0,0,2,10,10,10
[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""


@dataclass(frozen=True, slots=True)
class SubtitleTrack:
    """A subtitle track to be written beside the pictures."""

    codec: str = "subrip"
    metadata: Mapping[str, str] = field(default_factory=dict)
    disposition: int = 0
    texts: Sequence[tuple[int, int, str]] = TEXTS


def write_captioned(
    path: Path,
    subtitles: Sequence[SubtitleTrack] = (),
    *,
    pixel_format: str = "yuv420p",
    context: Mapping[str, Any] | None = None,
    frames: int = 100,
    scc: str = "",
) -> Path:
    """Write pictures, 25 a second, whose encoder has these attributes, beside subtitle tracks.

    `scc`, a Scenarist SCC file, becomes a track of CEA-608, which QuickTime takes.
    """
    with av.open(str(path), "w") as output:
        video: Any = output.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 320, 180, pixel_format
        video.codec_context.options = {"preset": "ultrafast", "threads": "1"}
        for name, value in (context or {}).items():
            setattr(video.codec_context, name, value)
        tracks = [_add(output, wanted) for wanted in subtitles]
        captions = _caption_packets(output, scc) if scc else []
        for number in range(frames):
            output.mux(video.encode(dark_picture(number, pixel_format)))
        output.mux(video.encode(None))
        for track, wanted in zip(tracks, subtitles, strict=True):
            _write_texts(output, track, wanted.texts)
        for packet in captions:
            output.mux(packet)
    return path


def dark_picture(number: int, pixel_format: str = "yuv420p") -> Any:
    """Return a picture of zeros, at 25 a second; an encoder may die of samples that nobody set."""
    frame = av.VideoFrame(320, 180, pixel_format)
    for plane in frame.planes:
        plane.update(bytes(plane.buffer_size))
    frame.pts, frame.time_base = number, Fraction(1, 25)
    return frame


def _add(output: Any, wanted: SubtitleTrack) -> Any:
    track = output.add_stream(wanted.codec)
    track.codec_context.subtitle_header = _STYLES
    track.time_base = Fraction(1, 1000)
    track.metadata.update(wanted.metadata)
    track.disposition = Disposition(wanted.disposition)
    return track


def _caption_packets(output: Any, scc: str) -> list[Any]:
    """Add a track of captions and return its packets."""
    file: Any = av.open(io.BytesIO(scc.encode()), format="scc")
    with file as source:
        track = output.add_stream_from_template(source.streams[0])
        packets = [packet for packet in source.demux() if packet.size]
    for packet in packets:
        packet.stream, packet.duration = track, 40
    return packets


def _write_texts(output: Any, track: Any, texts: Sequence[tuple[int, int, str]]) -> None:
    for number, (start, end, text) in enumerate(texts):
        line = f"{number},0,Default,,0,0,0,,{text}".replace("\n", "\\N").encode()
        packet = track.codec_context.encode_subtitle(
            SubtitleSet.create(line, 0, end - start, pts=start * 1000)
        )
        packet.stream, packet.pts, packet.dts, packet.duration = track, start, start, end - start
        packet.time_base = Fraction(1, 1000)
        output.mux(packet)
