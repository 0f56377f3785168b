"""Writes a programme as an MP4 file: H.264, AAC, start timecode, keyframes every two seconds."""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import av
import numpy as np

from framewell_demo.rendering.graphics import HEIGHT, WIDTH, Picture
from framewell_demo.rendering.sound import RATE, Samples

FRAMES_A_SECOND: Final = 25
START_TIMECODE: Final = "10:00:00:00"
_AAC_SAMPLES: Final = 1024


def write_programme(path: Path, pictures: Iterable[Picture], sound: Samples, title: str) -> None:
    """Write the file whole: under a temporary name first, so that an interrupted run leaves no half one."""
    partial = path.with_suffix(".partial.mp4")
    with av.open(str(partial), "w", options={"movflags": "faststart"}) as container:
        container.metadata["title"] = title
        video = container.add_stream("libx264", rate=FRAMES_A_SECOND)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        video.options = {"preset": "ultrafast", "crf": "20", "g": str(2 * FRAMES_A_SECOND)}
        video.metadata["timecode"] = START_TIMECODE
        audio = container.add_stream("aac", rate=RATE, layout="mono")
        audio.codec_context.bit_rate = 96_000
        for number, picture in enumerate(pictures):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FRAMES_A_SECOND)
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        _write_sound(container, audio, sound)
    partial.rename(path)


def _write_sound(container: Any, stream: Any, sound: Samples) -> None:
    for start in range(0, len(sound), _AAC_SAMPLES):
        piece = sound[start : start + _AAC_SAMPLES]
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(piece[None]), format="s16", layout="mono")
        frame.sample_rate, frame.pts, frame.time_base = RATE, start, Fraction(1, RATE)
        container.mux(stream.encode(frame))
    container.mux(stream.encode(None))
