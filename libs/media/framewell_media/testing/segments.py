"""Segments of a recording under way: clips whose pictures go on counting from one to the next."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import accumulate
from pathlib import Path
from typing import Any, Final

import av

from framewell_media.testing.clips import Clip, beeps, draw

_SOUND: Final = 48_000
_LATER: Final = 250
"""Pictures before a continuous clock begins: a muxer moves what would begin before zero."""


def make_segments(
    folder: Path, frames: Sequence[int], *, suffix: str = ".ts", continuous: bool = False, sound: bool = True
) -> list[Path]:
    """Write one file a segment, of so many pictures each, and return their paths.

    The picture's number is its place in the recording, and every full second beeps. With `continuous` the
    clock of a segment goes on from the one before; otherwise each begins anew.
    """
    starts = [0, *accumulate(frames)]
    return [
        _segment(
            folder / f"{number}{suffix}",
            Clip(frames=count, sound=sound),
            first=starts[number],
            at=_LATER + starts[number] if continuous else 0,
        )
        for number, count in enumerate(frames)
    ]


def _segment(path: Path, clip: Clip, *, first: int, at: int) -> Path:
    with av.open(str(path), "w") as output:
        options = {"preset": "ultrafast", "bf": "0"}
        video: Any = output.add_stream(clip.codec, rate=clip.rate, options=options)
        video.width, video.height, video.pix_fmt = clip.width, clip.height, "yuv420p"
        video.codec_context.time_base, video.codec_context.gop_size = 1 / clip.rate, clip.key_every
        audio = output.add_stream("aac", rate=_SOUND, layout="mono") if clip.sound else None
        for number in range(clip.frames):
            picture = draw(clip, first + number)
            picture.pts = at + number
            _mux(output, video, picture)
        _mux(output, video, None)
        if audio is not None:
            for block in _beeps(clip, first, at):
                _mux(output, audio, block)
            _mux(output, audio, None)
    return path


def _beeps(clip: Clip, first: int, at: int) -> Any:
    """Yield the sound of a segment, which begins at picture `first` of the recording."""
    skipped, offset = (round(one / clip.rate * _SOUND) for one in (first, at))
    end = round((first + clip.frames) / clip.rate * _SOUND)
    for block in beeps(float(Fraction(end, _SOUND))):
        before = max(0, skipped - block.pts)
        if before >= block.samples:
            continue
        cut = av.AudioFrame.from_ndarray(block.to_ndarray()[:, before:].copy(), format="fltp", layout="mono")
        cut.sample_rate, cut.time_base = _SOUND, Fraction(1, _SOUND)
        cut.pts = block.pts + before - skipped + offset
        yield cut


def _mux(output: Any, stream: Any, frame: Any) -> None:
    for packet in stream.encode(frame):
        output.mux(packet)
