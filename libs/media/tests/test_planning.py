"""A plan made without decoding names exactly the pictures that decoding would give."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from framewell_media.errors import NO_CONTENT, MediaError
from framewell_media.formats import SNIFF_BYTES, open_container, sniff
from framewell_media.planning import ChunkRows, PacketTable, SourcePlan, Stream, plan_source, read_packets
from framewell_media.planning.packets import NO_TIME
from framewell_media.planning.rates import StepMeter
from framewell_media.planning.table import PlanFile, read_chunk
from framewell_media.sandbox import Sandbox
from framewell_media.testing import Clip, make_clip

CLIPS = {
    "closed.mp4": Clip(),
    "b-frames.mp4": Clip(b_frames=3),
    "open-gop.mp4": Clip(b_frames=3, open_gop=True),
    "open-gop.ts": Clip(b_frames=3, open_gop=True),
    "open-gop.mkv": Clip(b_frames=2, open_gop=True),
    "variable.mkv": Clip(pts=[40 * n + 9 * (n % 3) for n in range(100)]),
    "ntsc.mov": Clip(rate=Fraction(30000, 1001)),
    "mpeg2.mxf": Clip(codec="mpeg2video", b_frames=2, sound=False),
    "mpeg4.avi": Clip(codec="mpeg4"),
}


@dataclass(slots=True)
class Planned:
    """A plan with all of its chunks."""

    time_base: Fraction = Fraction(1)
    rows: list[ChunkRows] = field(default_factory=list)
    whole: SourcePlan | None = None

    def begin(self, time_base: Fraction, *, serial: bool) -> None:
        self.time_base = time_base
        self.rows.clear()

    def write(self, rows: ChunkRows) -> None:
        self.rows.append(rows)

    def __getattr__(self, name: str) -> Any:
        """The attributes of the plan, and those of its rows as one array."""
        if name in ("pts", "source_pts", "is_key", "position"):
            return np.concatenate([getattr(rows, name) for rows in self.rows])
        return getattr(self.whole, name)


def plan_packets(packets: PacketTable, *, chunk_seconds: float, **stream: Any) -> Planned:
    """Plan packets that come in pieces of seven, as if the file were much longer."""
    pieces = [packets.rows(slice(at, at + 7)) for at in range(0, len(packets), 7)]
    found = Planned()
    known = Stream(packets.time_base, **{"declared_rate": None, **stream})
    found.whole = plan_source(lambda: pieces, known, found, chunk_seconds=chunk_seconds)
    return found


def planned(path: Path, chunk_seconds: float = 1.0, sink: Any = None) -> Planned:
    found = Planned()

    def packets() -> Iterator[PacketTable]:
        with path.open("rb") as file, open_container(file, sniff(file.read(SNIFF_BYTES))) as container:
            yield from read_packets(container, container.streams.video[0])

    with path.open("rb") as file, open_container(file, sniff(file.read(SNIFF_BYTES))) as container:
        video = container.streams.video[0]
        stream = Stream(video.time_base, video.guessed_rate)
    if sink is not None:
        plan_source(packets, stream, sink, chunk_seconds=chunk_seconds)
        sink.end()
    found.whole = plan_source(packets, stream, found, chunk_seconds=chunk_seconds)
    return found


@pytest.mark.parametrize("name", CLIPS)
def test_the_frame_index_equals_a_full_decode(name: str, tmp_path: Path) -> None:
    path = make_clip(tmp_path / name, CLIPS[name])
    plan = planned(path)
    with av.open(str(path)) as container:
        decoded = [frame.pts for frame in container.decode(video=0)]
    assert plan.source_pts.tolist() == decoded
    assert plan.frame_rate == CLIPS[name].rate
    assert plan.variable_rate == (name == "variable.mkv")
    assert sum(chunk.frames for chunk in plan.chunks) == len(decoded)
    assert all(
        before.end_pts == after.start_pts for before, after in zip(plan.chunks, plan.chunks[1:], strict=False)
    )
    assert plan.chunks[-1].end_pts == plan.end_pts
    assert len(plan.chunks) > 1


def table(
    pts: list[int], dts: list[int], keys: list[int], *, discarded: list[int] | None = None
) -> PacketTable:
    count = len(pts)
    return PacketTable(
        Fraction(1, 90_000),
        np.array(pts, dtype=np.int64),
        np.array(dts, dtype=np.int64),
        np.arange(count, dtype=np.int64) * 1000,
        np.full(count, 900, dtype=np.int64),
        np.full(count, 3600, dtype=np.int64),
        np.isin(np.arange(count), keys),
        np.isin(np.arange(count), discarded or []),
    )


def steady(frames: int, start: int = 0) -> list[int]:
    return [start + 3600 * frame for frame in range(frames)]


def test_a_clock_that_steps_back_starts_a_new_run_on_one_continuous_clock() -> None:
    times = steady(50, start=900_000) + steady(50)
    plan = plan_packets(table(times, times, [0, 25, 50, 75]), declared_rate=Fraction(25), chunk_seconds=1.0)
    assert [chunk.discontinuity for chunk in plan.chunks] == [0, 0, 1, 1]
    assert np.array_equal(plan.pts, np.array(steady(100, start=900_000)))
    assert plan.chunks[2].source_offset == 900_000 + 50 * 3600
    assert plan.source_pts[50] == 0


def test_a_clock_that_leaps_is_spliced_without_a_gap() -> None:
    times = steady(50) + steady(50, start=90_000_000)
    plan = plan_packets(table(times, times, [0, 50]), declared_rate=Fraction(25), chunk_seconds=10.0)
    assert [(chunk.discontinuity, chunk.frames) for chunk in plan.chunks] == [(0, 50), (1, 50)]
    assert plan.end_pts == 100 * 3600


@pytest.mark.parametrize("pts", [[0, 3600, NO_TIME, 10800], [0, 3600, 3600, 10800]])
def test_pictures_without_a_time_of_their_own_are_read_serially(pts: list[int]) -> None:
    plan = plan_packets(table(pts, steady(4), [0]), declared_rate=Fraction(25), chunk_seconds=1.0)
    assert plan.serial
    assert len(plan.chunks) == 1
    assert plan.chunks[0].frames == 4
    assert [pts * plan.time_base for pts in plan.pts.tolist()] == [Fraction(n, 25) for n in range(4)]


def test_pre_roll_of_an_edit_list_is_not_part_of_the_presentation() -> None:
    times = steady(50)
    plan = plan_packets(
        table(times, times, [0, 25], discarded=list(range(10))), declared_rate=None, chunk_seconds=0.5
    )
    assert plan.start_pts == 36_000
    assert len(plan.pts) == 40


def test_a_short_tail_joins_its_predecessor_and_one_group_is_one_chunk() -> None:
    times = steady(60)
    plan = plan_packets(table(times, times, [0, 25, 50]), declared_rate=None, chunk_seconds=1.0)
    assert [chunk.frames for chunk in plan.chunks] == [25, 25, 10]
    plan = plan_packets(table(times, times, [0, 25, 55]), declared_rate=None, chunk_seconds=1.0)
    assert [chunk.frames for chunk in plan.chunks] == [25, 35]
    assert len(plan_packets(table(times, times, [0]), declared_rate=None, chunk_seconds=1.0).chunks) == 1


def test_a_track_without_pictures_has_no_content() -> None:
    with pytest.raises(MediaError) as verdict:
        plan_packets(table([], [], []), declared_rate=None, chunk_seconds=1.0)
    assert verdict.value.code == NO_CONTENT


def test_a_millisecond_clock_still_tells_29_97_from_30() -> None:
    for rate in (Fraction(30000, 1001), Fraction(30), Fraction(24000, 1001), Fraction(24)):
        pts = np.array([round(1000 * n / rate) for n in range(2000)], dtype=np.int64)
        meter = StepMeter(Fraction(1, 1000))
        meter.add_steps(np.diff(pts))
        meter.add_run(len(pts), int(pts[-1] - pts[0]))
        assert meter.nominal_frame_rate(None) == rate
        assert not meter.is_variable(rate)


def test_a_held_picture_leaves_the_rate_and_is_a_gap_whatever_the_container_declares() -> None:
    times = [*steady(100), *steady(75, start=18 * 90_000)]
    packets = table(times, times, [0, 50])
    plan = plan_packets(packets, declared_rate=Fraction(25, 3), chunk_seconds=1.0, clock_may_leap=False)
    assert (plan.frame_rate, plan.variable_rate) == (25, False)
    assert plan.gaps() == [(4 * 90_000, 18 * 90_000)]


def test_an_outage_is_a_gap_and_a_leap_of_a_container_with_a_clock_is_one_too() -> None:
    times = [*steady(50), *steady(50, start=600 * 90_000)]
    packets = table(times, times, [0, 50])
    assert len(plan_packets(packets, chunk_seconds=1.0).clock.runs) == 2
    held = plan_packets(packets, chunk_seconds=1.0, clock_may_leap=False)
    assert [float(run.source_end) for run in held.clock.runs] == [602.0]
    assert held.gaps() == [(2 * 90_000, 600 * 90_000)]


def test_an_outage_of_a_stream_whose_rate_varies_is_a_gap_and_a_slide_of_a_file_is_none() -> None:
    shown = np.cumsum([0, *([3600, 7200, 5400, 9000] * 25)])
    times = [*shown.tolist(), *(shown + int(shown[-1]) + 14 * 90_000).tolist()]
    packets = table(times, times, [0, 50, 101, 150])
    stream = plan_packets(packets, chunk_seconds=1.0)
    assert stream.variable_rate
    ((_, after),) = stream.gaps()
    assert after == shown[-1] + 14 * 90_000
    assert plan_packets(packets, chunk_seconds=1.0, clock_may_leap=False).gaps() == []


def test_a_picture_of_two_hours_is_held_and_one_of_five_is_a_broken_time_stamp() -> None:
    for hours, serial in ((2, False), (5, True)):
        times = [*steady(3), hours * 3600 * 90_000]
        plan = plan_packets(table(times, times, [0]), chunk_seconds=1.0, clock_may_leap=False)
        assert plan.serial is serial


def test_a_last_picture_that_is_said_to_last_for_days_ends_after_hours() -> None:
    packets = table([0], [0], [0])
    packets.duration[0] = 6 * 86_400 * 90_000
    plan = plan_packets(packets, chunk_seconds=1.0, clock_may_leap=False)
    assert plan.seconds == 4 * 3600


def test_pictures_are_planned_once_wherever_the_pieces_end() -> None:
    order = [0, 3, 1, 2]
    pts = [3600 * (4 * group + each + 2) for group in range(100) for each in order]
    plan = plan_packets(table(pts, steady(400), list(range(0, 400, 20))), chunk_seconds=1.0)
    assert plan.pts.tolist() == sorted(pts)
    assert [chunk.first_frame for chunk in plan.chunks] == np.cumsum(
        [0, *(c.frames for c in plan.chunks[:-1])]
    ).tolist()


def test_a_chunk_reads_back_from_the_plan_with_its_anchors(tmp_path: Path) -> None:
    file = io.BytesIO()
    clip = make_clip(tmp_path / "clip.ts", Clip(key_every=10))
    plan = planned(clip, 1.2, PlanFile(file, (320, 180)))
    last = len(plan.chunks) - 1
    chunk = read_chunk(file, last)
    assert chunk.first_frame == plan.chunks[last].first_frame
    assert np.array_equal(chunk.pts, plan.pts[chunk.first_frame :])
    assert chunk.end_pts == plan.end_pts
    assert chunk.anchor.position == plan.position[chunk.first_frame]
    assert [anchor.source_pts for anchor in chunk.earlier_anchors] == [
        int(plan.source_pts[chunk.first_frame - 10 * back]) for back in (1, 2)
    ]
    assert read_chunk(file, 0).earlier_anchors == ()
    assert chunk.canvas == (320, 180)


def test_one_picture_is_decoded_from_the_keyframe_before_it(tmp_path: Path) -> None:
    file = io.BytesIO()
    plan = planned(make_clip(tmp_path / "clip.ts", Clip(key_every=10)), 10, PlanFile(file, (320, 180)))
    whole = read_chunk(file, 0)
    part = whole.around(37)
    assert (part.first_frame, part.first_in_file) == (30, False)
    assert part.pts.tolist() == plan.pts[30:40].tolist()
    assert part.anchor.position == plan.position[30]
    assert [anchor.source_pts for anchor in part.earlier_anchors] == plan.source_pts[[20, 10]].tolist()
    assert part.previous_pts == plan.pts[29]
    first = whole.around(3)
    assert (first.first_frame, first.first_in_file, len(first.pts)) == (0, True, 6)
    with pytest.raises(ValueError, match="none of them"):
        read_chunk(file, 99)


def test_the_sandbox_plans_with_timecode(sandbox: Sandbox, tmp_path: Path) -> None:
    clip = Clip(rate=Fraction(30000, 1001), timecode="00:00:59;20")
    path = make_clip(tmp_path / "clip.mov", clip)
    answer = sandbox.run_blocking(
        "plan", {"chunk_seconds": 1, "timecode": ""}, inputs=[path], outputs=[tmp_path / "plan"]
    )
    assert answer["timeline"]["start_timecode"] == "00:00:59;20"
    assert answer["timeline"]["drop_frame"] is True
    assert answer["has_sound"] is True
    overridden = sandbox.run_blocking(
        "plan", {"chunk_seconds": 1, "timecode": "10:00:00:00"}, inputs=[path], outputs=[tmp_path / "plan"]
    )
    assert overridden["timeline"]["start_timecode"] == "10:00:00:00"
