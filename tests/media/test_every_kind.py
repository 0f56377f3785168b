"""Every kind beside a full decode: pictures, times, tiling, sound, timecode; and it plays to the end."""

from __future__ import annotations

import io
import json
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import av
import numpy as np
import pytest

from framewell_media.testing.clips import frame_number, luma_plane
from framewell_transcode.testing import Transcode
from media.kinds import FFMPEG, KINDS, Kind, Workshop

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here to make media with"),
]

SYNC_SECONDS: Final = 0.025


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
async def test_a_kind(transcode: Transcode, shop: Workshop, stored: Path, kind: Kind) -> None:
    path = kind.make(shop, kind.name)
    count = decoded(path)
    ended = await transcode.transcode(await transcode.ingested(path))
    assert ended.outcome.HasField("done"), ended.outcome
    clock = ended.work.timeline
    assert clock.frame_count == count
    assert clock.start_timecode == kind.timecode

    spans = [chunk.span for chunk in (await transcode.index(ended)).chunks]
    assert spans[0].start_pts == clock.start_pts
    assert spans[0].first_frame == 0
    for before, after in pairwise(spans):
        assert before.end_pts == after.start_pts
        assert before.first_frame + before.frames == after.first_frame
    assert spans[-1].end_pts == clock.start_pts + clock.duration_pts
    assert spans[-1].first_frame + spans[-1].frames == clock.frame_count

    pictures, sound = await transcode.download(ended.playlist)
    numbers, times = shown(pictures)
    assert len(numbers) == count
    if kind.numbers:
        assert numbers == decoded_numbers(path)
    if kind.numbers and kind.sync and sound:
        at = [time for number, time in zip(numbers, times, strict=True) if number % 25 == 0]
        off = [min(abs(time - onset) for time in at) for onset in beeps(sound)]
        assert len(off) >= 2
        assert all(seconds <= SYNC_SECONDS for seconds in off if seconds < 0.5), (
            off
        )  # else its picture is gone

    assert played(stored / ended.playlist.key) == count


def decoded(path: Path) -> int:
    """Return the number of pictures of a whole decode from the first byte to the last."""
    with av.open(str(path)) as movie:
        return sum(1 for _ in movie.decode(video=0))


def played(playlist: Path) -> int:
    """Play a proxy to its end with ffmpeg, which must have nothing to say; return the pictures it saw."""
    command = [str(Path(str(FFMPEG)).with_name("ffprobe")), "-v", "error", "-allowed_extensions", "ALL"]
    counted = (
        "-select_streams",
        "v:0",
        "-count_frames",
        "-show_entries",
        "stream=nb_read_frames",
        "-of",
        "json",
    )
    command += [*counted, str(playlist)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    assert run.stderr == ""
    streams: list[dict[str, Any]] = json.loads(run.stdout)["streams"]
    return int(streams[0]["nb_read_frames"])


def decoded_numbers(path: Path) -> list[int]:
    """Return the numbers of all pictures as ffmpeg decodes them, those of another shape scaled."""
    wanted = ("-map", "0:v:0", "-fps_mode", "passthrough", "-vf", "scale=320:180,format=gray")
    command = [str(FFMPEG), "-nostdin", "-v", "quiet", "-noautorotate", "-i", str(path), *wanted]
    raw = subprocess.run(
        [*command, "-f", "rawvideo", "-"], capture_output=True, timeout=120, check=False
    ).stdout
    pictures = np.frombuffer(raw, np.uint8).reshape(-1, 180, 320)
    return [frame_number(picture) for picture in pictures]


def shown(track: list[bytes]) -> tuple[list[int], list[float]]:
    """Return the number and the time in seconds of every picture of a proxy."""
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        frames = list(movie.decode(video=0))
    return [frame_number(luma_plane(frame)) for frame in frames], [float(f.pts * f.time_base) for f in frames]


def beeps(track: list[bytes]) -> list[float]:
    """Return the seconds at which a beep begins."""
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        stream = movie.streams.audio[0]
        frames = list(movie.decode(stream))
        samples = np.concatenate([np.abs(frame.to_ndarray()).max(axis=0) for frame in frames])
        rate, start = stream.rate, float(frames[0].pts * frames[0].time_base)
    loud = np.flatnonzero(samples > 0.15)
    starts = [loud[0], *(late for early, late in pairwise(loud) if late - early > rate // 10)]
    return [start + float(at) / rate for at in starts]
