"""No chunk is longer than a chunk because of its container, and every picture is still shown once."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import pytest

from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import decoded_numbers, frame_number, luma_plane
from framewell_media.testing.field_pictures import field_clip
from framewell_transcode.adapters.sandboxed_processor import JobLimits

RATE = Fraction(25)
INTRA_REFRESH = {"x264-params": "keyint=50:intra-refresh=1:bframes=0:threads=1"}
LONG = {
    "reordered.avi": Clip(sound=False, frames=300, b_frames=3),
    "reordered-open.avi": Clip(sound=False, frames=300, b_frames=3, open_gop=True),
    "one-group.mp4": Clip(sound=False, frames=400, key_every=10_000),
    "one-group.ts": Clip(sound=False, frames=400, key_every=10_000, b_frames=2),
    "intra-refresh.ts": Clip(sound=False, frames=300, options=INTRA_REFRESH),
    "intra-refresh.mp4": Clip(sound=False, frames=400, options=INTRA_REFRESH),
}


async def shown(transcode, ended) -> list[tuple[int, Fraction]]:
    pictures, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(pictures)), mode="r") as movie:
        return [(frame_number(luma_plane(f)), f.pts * f.time_base) for f in movie.decode(video=0)]


@pytest.mark.parametrize("name", LONG)
async def test_a_container_without_keys_or_times_is_still_cut_into_chunks(
    transcode, tmp_path: Path, name: str
) -> None:
    path = make_clip(tmp_path / name, LONG[name])
    ended = await transcode.transcode(await transcode.ingested(path))
    chunks = (await transcode.index(ended)).chunks
    timeline = ended.work.timeline
    ticks = Fraction(timeline.time_base.numerator, timeline.time_base.denominator)
    assert len(chunks) > 1
    assert max((one.span.end_pts - one.span.start_pts) * ticks for one in chunks) < 8, "seconds; a chunk is 1"
    pictures = await shown(transcode, ended)
    assert [number for number, _ in pictures] == decoded_numbers(path) == list(range(LONG[name].frames))
    assert all(abs(at - number / RATE) < Fraction(1, 1000) for number, at in pictures)
    assert list(ended.missing) == []


@pytest.mark.parametrize("separate", [False, True], ids=["both-fields-in-one-packet", "a-packet-a-field"])
async def test_field_pictures_are_counted_and_placed_as_pictures(
    transcode, tmp_path: Path, separate: bool
) -> None:
    path = field_clip(tmp_path / "fields.ts", frames=75, separate=separate)
    ended = await transcode.transcode(await transcode.ingested(path))
    assert ended.work.timeline.frame_count == 75
    assert (ended.work.timeline.frame_rate.numerator, ended.work.timeline.frame_rate.denominator) == (25, 1)
    assert ended.chunk_count == 3
    assert list(ended.missing) == []
    assert await shown(transcode, ended) == [(number, number / RATE) for number in range(75)]


def test_what_planning_may_use_grows_with_the_file() -> None:
    limits = JobLimits.within(1 << 30)
    small, hour, huge = (limits.plan_of(size) for size in (1_500_000, 10**10, 10**11))
    assert small.cpu_seconds == 30
    assert small.wall_seconds < 310
    assert hour.cpu_seconds == 1030
    assert huge == limits.plan, "100 GB have an hour"
