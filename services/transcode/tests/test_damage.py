"""Damaged media: the asset still ends, its proxy still plays, and it says what is missing."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import av
import pytest

from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.outcomes import Busy, Conflict, NotFound
from framewell_media.errors import JobCrashed, SandboxUnavailable
from framewell_media.testing import Clip, make_clip
from framewell_transcode.domain.outcomes import chunk_given_up, is_done
from framewell_transcode.handlers.stitch import gave_up


def with_hole(path: Path, start: float, end: float) -> Path:
    data = bytearray(path.read_bytes())
    low, high = int(len(data) * start), int(len(data) * end)
    data[low:high] = bytes(high - low)
    path.write_bytes(data)
    return path


def times_of(track: list[bytes]) -> list[float]:
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        return [float(frame.pts * frame.time_base) for frame in movie.decode(video=0)]


async def test_a_chunk_that_cannot_be_decoded_is_named_and_filled(harness, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "hole.mp4", Clip(frames=100, sound=False))
    with av.open(str(path)) as movie:
        packets = [(p.pos, p.size) for p in movie.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for position, size in packets[50:75]:  # the NAL headers stay, so that the container still finds its keys
        data[position + 6 : position + size] = bytes(size - 6)
    path.write_bytes(data)
    ended = await harness.transcode(await harness.ingested(path))
    assert ended.outcome.HasField("done")
    (sentence,) = ended.missing
    assert sentence.startswith("From 0:00:02.0 to 0:00:03.0 (frames 50 to 74) is missing")
    times = times_of((await harness.download(ended.playlist))[0])
    assert all(late > early for early, late in pairwise(times))
    assert times[0] == 0
    assert max(late - early for early, late in pairwise(times)) <= 1.0
    assert times[-1] > 3.9


async def test_packets_that_never_arrived_leave_a_gap_that_plays(harness, tmp_path: Path) -> None:
    path = with_hole(make_clip(tmp_path / "hole.ts", Clip(frames=100, sound=False)), 0.55, 0.60)
    ended = await harness.transcode(await harness.ingested(path))
    assert ended.outcome.HasField("done")
    assert 80 < ended.timeline.frame_count < 100
    assert any("the file has no pictures" in sentence for sentence in ended.missing), ended.missing
    times = times_of((await harness.download(ended.playlist))[0])
    assert all(late > early for early, late in pairwise(times))
    assert times[-1] > 3.8


async def test_a_spliced_recording_plays_on_one_clock(harness, tmp_path: Path) -> None:
    first = make_clip(tmp_path / "a.ts", Clip(frames=50, sound=False)).read_bytes()
    second = make_clip(tmp_path / "b.ts", Clip(frames=50, sound=False)).read_bytes()
    (tmp_path / "spliced.ts").write_bytes(first + second)
    ended = await harness.transcode(await harness.ingested(tmp_path / "spliced.ts"))
    assert list(ended.missing) == []
    times = times_of((await harness.download(ended.playlist))[0])
    assert times == [pytest.approx(frame / 25) for frame in range(100)]
    assert [chunk.split("/")[1] for chunk in ended.chunk_ids] == ["0", "0", "1", "1"]


class Crashing:
    """Works whose decoder dies, or is not there."""

    def __init__(self, *errors: Exception) -> None:
        self.errors = list(errors)

    async def make_chunk(self, planned):
        raise self.errors.pop(0)


async def test_a_decoder_that_dies_twice_gives_the_chunk_up(harness, tmp_path: Path) -> None:
    facts = await harness.planner()(await harness.ingested(make_clip(tmp_path / "clip.mp4")), None)
    harness.works = Crashing(*[JobCrashed("signal", "killed by SIGSEGV")] * 2)
    (made,) = await harness.work_on(facts[0])
    assert made.outcome.failed.code == "decoder_crashed"
    assert "SIGSEGV" in made.outcome.failed.detail


async def test_a_machine_that_may_not_read_media_loses_nothing(harness, tmp_path: Path) -> None:
    facts = await harness.planner()(await harness.ingested(make_clip(tmp_path / "clip.mp4")), None)
    harness.works = Crashing(SandboxUnavailable("no seccomp"))
    with pytest.raises(Busy, match="no seccomp"):
        await harness.work_on(facts[0])


async def test_an_asset_of_which_nothing_came_out_ends_as_failed(harness, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    facts = list(await harness.planner()(await harness.ingested(path), None))
    chunks, sound = facts[:-1], facts[-1]
    ended = await harness.arrive(sound)
    for planned in chunks:
        ended += await harness.arrive(chunk_given_up(planned, "unreadable", "nothing there"))
    assert ended[0].outcome.failed.code == "nothing_transcoded"
    assert len(ended[0].missing) == len(chunks)
    with pytest.raises(Conflict, match="no proxy"):
        await harness.media().playlist("asset-clip")


async def test_a_chunk_of_another_build_does_not_break_the_playlist(harness, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    facts = list(await harness.planner()(await harness.ingested(path), None))
    parts = [part for fact in facts for part in await harness.work_on(fact)]
    odd = await harness.objects.put(b"another header", media_type="video/mp4", suffix=".mp4")
    parts[1].proxy_header.CopyFrom(odd)
    ended = [end for part in parts for end in await harness.arrive(part)]
    assert "another build" in ended[0].missing[0]
    times = times_of((await harness.download(ended[0].playlist))[0])
    assert all(late > early for early, late in pairwise(times))


async def test_parts_in_any_order_twice_over_end_the_asset_the_same_way(harness, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    facts = list(await harness.planner()(await harness.ingested(path), None))
    parts = [part for fact in facts for part in await harness.work_on(fact)]
    ended = [end for part in [*parts[::-1], *parts] for end in await harness.arrive(part)]
    assert len(ended) == 1 + len(parts)
    assert all(end == ended[0] for end in ended)


async def test_a_chunk_made_twice_is_the_same_objects(harness, tmp_path: Path) -> None:
    facts = await harness.planner()(await harness.ingested(make_clip(tmp_path / "clip.mp4")), None)
    (once,), (again,) = await harness.work_on(facts[1]), await harness.work_on(facts[1])
    assert is_done(once.outcome)
    assert once == again


async def test_a_removed_asset_leaves_nothing_that_others_do_not_need(harness, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    kept = await harness.transcode(await harness.ingested(path, asset_id="kept"))
    gone = await harness.transcode(await harness.ingested(path, asset_id="gone"))
    assert kept.playlist == gone.playlist
    await harness.removal().remove("gone")
    assert await harness.download(kept.playlist)
    with pytest.raises(NotFound):
        await harness.media().progress("gone")
    late = ChunkTranscoded(asset_id="gone", generation=1, index=0)
    assert await harness.arrive(late) == []
    await harness.removal().remove("kept")
    assert not await harness.objects.exists(kept.playlist)


async def test_an_older_generation_is_ignored(harness, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    await harness.transcode(await harness.ingested(path, generation=2))
    assert await harness.planner()(await harness.ingested(path, generation=1), None) == []
    assert await harness.arrive(ChunkTranscoded(asset_id="asset-clip", generation=1, index=0)) == []


async def test_pages_of_shots_and_pictures_by_moment(harness, tmp_path: Path) -> None:
    clip = Clip(cuts=(25, 50, 75), sound=False)
    asset = await harness.ingested(make_clip(tmp_path / "clip.mp4", clip))
    with pytest.raises(NotFound):
        await harness.media().progress(asset.asset_id)
    await harness.transcode(asset)
    first, token = await harness.media().shots(asset.asset_id, 3, "")
    rest, end = await harness.media().shots(asset.asset_id, 3, token)
    assert [shot.span.first_frame for shot in [*first, *rest]] == [0, 25, 50, 75]
    assert end == ""
    picture = await harness.media().picture(asset.asset_id, pts=None, frame=62)
    assert picture.moment.frame == 50
    at_start = await harness.media().picture(asset.asset_id, pts=-5, frame=None)
    assert at_start.moment.frame == 0
    assert isinstance(await harness.media().playlist(asset.asset_id), ObjectRef)


def test_an_asset_whose_parts_cannot_be_put_together_still_ends_once() -> None:
    """Whichever part was given up, it is the same event as the end would have been."""
    (by_chunk,) = gave_up(ChunkTranscoded(asset_id="a", generation=3, index=7), "disk broken")
    (by_sound,) = gave_up(AudioExtracted(asset_id="a", generation=3), "disk broken")
    assert by_chunk.id == by_sound.id
    assert by_chunk.message.outcome.failed.code == "not_stitched"
    assert "disk broken" in by_chunk.message.missing[0]
