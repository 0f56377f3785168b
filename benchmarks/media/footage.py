"""Clips to be measured on: rendered programmes in the size and at the rate of broadcast, made once a run."""

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from framewell_media.testing.edits import RATE, STYLES, edit

BITS_A_SECOND = 8_000_000
_GRAIN = 6.0
_AUDIO_RATE = 48_000


def make(path: Path, *, width: int, height: int, seconds: float, seed: int = 1, sound: bool = False) -> Path:
    """Write a grainy programme of this length with cuts (H.264, a keyframe a second) and return its path."""
    frames = round(seconds * RATE)
    pictures = edit(STYLES["cuts"], seed, shots=2 + frames // 50).pictures()
    grain = np.random.default_rng(seed).normal(0, _GRAIN, (height + 64, width)).astype(np.int16)
    with av.open(str(path), "w") as output:
        video = _video(output, width, height)
        audio = output.add_stream("aac", rate=_AUDIO_RATE, layout="stereo") if sound else None
        for number in range(frames):
            small = av.VideoFrame.from_ndarray(next(pictures).astype(np.uint8), format="rgb24")
            planes = small.reformat(width, height, "yuv420p").to_ndarray().astype(np.int16)
            planes[:height] += grain[number * 7 % 64 :][:height]
            frame = av.VideoFrame.from_ndarray(np.clip(planes, 16, 235).astype(np.uint8), format="yuv420p")
            output.mux(video.encode(frame))
        output.mux(video.encode(None))
        if audio is not None:
            for block in _tone(seconds):
                output.mux(audio.encode(block))
            output.mux(audio.encode(None))
    return path


def repeated(source: Path, path: Path, times: int) -> Path:
    """Write the pictures of a clip so many times in a row, without encoding, and return the path."""
    with av.open(str(path), "w") as output:
        shift, stream = 0, None
        for _ in range(times):
            end = shift
            with av.open(str(source)) as clip:
                stream = stream or output.add_stream_from_template(clip.streams.video[0])
                for packet in _timed(clip):
                    end = max(end, packet.pts + packet.duration + shift)
                    packet.pts, packet.dts, packet.stream = packet.pts + shift, packet.dts + shift, stream
                    output.mux(packet)
            shift = end
    return path


def _timed(clip: Any) -> Iterator[Any]:
    return (packet for packet in clip.demux(video=0) if packet.size)


def _video(output: Any, width: int, height: int) -> Any:
    stream = output.add_stream("libx264", rate=RATE)
    stream.width, stream.height, stream.pix_fmt, stream.bit_rate = width, height, "yuv420p", BITS_A_SECOND
    stream.codec_context.options = {"preset": "veryfast", "x264-params": "keyint=25:scenecut=0"}
    return stream


def _tone(seconds: float) -> Iterator[Any]:
    total = round(seconds * _AUDIO_RATE)
    tone = (np.sin(2 * np.pi * 440 * np.arange(total) / _AUDIO_RATE) * 0.2).astype(np.float32)
    for start in range(0, total, 1024):
        part = np.stack([tone[start : start + 1024]] * 2)
        block = av.AudioFrame.from_ndarray(part, format="fltp", layout="stereo")
        block.sample_rate, block.pts, block.time_base = _AUDIO_RATE, start, Fraction(1, _AUDIO_RATE)
        yield block
