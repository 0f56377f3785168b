"""Shots and picture events: what counts as one, and that it does not depend on where chunks were cut."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from av.filter import Graph
from hypothesis import given, settings
from hypothesis import strategies as st

from framewell.media.v1.media_pb2 import MEDIA_EVENT_KIND_BLACK, TRANSITION_KIND_DISSOLVE
from framewell.media.v1.media_service_pb2 import ListMediaEventsRequest, ListShotsRequest
from framewell_media.testing.edits import STYLES, Pixels, Style, edit, write_edit
from framewell_media.timeline import Timeline
from framewell_transcode.domain.scores import ScoreTable, coarse_of
from framewell_transcode.transcoding.chunk_transcoder import thumbnail_of
from framewell_transcode.transcoding.cuts import CutFinder, difference
from framewell_transcode.transcoding.scores import read_scores, write_scores
from framewell_transcode.transcoding.shots import ShotFinder

RATE = 25.0
SEED = 7
MOVING = Style(camera="fast pan")


def planar(pixels: Pixels) -> Any:
    return av.VideoFrame.from_ndarray(pixels.astype(np.uint8), format="rgb24").reformat(format="yuv420p")


class Programme:
    """The thumbnails of pictures, to be divided into chunks."""

    def __init__(self, frames: Sequence[Any]) -> None:
        self.thumbnails = [thumbnail_of(frame) for frame in frames]
        self.scores = [difference(one, other) for one, other in pairwise(self.thumbnails)]
        self.coarse = np.stack([coarse_of(thumbnail) for thumbnail in self.thumbnails])
        count = len(frames)
        self.timeline = Timeline(Fraction(1, 25), Fraction(25), 0, count, count)

    def table(self, first: int, end: int) -> ScoreTable:
        at = np.arange(first, end, dtype=np.int64)
        score = np.array([np.nan, *self.scores[first : end - 1]], np.float32)
        edges = self.thumbnails[first], self.thumbnails[end - 1]
        return ScoreTable(at, at, score, self.coarse[first:end], *edges)

    def finder(self, cuts: Sequence[int] = (), gap: range = range(0)) -> ShotFinder:
        """Take all chunks, which begin at `cuts`, but the one that is the gap."""
        finder = ShotFinder(RATE)
        edges = sorted({0, *cuts, len(self.thumbnails), *([gap.start, gap.stop] if gap else [])})
        for first, end in pairwise(edges):
            if not (gap and first == gap.start):
                finder.add(self.table(first, end))
        return finder

    def transitions(self) -> list[tuple[str, int, int]]:
        return [(one.kind, one.first, one.end) for one in self.finder().passages()]

    def events(self) -> list[tuple[str, int, int]]:
        found = self.finder().events(self.timeline)
        return [(one.kind, one.span.first_frame, one.span.frames) for one in found]


@cache
def rendered(name: str, shots: int = 6) -> tuple[Programme, tuple[tuple[str, int, int], ...]]:
    made = edit(STYLES[name], SEED, shots)
    truth = tuple((one.kind, one.first_frame, one.first_frame + one.frames) for one in made.transitions)
    return Programme([planar(picture) for picture in made.pictures()]), truth


@pytest.mark.parametrize("name", [name for name in STYLES if name != "dissolves of moving shots"])
def test_transitions_are_found_by_kind_and_nothing_else_is_taken_for_one(name: str) -> None:
    programme, truth = rendered(name)
    found = programme.transitions()
    assert [kind for kind, _, _ in found] == [kind for kind, _, _ in truth]
    for (kind, first, end), (_, true_first, true_end) in zip(found, truth, strict=True):
        if kind == "cut":
            assert first == true_first
        shared = min(end, true_end) - max(first, true_first)
        assert shared >= 0.35 * max(end - first, true_end - true_first)


def test_two_flashes_are_no_cuts_and_a_dissolve_is_found() -> None:
    made = edit(Style(joins=("dissolve",)), 3, shots=2)
    (truth,) = made.transitions
    pictures = [picture.copy() for picture in made.pictures()]
    for at in (20, made.frames - 20):
        pictures[at][:] = 250
    ((kind, first, end),) = Programme([planar(picture) for picture in pictures]).transitions()
    assert kind == "dissolve"
    assert abs(first - truth.first_frame) <= 4
    assert abs(end - truth.first_frame - truth.frames) <= 4


@pytest.mark.parametrize("name", STYLES)
def test_provisional_cuts_of_a_chunk_are_the_cuts_of_its_shots(name: str) -> None:
    programme, _ = rendered(name)
    finder, likely = CutFinder(RATE), []
    for score, coarse in zip([None, *programme.scores], programme.coarse, strict=True):
        likely.append(finder.push(score, coarse))
    cuts = [first for kind, first, _ in programme.transitions() if kind == "cut"]
    assert finder.cuts() == cuts
    assert set(cuts) <= {*likely}


def test_a_flash_is_no_provisional_cut() -> None:
    pictures = [picture.copy() for picture in edit(Style(), 3, shots=1).pictures()]
    pictures[20][:] = 250
    programme, finder = Programme([planar(picture) for picture in pictures]), CutFinder(RATE)
    likely = [
        finder.push(score, coarse)
        for score, coarse in zip([None, *programme.scores], programme.coarse, strict=True)
    ]
    assert (set(likely), finder.cuts()) == ({None}, [])


@cache
def long_programme() -> Programme:
    """Fifty seconds with every kind of transition, black and a held picture at their ends."""
    frames = [planar(picture) for picture in edit(STYLES["everything"], 5, shots=14).pictures()]
    black = planar(np.zeros((180, 320, 3), np.float32))
    return Programme([*frames, *[frames[-1]] * 60, *[black] * 30])


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 1200), max_size=30))
def test_any_chunking_gives_the_same_shots_and_events(cuts: list[int]) -> None:
    programme = long_programme()
    whole, divided = (
        programme.finder(),
        programme.finder([cut for cut in cuts if cut < len(programme.scores)]),
    )
    assert divided.shots(programme.timeline) == whole.shots(programme.timeline)
    assert divided.events(programme.timeline) == whole.events(programme.timeline)


def test_shots_tile_the_asset_and_a_longer_transition_is_divided_at_its_middle() -> None:
    programme = long_programme()
    shots = programme.finder().shots(programme.timeline)
    assert shots[0].span.first_frame == 0
    assert shots[0].kind is None
    assert sum(shot.span.frames for shot in shots) == len(programme.thumbnails)
    for before, shot in pairwise(shots):
        assert before.span.end_pts == shot.span.start_pts
        assert shot.transition is not None
        middle = shot.transition.first_frame + shot.transition.frames // 2
        assert shot.span.first_frame == middle


def test_a_shot_and_no_event_goes_on_over_pictures_that_are_missing() -> None:
    frame = planar(np.random.default_rng(1).uniform(0, 255, (180, 320, 3)).astype(np.float32))
    programme = Programme([frame] * 200)
    finder = programme.finder(gap=range(80, 120))
    assert len(finder.shots(programme.timeline)) == 1
    events = programme.finder(gap=range(80, 120)).events(programme.timeline)
    assert [(one.span.first_frame, one.span.frames) for one in events] == [(0, 80), (120, 80)]


def test_black_and_held_pictures_are_events_with_their_spans() -> None:
    pictures = [planar(picture) for picture in edit(MOVING, 11, shots=1).pictures()][:50]
    black = planar(np.zeros((180, 320, 3), np.float32))
    logo = np.zeros((180, 320, 3), np.float32)
    logo[10:24, 10:24] = 200
    held = [pictures[-1]] * 60
    programme = Programme([*pictures, *held, *[black] * 20, *[planar(logo)] * 20, *pictures[:20]])
    assert programme.events() == [("freeze", 49, 61), ("black", 110, 40)]


def test_a_held_picture_that_a_keyframe_encodes_anew_is_one_event() -> None:
    pictures = list(edit(MOVING, 11, shots=1).pictures())[:30]
    renewed = [pictures[-1] + (number // 12) % 2 for number in range(84)]
    programme = Programme([planar(np.clip(picture, 0, 255)) for picture in [*pictures, *renewed]])
    ((kind, first, frames),) = programme.events()
    assert kind == "freeze"
    assert first in (29, 30)
    assert first + frames == 114


@pytest.mark.parametrize("pattern", ["pal75bars", "pal100bars", "smptebars", "smptehdbars"])
def test_colour_bars_are_known(pattern: str) -> None:
    graph = Graph()
    source = graph.add(pattern, "size=960x540:rate=25:duration=2")
    sink = graph.add("buffersink")
    source.link_to(graph_format := graph.add("format", "pix_fmts=yuv420p"))
    graph_format.link_to(sink)
    graph.configure()
    bars = [graph.pull() for _ in range(40)]
    pictures = [planar(picture) for picture in edit(Style(), 11, shots=1).pictures()][:30]
    assert Programme([*pictures, *bars]).events() == [("colour_bars", 30, 40)]


@pytest.mark.parametrize("name", ["cuts", "pans", "captions"])
def test_programmes_have_no_events(name: str) -> None:
    assert rendered(name)[0].events() == []


def test_scores_are_read_as_they_were_written_and_are_small(tmp_path) -> None:
    table = rendered("cuts")[0].table(0, 250)
    with (tmp_path / "scores.arrow").open("wb") as sink:
        write_scores(sink, table)
    read = read_scores((tmp_path / "scores.arrow").read_bytes())
    for name in ("frame", "pts", "score", "coarse", "first", "last"):
        np.testing.assert_array_equal(getattr(read, name), getattr(table, name))
    assert (tmp_path / "scores.arrow").stat().st_size < 130_000


async def test_shots_with_their_transitions_and_events_are_listed(transcode, tmp_path: Path) -> None:
    made = edit(Style(joins=("dissolve",)), 3, shots=2)
    (truth,) = made.transitions
    black = [np.zeros((180, 320, 3), np.float32)] * 25
    clip = write_edit(tmp_path / "clip.mp4", replace(made, pictures=lambda: iter([*made.pictures(), *black])))
    ended = await transcode.transcode(await transcode.ingested(clip))
    wanted = ListShotsRequest(asset_id=ended.work.asset_id)
    (first, second, _) = (await transcode.bench.call("ListShots", wanted)).shots
    assert not first.HasField("transition")
    assert second.transition.kind == TRANSITION_KIND_DISSOLVE
    assert abs(second.transition.span.first_frame - truth.first_frame) <= 4
    assert second.span.first_frame == first.span.frames
    listed = await transcode.bench.call(
        "ListMediaEvents", ListMediaEventsRequest(asset_id=ended.work.asset_id)
    )
    (event,) = listed.events
    assert event.kind == MEDIA_EVENT_KIND_BLACK
    assert (event.span.first_frame, event.span.frames) == (made.frames, 25)
    index = await transcode.index(ended)
    assert list(index.events) == [event]
