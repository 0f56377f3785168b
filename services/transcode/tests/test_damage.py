"""Damaged media: the asset still ends, its proxy still plays, and it says what is missing."""

from __future__ import annotations

import io
from itertools import pairwise
from pathlib import Path

import av
import pytest

from framewell.asset.v1.asset_pb2 import AssetRemoved, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.media.v1.media_pb2 import Work
from framewell.media.v1.media_service_pb2 import (
    GetFrameRequest,
    GetPlaylistRequest,
    GetTimelineRequest,
    ListShotsRequest,
)
from framewell_kit.outcome_messages import is_done
from framewell_kit.outcomes import Busy, Conflict, NotFound, Rejected
from framewell_kit.stream import Reason
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called
from framewell_media.errors import JobCrashed, SandboxUnavailable
from framewell_media.testing import Clip, make_clip
from framewell_transcode.adapters.sandboxed_processor import SandboxedProcessor
from framewell_transcode.adapters.sandboxed_sound import SandboxedSound
from framewell_transcode.domain.outcomes import chunk_given_up


def with_hole(path: Path, start: float, end: float) -> Path:
    data = bytearray(path.read_bytes())
    low, high = int(len(data) * start), int(len(data) * end)
    data[low:high] = bytes(high - low)
    path.write_bytes(data)
    return path


def times_of(track: list[bytes]) -> list[float]:
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        return [float(frame.pts * frame.time_base) for frame in movie.decode(video=0)]


async def test_a_chunk_that_cannot_be_decoded_is_named_and_filled(transcode, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "hole.mp4", Clip(frames=100, sound=False))
    with av.open(str(path)) as movie:
        packets = [(p.pos, p.size) for p in movie.demux(video=0) if p.size]
    data = bytearray(path.read_bytes())
    for position, size in packets[50:75]:  # the NAL headers stay, so that the container still finds its keys
        data[position + 6 : position + size] = bytes(size - 6)
    path.write_bytes(data)
    ended = await transcode.transcode(await transcode.ingested(path))
    assert ended.outcome.HasField("done")
    (sentence,) = ended.missing
    assert sentence.startswith("From 0:00:02.0 to 0:00:03.0 (frames 50 to 74) is missing")
    times = times_of((await transcode.download(ended.playlist))[0])
    assert all(late > early for early, late in pairwise(times))
    assert times[0] == 0
    assert max(late - early for early, late in pairwise(times)) <= 1.0
    assert times[-1] > 3.9


async def test_packets_that_never_arrived_leave_a_gap_that_plays(transcode, tmp_path: Path) -> None:
    path = with_hole(make_clip(tmp_path / "hole.ts", Clip(frames=100, sound=False)), 0.55, 0.60)
    ended = await transcode.transcode(await transcode.ingested(path))
    assert ended.outcome.HasField("done")
    assert 80 < ended.work.timeline.frame_count < 100
    assert any("the file has no pictures" in sentence for sentence in ended.missing), ended.missing
    times = times_of((await transcode.download(ended.playlist))[0])
    assert all(late > early for early, late in pairwise(times))
    assert times[-1] > 3.8


async def test_a_spliced_recording_plays_on_one_clock(transcode, tmp_path: Path) -> None:
    first = make_clip(tmp_path / "a.ts", Clip(frames=50, sound=False)).read_bytes()
    second = make_clip(tmp_path / "b.ts", Clip(frames=50, sound=False)).read_bytes()
    (tmp_path / "spliced.ts").write_bytes(first + second)
    ended = await transcode.transcode(await transcode.ingested(tmp_path / "spliced.ts"))
    assert list(ended.missing) == []
    times = times_of((await transcode.download(ended.playlist))[0])
    assert times == [pytest.approx(frame / 25) for frame in range(100)]
    chunks = (await transcode.index(ended)).chunks
    assert [chunk.chunk_id.split("/")[1] for chunk in chunks] == ["0", "0", "1", "1"]
    assert [chunk.discontinuity for chunk in chunks] == [0, 0, 1, 1]


def crash_with(monkeypatch: pytest.MonkeyPatch, *errors: Exception) -> None:
    """Let the decoder of the next chunks die, or not be there."""
    left = list(errors)

    async def make_chunk(self, planned, withheld):
        raise left.pop(0)

    monkeypatch.setattr(SandboxedProcessor, "make_chunk", make_chunk)


async def test_a_decoder_that_dies_twice_gives_the_chunk_up(transcode, tmp_path: Path, monkeypatch) -> None:
    planned = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "clip.mp4")))
    crash_with(monkeypatch, *[JobCrashed("signal", "killed by SIGSEGV")] * 2)
    made = await transcode.make(planned[0])
    assert made.outcome.failed.code == "decoder_crashed"
    assert "SIGSEGV" in made.outcome.failed.detail


async def test_a_chunk_that_takes_too_much_memory_is_not_called_damaged_alone(
    transcode, tmp_path: Path, monkeypatch
) -> None:
    planned = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "clip.mp4")))
    crash_with(monkeypatch, *[JobCrashed("memory", "ran out of its memory allowance")] * 2)
    made = await transcode.make(planned[0])
    assert "more memory than is allowed here. It may be very large" in made.outcome.failed.detail
    assert "hostile" not in made.outcome.failed.detail


async def test_sound_whose_decoder_somebody_kills_is_taken_out_all_the_same(
    transcode, tmp_path: Path, monkeypatch
) -> None:
    next_piece, left = SandboxedSound.next_piece, [JobCrashed("exit", "killed by SIGKILL")] * 2

    async def killed_twice(self, *piece):
        if left:
            raise left.pop()
        return await next_piece(self, *piece)

    monkeypatch.setattr(SandboxedSound, "next_piece", killed_twice)
    await transcode.bench.deliver(await transcode.ingested(make_clip(tmp_path / "clip.mp4")))
    for _ in range(3):
        await transcode.bench.settle()
        transcode.bench.clock.advance(20)
    heard = transcode.bench.facts.one(AudioExtracted)
    assert (heard.present, heard.outcome.HasField("done")) == (True, True)


async def test_a_machine_that_may_not_read_media_loses_nothing(
    transcode, tmp_path: Path, monkeypatch
) -> None:
    planned = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "clip.mp4")))
    crash_with(monkeypatch, SandboxUnavailable("no seccomp"))
    with pytest.raises(Busy, match="no seccomp"):
        await transcode.make(planned[0])


async def test_an_asset_of_which_nothing_came_out_ends_as_failed(transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(sound=False)))
    chunks = await transcode.plan(asset)
    ended = await transcode.put_in_place(transcode.bench.facts.one(AudioExtracted))
    for planned in chunks:
        ended += await transcode.put_in_place(chunk_given_up(planned, "unreadable", "nothing there"))
    assert ended[0].outcome.failed.code == "nothing_transcoded"
    (sentence,) = ended[0].missing
    assert sentence == "From 0:00:00.0 to 0:00:04.0 (frames 0 to 99) is missing: nothing there"
    progress = await transcode.bench.call("GetTimeline", GetTimelineRequest(asset_id=asset_called("clip")))
    assert (progress.chunks_transcoded, progress.chunks_failed) == (0, len(chunks))
    with pytest.raises(Conflict, match="no proxy"):
        await transcode.bench.call("GetPlaylist", GetPlaylistRequest(asset_id=asset_called("clip")))


async def test_a_chunk_that_was_given_up_and_done_again_heals_the_asset(transcode, tmp_path: Path) -> None:
    planned = await transcode.plan(
        await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(sound=False)))
    )
    lost, *others = [await transcode.make(one) for one in planned]
    given_up = chunk_given_up(planned[0], "killed_its_worker", "Its worker died.")
    await transcode.put_in_place(transcode.bench.facts.one(AudioExtracted))
    holed = [end for part in (given_up, *others) for end in await transcode.put_in_place(part)]
    assert len(holed[0].missing) == 1
    (healed,) = await transcode.put_in_place(lost)
    assert list(healed.missing) == []
    await transcode.put_in_place(given_up)  # once more, late
    progress = await transcode.bench.call("GetTimeline", GetTimelineRequest(asset_id=asset_called("clip")))
    assert (progress.chunks_transcoded, progress.chunks_failed) == (len(planned), 0)
    assert list(progress.missing) == []
    played = await transcode.bench.call("GetPlaylist", GetPlaylistRequest(asset_id=asset_called("clip")))
    assert played.playlist == healed.playlist


async def test_a_chunk_of_another_build_does_not_break_the_playlist(transcode, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    parts = await transcode.parts(await transcode.ingested(path))
    odd = await transcode.bench.objects.put(b"another header", media_type="video/mp4", suffix=".mp4")
    parts[1].proxy_header.CopyFrom(odd)
    ended = [end for part in parts for end in await transcode.put_in_place(part)]
    assert "another build" in ended[0].missing[0]
    times = times_of((await transcode.download(ended[0].playlist))[0])
    assert all(late > early for early, late in pairwise(times))


async def test_parts_in_any_order_twice_over_end_the_asset_the_same_way(transcode, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    parts = await transcode.parts(await transcode.ingested(path))
    ended = [end for part in [*parts[::-1], *parts] for end in await transcode.put_in_place(part)]
    assert len(ended) == 1 + len(parts)
    assert all(end == ended[0] for end in ended)


async def test_a_chunk_made_twice_is_the_same_objects(transcode, tmp_path: Path) -> None:
    planned = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "clip.mp4")))
    once, again = await transcode.make(planned[1]), await transcode.make(planned[1])
    assert is_done(once.outcome)
    assert once == again


async def test_a_removed_asset_leaves_nothing_that_others_do_not_need(transcode, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    kept = await transcode.transcode(await transcode.ingested(path, asset_id="kept"))
    gone = await transcode.transcode(await transcode.ingested(path, asset_id="gone"))
    assert kept.playlist == gone.playlist
    await transcode.bench.deliver(AssetRemoved(asset_id="gone"))
    assert await transcode.download(kept.playlist)
    with pytest.raises(NotFound):
        await transcode.bench.call("GetTimeline", GetTimelineRequest(asset_id=asset_called("gone")))
    late = ChunkTranscoded(work=Work(asset_id="gone", generation=1), index=0)
    assert await transcode.put_in_place(late) == []
    await transcode.bench.deliver(AssetRemoved(asset_id="kept"))
    assert not await transcode.bench.objects.exists(kept.playlist)


async def test_an_erased_asset_is_gone_and_counted_once(transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(sound=False)))
    ended = await transcode.transcode(asset)
    request = erasure_plan(asset_ids=[asset.work.asset_id])
    cause = transcode.bench.cause("erasure")
    (first,) = await transcode.bench.deliver(request, cause)
    (again,) = await transcode.bench.deliver(request, cause)
    assert isinstance(first, ErasureCompleted)
    assert first == again
    counts = {each.kind: each.count for each in first.counts}
    assert counts["parts"] > 0
    assert counts["objects/video/iso.segment"] > 0
    for ref in (ended.playlist, ended.index):
        assert not await transcode.bench.objects.exists(ref)


async def test_an_older_generation_is_ignored(transcode, tmp_path: Path) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(sound=False))
    await transcode.transcode(await transcode.ingested(path, generation=2))
    before = len(transcode.bench.facts.messages)
    await transcode.plan(await transcode.ingested(path, generation=1))
    assert len(transcode.bench.facts.messages) == before
    late = ChunkTranscoded(work=Work(asset_id=asset_called("clip"), generation=1), index=0)
    assert await transcode.put_in_place(late) == []


async def test_pages_of_shots_and_pictures_by_moment(transcode, tmp_path: Path) -> None:
    clip = Clip(cuts=(25, 50, 75), sound=False)
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", clip))
    asset_id, bench = asset.work.asset_id, transcode.bench
    with pytest.raises(NotFound):
        await bench.call("GetTimeline", GetTimelineRequest(asset_id=asset_id))
    ended = await transcode.transcode(asset)
    first = await bench.call("ListShots", ListShotsRequest(asset_id=asset_id, page_size=3))
    after = ListShotsRequest(asset_id=asset_id, page_size=3, page_token=first.next_page_token)
    rest = await bench.call("ListShots", after)
    assert [shot.span.first_frame for shot in [*first.shots, *rest.shots]] == [0, 25, 50, 75]
    assert rest.next_page_token == ""
    with pytest.raises(Rejected, match="page token"):
        await bench.call("ListShots", ListShotsRequest(asset_id=asset_id, page_token="3"))
    picture = await bench.call("GetFrame", GetFrameRequest(asset_id=asset_id, frame=62))
    assert picture.moment.frame == 62
    for pts in (-5, 1 << 40):
        with pytest.raises(Rejected, match=f"no picture at pts {pts}; the asset goes from pts 0 to pts"):
            await bench.call("GetFrame", GetFrameRequest(asset_id=asset_id, pts=pts))
    playlist = await bench.call("GetPlaylist", GetPlaylistRequest(asset_id=asset_id))
    assert playlist.playlist == ended.playlist


async def test_an_asset_under_way_shows_how_far_it_has_come(transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(sound=False)))
    asset_id, bench = asset.work.asset_id, transcode.bench
    planned = await transcode.plan(asset)
    await transcode.put_in_place(await transcode.make(planned[0]))
    await transcode.put_in_place(chunk_given_up(planned[1], "unreadable", "nothing there"))
    progress = await bench.call("GetTimeline", GetTimelineRequest(asset_id=asset_id))
    assert (progress.chunks_planned, progress.chunks_transcoded, progress.chunks_failed) == (4, 1, 1)
    assert progress.timeline.frame_count == 100
    picture = await bench.call("GetFrame", GetFrameRequest(asset_id=asset_id, frame=60))
    assert picture.moment.frame == 60, "pictures come out of the original, whatever is transcoded yet"
    with pytest.raises(Conflict, match="2 of 4 chunks"):
        await bench.call("ListShots", ListShotsRequest(asset_id=asset_id))


async def test_an_asset_whose_parts_cannot_be_put_together_still_ends_once(transcode) -> None:
    """Whichever part was given up, it is the same event as the end would have been."""
    work = Work(asset_id="a", generation=3)
    reason = Reason("disk broken", "failed")
    for part in (ChunkTranscoded(work=work, index=7), AudioExtracted(work=work)):
        await transcode.bench.give_up(part, reason)
    ended = transcode.bench.facts.one(AssetTranscoded)
    assert ended.outcome.failed.code == "not_stitched"
    assert "disk broken" in ended.missing[0]


async def test_pictures_behind_a_discontinuity_in_asf_are_found(transcode, tmp_path: Path) -> None:
    """Tried: a padded packet of ASF is read as two of the same time, and a seek to a byte finds half of one.

    So one picture more is planned than there is; all others come out.
    """
    rates = {"b": "8000000", "minrate": "8000000", "maxrate": "8000000", "bufsize": "4000000", "qmin": "1"}
    clip = Clip(frames=300, width=160, height=96, key_every=50, codec="mpeg4", options=rates, sound=False)
    chunks = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "padded.asf", clip)))
    assert chunks[-1].discontinuity == 1
    made = await transcode.make(chunks[-1])
    assert made.span.frames > 40
    assert len(made.missing_pts) <= 1
