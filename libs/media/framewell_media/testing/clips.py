"""Small clips whose pictures say which one they are.

A strip of sixteen black or white blocks along the top edge is the frame number in binary, most
significant first; it survives scaling and a second encoding. Background colour changes at every
cut, and a 1 kHz beep of 50 ms starts every second, so that shots and sync can be measured.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
from numpy.typing import NDArray

BITS: Final = 16
_WHITE: Final = 235
_BLACK: Final = 16
_SAMPLE_RATE: Final = 48_000
_COLOURS: Final = ((90, 110), (160, 90), (120, 170), (200, 130))


@dataclass(frozen=True, slots=True)
class Clip:
    """What to make."""

    frames: int = 100
    rate: Fraction = Fraction(25)
    width: int = 320
    height: int = 180
    codec: str = "libx264"
    key_every: int = 25
    b_frames: int = 0
    open_gop: bool = False
    cuts: Sequence[int] = ()
    """Frames at which the background changes."""
    pts: Sequence[int] | None = None
    """Presentation times in 1/1000 s for a variable rate; None for a regular clock."""
    sound: bool = True
    timecode: str = ""
    options: dict[str, str] = field(default_factory=dict)
    container_options: dict[str, str] = field(default_factory=dict)
    sample_aspect_ratio: Fraction | None = None


def make_clip(path: Path, clip: Clip | None = None, *, container: str | None = None) -> Path:
    """Write the clip and return its path; the container follows from the suffix unless named."""
    clip = clip or Clip()
    with av.open(str(path), "w", format=container, options=dict(clip.container_options)) as output:
        video = _video_stream(output, clip)
        audio = output.add_stream("aac", rate=_SAMPLE_RATE, layout="mono") if clip.sound else None
        if clip.timecode:
            video.metadata["timecode"] = clip.timecode
        for number in range(clip.frames):
            for packet in video.encode(draw(clip, number)):
                output.mux(packet)
        for packet in video.encode(None):
            output.mux(packet)
        if audio is not None:
            for block in beeps(float(clip.frames / clip.rate)):
                for packet in audio.encode(block):
                    output.mux(packet)
            for packet in audio.encode(None):
                output.mux(packet)
    return path


def frame_number(luma: NDArray[np.uint8]) -> int:
    """Return the number burnt into a picture, given its luma plane."""
    height, width = luma.shape
    row = luma[height // 20]
    centres = ((np.arange(BITS) + 0.5) * width / BITS).astype(int)
    return int("".join("1" if row[at] > 126 else "0" for at in centres), 2)


def luma_plane(frame: Any) -> NDArray[np.uint8]:
    """Return the luma of a decoded planar frame as an array of height x width."""
    plane = frame.planes[0]
    return np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)[: frame.height, : frame.width]


def decoded_numbers(path: str | Path) -> list[int]:
    """Decode everything and read every number: the reference for frame exactness."""
    with av.open(str(path)) as container:
        return [frame_number(luma_plane(frame)) for frame in container.decode(video=0)]


def _video_stream(output: Any, clip: Clip) -> Any:
    stream = output.add_stream(clip.codec, rate=clip.rate)
    stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, "yuv420p"
    time_base = Fraction(1, 1000) if clip.pts else 1 / clip.rate
    stream.codec_context.time_base = time_base
    stream.codec_context.gop_size = clip.key_every
    stream.codec_context.max_b_frames = clip.b_frames
    if clip.sample_aspect_ratio:
        stream.codec_context.sample_aspect_ratio = clip.sample_aspect_ratio
    options = dict(clip.options)
    if clip.codec == "libx264":
        parameters = f"keyint={clip.key_every}:min-keyint={1 if clip.open_gop else clip.key_every}:scenecut=0"
        parameters += f":bframes={clip.b_frames}:open-gop={int(clip.open_gop)}:threads=1"
        options = {"preset": "ultrafast", "x264-params": parameters} | options
    stream.codec_context.options = options
    return stream


def draw(clip: Clip, number: int) -> Any:
    """Return the picture with this number as a frame to encode."""
    scene = sum(cut <= number for cut in clip.cuts)
    luma, chroma = _COLOURS[scene % len(_COLOURS)]
    picture = np.full((clip.height * 3 // 2, clip.width), chroma, np.uint8)
    ramp = np.linspace(0, 40, clip.width).astype(np.uint8)
    picture[: clip.height] = luma + np.roll(ramp, number % clip.width) - 20
    strip = max(2, clip.height // 10)
    bits = [(number >> (BITS - 1 - place)) & 1 for place in range(BITS)]
    edges = (np.arange(BITS + 1) * clip.width / BITS).astype(int)
    for place, bit in enumerate(bits):
        picture[:strip, edges[place] : edges[place + 1]] = _WHITE if bit else _BLACK
    frame = av.VideoFrame.from_ndarray(picture, format="yuv420p")
    if clip.pts is not None:
        frame.pts, frame.time_base = clip.pts[number], Fraction(1, 1000)
    else:
        frame.pts, frame.time_base = number, 1 / clip.rate
    return frame


def beeps(seconds: float) -> Iterator[Any]:
    """Yield mono float frames of 1024 samples at 48 kHz: 50 ms of 1 kHz at every full second."""
    total = int(seconds * _SAMPLE_RATE)
    at = np.arange(total)
    tone = np.sin(2 * np.pi * 1000 * at / _SAMPLE_RATE) * 0.5
    samples = np.where(at % _SAMPLE_RATE < _SAMPLE_RATE // 20, tone, 0.0).astype(np.float32)
    for start in range(0, total, 1024):
        block = av.AudioFrame.from_ndarray(samples[None, start : start + 1024], format="fltp", layout="mono")
        block.sample_rate, block.pts, block.time_base = _SAMPLE_RATE, start, Fraction(1, _SAMPLE_RATE)
        yield block
