"""Which picture begins when: runs say just the pts that there are, and few of them do at a regular rate."""

from __future__ import annotations

import math
from fractions import Fraction
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from framewell.media.v1.media_service_pb2 import ListFrameRunsRequest, ListFrameRunsResponse
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_media.testing import Clip, make_clip
from framewell_transcode.transcoding.frame_runs import frame_runs

BASE = Fraction(1, 90_000)
RATES = {
    "25": Fraction(25),
    "29.97": Fraction(30_000, 1001),
    "23.976": Fraction(24_000, 1001),
    "59.94": Fraction(60_000, 1001),
}


def listed(runs) -> list[int]:
    return [run.pts(frame) for run in runs for frame in range(run.first_frame, run.first_frame + run.frames)]


@pytest.mark.parametrize("rate", RATES.values(), ids=RATES)
@pytest.mark.parametrize("base", [BASE, Fraction(1, 1000)], ids=["1/90000", "1/1000"])
def test_four_hours_at_a_regular_rate_are_one_run_however_the_clock_rounds(
    rate: Fraction, base: Fraction
) -> None:
    step = 1 / rate / base
    frames = int(4 * 3600 * rate)
    pts = np.array([(number * step.numerator) // step.denominator for number in range(frames)], np.int64)
    (run,) = frame_runs(pts, 0, step, 1000)
    assert run.frames == frames
    assert [run.pts(frame) for frame in (0, 1, 2, 3, frames - 1)] == [*pts[:4].tolist(), int(pts[-1])]


def test_times_rounded_to_the_nearest_tick_are_one_run_too() -> None:
    step = 1 / RATES["23.976"] / BASE
    pts = np.array([math.floor(number * step + Fraction(1, 2)) for number in range(10_000)], np.int64)
    (run,) = frame_runs(pts, 7, step, 1000)
    assert listed([run]) == pts.tolist()
    assert run.first_frame == 7


def test_a_gap_begins_a_run_and_says_which_picture_is_held() -> None:
    pts = np.array([3600 * number for number in (0, 1, 2, 3, 10, 11, 12)], np.int64)
    runs = frame_runs(pts, 0, Fraction(3600), 10)
    assert [(run.first_frame, run.frames) for run in runs] == [(0, 4), (4, 3)]
    assert listed(runs) == pts.tolist()


@given(st.lists(st.integers(1, 9000), max_size=300), st.sampled_from([None, *RATES.values()]))
def test_runs_say_the_very_pts_whatever_they_are(distances: list[int], rate: Fraction | None) -> None:
    pts = np.cumsum([0, *distances], dtype=np.int64)
    runs = frame_runs(pts, 0, 1 / rate / BASE if rate else None, 1000)
    assert listed(runs) == pts.tolist()
    assert all(run.frames >= 1 and run.of >= 1 and 0 <= run.phase < run.of for run in runs)


async def ask(transcode, asset, **wanted: object) -> ListFrameRunsResponse:
    request = ListFrameRunsRequest(asset_id=asset.work.asset_id, **wanted)  # type: ignore[arg-type]
    answer: ListFrameRunsResponse = await transcode.bench.call("ListFrameRuns", request)
    return answer


def pts_of(answer: ListFrameRunsResponse) -> list[int]:
    return [
        run.start_pts + (number * run.ticks + run.phase) // run.of
        for run in answer.runs
        for number in range(run.frames)
    ]


@pytest.mark.parametrize(
    ("name", "clip", "runs"),
    [
        ("regular.mp4", Clip(b_frames=2), 1),
        ("film.mkv", Clip(rate=RATES["23.976"]), 1),
        ("ntsc.mov", Clip(rate=RATES["29.97"], timecode="00:00:59;20"), 1),
    ],
)
async def test_the_table_of_a_regular_file_is_one_run_of_all_its_pictures(
    transcode, tmp_path: Path, name: str, clip: Clip, runs: int
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / name, clip), asset_id=str(uuid4()))
    await transcode.plan(asset)
    answer = await ask(transcode, asset)
    assert len(answer.runs) == runs
    assert sum(run.frames for run in answer.runs) == answer.timeline.frame_count == clip.frames
    assert answer.end_pts == answer.timeline.start_pts + answer.timeline.duration_pts
    assert answer.timeline.start_timecode == clip.timecode
    assert answer.next_page_token == ""


async def test_pages_of_a_variable_file_come_to_the_whole_and_begin_wherever_asked(
    transcode, tmp_path: Path
) -> None:
    times = [40 * n + 9 * (n % 3) for n in range(100)]
    asset = await transcode.ingested(
        make_clip(tmp_path / "variable.mkv", Clip(pts=times)), asset_id=str(uuid4())
    )
    await transcode.plan(asset)
    whole = await ask(transcode, asset)
    assert whole.timeline.variable_rate
    assert pts_of(whole) == times
    found, frames, token = [], [], ""
    while True:
        page = await ask(transcode, asset, page_size=7, page_token=token)
        assert len(page.runs) <= 7
        found += pts_of(page)
        frames += [run.first_frame + at for run in page.runs for at in range(run.frames)]
        token = page.next_page_token
        if not token:
            break
        assert page.end_pts == times[len(found)]
    assert (found, frames) == (times, list(range(100)))
    middle = await ask(transcode, asset, from_pts=times[50] + 1)
    assert (middle.runs[0].first_frame, middle.runs[0].start_pts) == (50, times[50])
    late = await ask(transcode, asset, from_pts=1 << 60)
    assert late.runs[0].first_frame == 99


async def test_what_has_no_pictures_and_what_is_not_known_is_refused_in_words(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(frames=30)), asset_id=str(uuid4()))
    with pytest.raises(NotFound):
        await ask(transcode, asset)
    await transcode.plan(asset)
    with pytest.raises(Rejected):
        await ask(transcode, asset, page_token="WzAs")
    sound = await transcode.ingested(
        make_clip(tmp_path / "sound.mp4", Clip(frames=30)), kind="audio", asset_id=str(uuid4())
    )
    await transcode.plan(sound)
    with pytest.raises(Conflict, match="sound alone"):
        await ask(transcode, sound)
