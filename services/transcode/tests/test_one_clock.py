"""Holds, gaps, outages, steps back and splices: pictures and sound stay together, and timecode stays right.

Clips carry their frame numbers in the pictures and a beep at every full second, so that in what comes out
every beep must lie where the picture with a full second's number is shown.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from framewell_media.messages import timeline_value
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number, luma_plane
from framewell_media.testing.splices import Part, spliced
from framewell_media.timeline import Moment

RATE = 25


@dataclass(frozen=True, slots=True)
class Played:
    """What a player shows and plays: the number of each picture by its time, and the starts of beeps."""

    pictures: list[tuple[float, int]]
    beeps: list[float]

    def first_shown(self) -> dict[int, float]:
        """Return when each picture is shown first."""
        return {number: at for at, number in reversed(self.pictures)}


async def played(transcode, path: Path) -> tuple[object, Played]:
    ended = await transcode.transcode(await transcode.ingested(path))
    assert ended.outcome.HasField("done")
    pictures, sound = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(pictures)), mode="r") as movie:
        shown = [
            (float(frame.pts * frame.time_base), frame_number(luma_plane(frame)))
            for frame in movie.decode(video=0)
        ]
    with av.open(io.BytesIO(b"".join(sound)), mode="r") as movie:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in movie.decode(audio=0)])
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    starts = [loud[0], *(late for early, late in pairwise(loud) if late - early > 4800)]
    return ended, Played(shown, [float(start) / 48_000 for start in starts])


def in_sync(one: Played, numbers: list[int]) -> None:
    """Every picture is there, and beeps lie on the pictures of full seconds, within 25 ms."""
    shown = one.first_shown()
    assert sorted(shown) == sorted(set(numbers))
    wanted = [shown[number] for number in sorted(set(numbers)) if number % RATE == 0]
    assert len(one.beeps) == len(wanted)
    assert one.beeps == [pytest.approx(at, abs=0.025) for at in wanted]


@pytest.mark.parametrize("step", [6.0, 9.4, 0.1])
async def test_a_step_back_loses_neither_pictures_nor_sound(transcode, tmp_path: Path, step: float) -> None:
    path = spliced(tmp_path / "back.ts", Part(range(250), 20.0), Part(range(250, 375), 30.0 - step))
    ended, one = await played(transcode, path)
    in_sync(one, list(range(375)))
    assert list(ended.missing) == []
    assert one.first_shown()[374] == pytest.approx(374 / RATE, abs=0.001)


@pytest.mark.parametrize("outage", [1, 14, 60])
async def test_an_outage_stays_on_the_timeline(transcode, tmp_path: Path, outage: int) -> None:
    path = spliced(tmp_path / "outage.ts", Part(range(100), 20.0), Part(range(100, 200), 24.0 + outage))
    ended, one = await played(transcode, path)
    in_sync(one, list(range(200)))
    assert one.first_shown()[100] == pytest.approx(4 + outage, abs=0.001)
    (sentence,) = ended.missing
    end = {1: "0:00:05.0", 14: "0:00:18.0", 60: "0:01:04.0"}[outage]
    assert sentence == f"From 0:00:04.0 to {end} the file has no pictures; the one before is held."


async def test_timecode_is_right_behind_an_outage(transcode, tmp_path: Path) -> None:
    path = spliced(tmp_path / "outage.ts", Part(range(100), 20.0), Part(range(100, 200), 38.0))
    asset = await transcode.ingested(path)
    asset.programme.start_timecode = "10:00:00:00"
    ended = await transcode.transcode(asset)
    timeline = timeline_value(ended.work.timeline)
    assert timeline.has_gaps
    pts = timeline.start_pts + round(18 / timeline.time_base)
    assert timeline.timecode(Moment(pts, 100)) == "10:00:18:00"
    assert timeline.pts_of_timecode("10:00:18:00") == pts
    assert timeline.duration_seconds == Fraction(22)


async def test_a_start_timecode_that_cannot_be_counted_is_passed_over_in_words(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(frames=25, sound=False)))
    asset.programme.start_timecode = "10:00:00;00"
    ended = await transcode.transcode(asset)
    assert list(ended.missing) == [
        "The start timecode 10:00:00;00 that was asked for is passed over: "
        "drop frame is defined for 29.97 and its multiples, not for 25."
    ]


@pytest.mark.parametrize("suffix", ["mp4", "mkv"])
async def test_a_picture_held_for_fourteen_seconds_loses_nothing(
    transcode, tmp_path: Path, suffix: str
) -> None:
    pts = [40 * n if n < 100 else 40 * n + 14_000 for n in range(175)]
    path = make_clip(tmp_path / f"held.{suffix}", Clip(frames=175, pts=pts, key_every=250, sound=False))
    ended = await transcode.transcode(await transcode.ingested(path))
    pictures, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(pictures)), mode="r") as movie:
        frames = [(float(f.pts * f.time_base), frame_number(luma_plane(f))) for f in movie.decode(video=0)]
    first = {number: at for at, number in reversed(frames)}
    assert sorted(first) == list(range(175))
    assert [first[n] for n in range(175)] == [pytest.approx(at / 1000, abs=0.001) for at in pts]
    assert list(ended.missing) == [
        "From 0:00:04.0 to 0:00:18.0 the file has no pictures; the one before is held."
    ]


async def test_sound_goes_on_under_a_picture_that_is_held(transcode, tmp_path: Path) -> None:
    path = spliced(tmp_path / "held.mp4", Part([*range(100), *range(350, 450)], 0.0, seconds=18))
    _, one = await played(transcode, path)
    assert one.first_shown()[350] == pytest.approx(14.0, abs=0.001)
    assert one.beeps == [pytest.approx(second, abs=0.025) for second in range(18)]


async def test_a_splice_of_two_clocks_goes_on_without_a_gap(transcode, tmp_path: Path) -> None:
    path = spliced(tmp_path / "splice.ts", Part(range(100), 20.0), Part(range(100, 200), 4000.0))
    ended, one = await played(transcode, path)
    in_sync(one, list(range(200)))
    assert list(ended.missing) == []


async def test_a_clock_that_wraps_goes_on(transcode, tmp_path: Path) -> None:
    wrap = 2**33 / 90_000
    path = spliced(tmp_path / "wrap.ts", Part(range(200), wrap - 4))
    ended, one = await played(transcode, path)
    in_sync(one, list(range(200)))
    assert list(ended.missing) == []


async def test_several_breaks_in_one_recording(transcode, tmp_path: Path) -> None:
    path = spliced(
        tmp_path / "broken.ts",
        Part(range(100), 20.0),
        Part(range(100, 200), 18.0),
        Part(range(200, 300), 29.0),
        Part(range(300, 400), 2.0),
    )
    ended, one = await played(transcode, path)
    in_sync(one, list(range(400)))
    assert len(ended.missing) == 1
