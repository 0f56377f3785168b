"""Recordings whose clock breaks: parts of one programme, each with a clock of its own, joined in one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from framewell_media.testing.clips import Clip, draw

_RATE: Final = 25
_SOUND: Final = 48_000
_CLOCK: Final = Fraction(1, 90_000)


@dataclass(frozen=True, slots=True)
class Part:
    """Pictures of a programme of 25 a second, with its sound."""

    numbers: Sequence[int]
    """The pictures it has, by the number that is burnt into them."""
    start: float
    """Seconds on the file's clock at which the first one is shown."""
    seconds: float | None = None
    """Length of its sound; None for as long as the pictures, one behind the other."""
    has_pictures: bool = True


def spliced(path: Path, *parts: Part) -> Path:
    """Write the parts one behind the other, as separate muxers would; a single part in any container."""
    if len(parts) == 1:
        return _written(path, parts[0])
    pieces = [_written(path.with_suffix(f".{at}{path.suffix}"), part) for at, part in enumerate(parts)]
    path.write_bytes(b"".join(piece.read_bytes() for piece in pieces))
    return path


def _written(path: Path, part: Part) -> Path:
    clip = Clip(frames=len(part.numbers))
    options = {"mpegts_copyts": "1"} if path.suffix == ".ts" else {}
    with av.open(str(path), "w", options=options | {"max_interleave_delta": "0"}) as output:
        video = _video(output, clip) if part.has_pictures else None
        audio = output.add_stream("mp2", rate=_SOUND, layout="mono")
        packets = [*(_pictures(video, clip, part) if video else ()), *_sound(audio, part)]
        for packet in sorted(packets, key=lambda one: one.dts * one.time_base):
            output.mux(packet)
    return path


def _video(output: Any, clip: Clip) -> Any:
    video: Any = output.add_stream("libx264", rate=_RATE)
    video.width, video.height, video.pix_fmt = clip.width, clip.height, "yuv420p"
    video.codec_context.time_base = _CLOCK
    video.codec_context.options = {
        "preset": "ultrafast",
        "x264-params": "keyint=25:min-keyint=25:scenecut=0:bframes=0:threads=1",
    }
    return video


def _pictures(video: Any, clip: Clip, part: Part) -> list[Any]:
    packets = []
    for number in part.numbers:
        frame = draw(clip, number)
        at = part.start + (number - part.numbers[0]) / _RATE
        frame.pts, frame.time_base = round(at / _CLOCK), _CLOCK
        packets += video.encode(frame)
    return [*packets, *video.encode(None)]


def _sound(audio: Any, part: Part) -> list[Any]:
    """Encode the programme's sound from the part's first picture on: a beep at every full second of it."""
    seconds = part.seconds or len(part.numbers) / _RATE
    at = np.arange(round(seconds * _SOUND)) + part.numbers[0] * _SOUND // _RATE
    tone = np.where(at % _SOUND < _SOUND // 20, np.sin(2 * np.pi * 1000 * at / _SOUND) / 2, 0)
    packets = []
    for first in range(0, len(tone), 1152):
        samples = np.ascontiguousarray(tone[None, first : first + 1152] * 32767).astype(np.int16)
        block = av.AudioFrame.from_ndarray(samples, format="s16p", layout="mono")
        block.sample_rate, block.time_base = _SOUND, Fraction(1, _SOUND)
        block.pts = round(part.start * _SOUND) + first
        packets += audio.encode(block)
    return [*packets, *audio.encode(None)]
