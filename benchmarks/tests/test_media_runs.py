"""The benchmark of media: every contestant does the whole work, and figures are counted as it says."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from benchmarks.media.__main__ import QUICK
from benchmarks.media.contest import DECODE, PLAN_CONTEST, Contest, Contestant, Void, run
from benchmarks.media.footage import make, repeated
from benchmarks.media.rounds import play
from benchmarks.media.shots import DETECTORS, Found, compared, measure_real
from benchmarks.media.task import Task, Timing
from framewell_demo.sources import FOLDER, open_sources
from framewell_media.testing.clips import decoded_numbers
from framewell_media.testing.edits import TrueTransition

ROOT = Path(__file__).parents[2]


def measured(*options: str) -> dict[str, Any]:
    ended = subprocess.run(
        [sys.executable, "-m", "benchmarks.media", "--quick", "--json", *options],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    tables: dict[str, Any] = json.loads(ended.stdout)["tables"]
    return tables


@pytest.mark.slow
def test_every_part_without_a_mesh_is_measured() -> None:
    options = [word for part in ("chunks", "presets", "planning", "shots") for word in ("--part", part)]
    tables = measured(*options)
    assert set(tables) == {"chunks_1080", "chunks_720", "presets", "planning", "shots_speed", "shots"}
    assert [row[0] for row in tables["shots"]["rows"]] == [*QUICK.styles, "real clips", "all"]
    assert tables["shots"]["columns"][2:] == list(DETECTORS)


@pytest.mark.story
@pytest.mark.parametrize("part", ["mesh", "scale"])
def test_clips_go_through_a_whole_mesh(part: str) -> None:
    assert measured("--part", part)[part]["rows"]


def test_a_run_that_leaves_pictures_out_is_void(tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", width=320, height=180, seconds=1.0)
    assert run(DECODE, Task(str(clip), 25, "")).units == 25
    with pytest.raises(Void, match="worked on 25 of 26"):
        run(DECODE, Task(str(clip), 26, ""))


def test_a_large_file_is_the_same_pictures_again(tmp_path: Path) -> None:
    clip = make(tmp_path / "clip.mp4", width=320, height=180, seconds=1.0)
    assert len(decoded_numbers(repeated(clip, tmp_path / "large.mp4", 3))) == 75


def test_ratios_are_of_the_same_round_and_a_round_with_a_slow_limit_is_dropped() -> None:
    limit, ours = Contestant("limit", ""), Contestant("ours", "")
    contest = Contest("test", limit, ours, (), {"limit": 0.5}, {})
    rates = {limit: iter([100.0, 120.0, 20.0, 100.0]), ours: iter([60.0, 72.0, 1.0, 70.0])}

    def one(contestant: Contestant) -> Timing:
        return Timing(100, 100 / next(rates[contestant]), 1.0)

    found, played = play(contest, one, wanted=3, most=4)
    assert played == 4
    assert found[0].ratio is not None
    assert (found[0].ratio.least, found[0].ratio.median, found[0].ratio.greatest) == pytest.approx(
        (0.6, 0.6, 0.7)
    )
    assert found[0].reached
    assert PLAN_CONTEST.contestants[0] is PLAN_CONTEST.limit


def test_the_shots_of_real_clips_are_found_as_they_were_set_by_hand() -> None:
    assert measure_real(open_sources(ROOT / FOLDER))["framewell"] == Found(found=5)


def test_a_transition_counts_once_and_a_second_one_in_it_is_false() -> None:
    truth = (TrueTransition("cut", 50, 0), TrueTransition("dissolve", 100, 20), TrueTransition("cut", 200, 0))
    found = compared(truth, [(51, 51), (105, 105), (115, 115)])
    assert found == Found(found=2, missed=1, false=1)
    assert found.f1 == pytest.approx(2 / 3)
