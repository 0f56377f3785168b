"""From an original to a proxy that plays: every picture once, in order, at its time."""

from __future__ import annotations

import io
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pyarrow as pa
import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected, AssetRemoved
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.media.v1.media_pb2 import MEDIA_KIND_STILL
from framewell.media.v1.media_service_pb2 import GetFrameRequest, ReadObjectRequest
from framewell.objects.v1.object_service_pb2 import FindObjectRequest
from framewell_kit.outcomes import Gone, NotFound
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import beeps, decoded_numbers, frame_number, luma_plane

CLIPS = {
    "closed.mp4": Clip(),
    "b-frames.mp4": Clip(b_frames=3, open_gop=True),
    "open-gop.ts": Clip(b_frames=3, open_gop=True),
    "open-gop.mkv": Clip(b_frames=2, open_gop=True),
    "variable.mkv": Clip(pts=[40 * n + 9 * (n % 3) for n in range(100)]),
    "ntsc.mov": Clip(rate=Fraction(30000, 1001), timecode="00:00:59;20"),
    "fifty.mp4": Clip(rate=Fraction(50)),
    "mpeg2.mxf": Clip(codec="mpeg2video", b_frames=2, sound=False),
    "silent.mp4": Clip(sound=False),
    "one-group.mp4": Clip(key_every=1000),
}


def pictures_of(track: list[bytes]) -> tuple[list[int], list[Fraction]]:
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        frames = list(movie.decode(video=0))
    return [frame_number(luma_plane(frame)) for frame in frames], [f.pts * f.time_base for f in frames]


@pytest.mark.parametrize("name", CLIPS)
async def test_the_proxy_shows_every_picture_once_and_at_its_time(
    transcode, tmp_path: Path, name: str
) -> None:
    path = make_clip(tmp_path / name, CLIPS[name])
    with av.open(str(path)) as original:
        times = [frame.pts * frame.time_base for frame in original.decode(video=0)]
    ended = await transcode.transcode(await transcode.ingested(path))
    assert ended.outcome.HasField("done")
    assert list(ended.missing) == []
    numbers, shown = pictures_of((await transcode.download(ended.playlist))[0])
    assert numbers == decoded_numbers(path) == list(range(100))
    assert all(
        abs(at - (time - times[0])) <= Fraction(1, 240_000) for at, time in zip(shown, times, strict=True)
    )
    assert ended.work.timeline.frame_count == 100
    assert ended.expects_audio == CLIPS[name].sound
    assert ended.chunk_count == 1 if name == "one-group.mp4" else ended.chunk_count > 1


async def test_sound_starts_with_the_pictures(transcode, tmp_path: Path) -> None:
    ended = await transcode.transcode(
        await transcode.ingested(make_clip(tmp_path / "clip.ts", Clip(frames=75)))
    )
    _, sound = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(sound)), mode="r") as movie:
        samples = np.concatenate([frame.to_ndarray()[0] for frame in movie.decode(audio=0)])
    loud = np.flatnonzero(np.abs(samples) > 0.1)
    starts = [loud[0], *(late for early, late in pairwise(loud) if late - early > 4800)]
    assert [round(float(start) / 48_000, 2) for start in starts] == [
        pytest.approx(n, abs=0.02) for n in range(3)
    ]


async def test_speech_is_16_khz_mono_of_the_asset_s_length_and_loudness_is_measured(
    transcode, tmp_path: Path
) -> None:
    await transcode.plan(await transcode.ingested(make_clip(tmp_path / "clip.mp4")))
    audio = transcode.bench.facts.one(AudioExtracted)
    with av.open(io.BytesIO(await transcode.bench.objects.read(audio.speech)), mode="r") as speech:
        stream = speech.streams.audio[0]
        assert (stream.rate, stream.channels) == (16_000, 1)
        assert sum(frame.samples for frame in speech.decode(stream)) == 64_000
    assert -30 < audio.loudness_lufs < -10


async def test_shots_do_not_depend_on_where_chunks_were_cut(transcode, tmp_path: Path) -> None:
    clip = Clip(cuts=(25, 40, 75), key_every=25)
    ended = await transcode.transcode(await transcode.ingested(make_clip(tmp_path / "cuts.mp4", clip)))
    assert ended.chunk_count == 4
    shots = (await transcode.index(ended)).shots
    assert [shot.span.first_frame for shot in shots] == [0, 25, 40, 75]
    assert sum(shot.span.frames for shot in shots) == 100
    assert ended.shot_count == 4
    whole = Clip(cuts=(25, 40, 75), key_every=1000)
    in_one = await transcode.transcode(await transcode.ingested(make_clip(tmp_path / "whole.mp4", whole)))
    assert (await transcode.index(in_one)).shots == shots


async def test_models_see_two_pictures_a_second_and_every_shot(transcode, tmp_path: Path) -> None:
    clip = Clip(cuts=(30, 38, 46), width=1920, height=1080, frames=75)
    facts = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "hd.mp4", clip)))
    rows, cuts = [], []
    for planned in facts:
        made = await transcode.make(planned)
        rows += (
            pa.ipc.open_file(pa.BufferReader(await transcode.bench.objects.read(made.frames)))
            .read_all()
            .to_pylist()
        )
        cuts += made.provisional_cuts
    assert [row["frame"] for row in rows if row["why"] == "grid"] == [0, 13, 25, 38, 50, 63]
    assert {row["why"] for row in rows} == {"grid", "shot"}
    assert [pts * 25 // 12800 for pts in cuts] == [30, 38, 46]
    for row in rows:
        assert (row["width"], row["height"]) == (1280, 720)
        picture = PIL.Image.open(io.BytesIO(row["jpeg"]))
        assert frame_number(np.asarray(picture.convert("L"))) == row["frame"]
        assert row["seconds"] == pytest.approx(row["frame"] / 25)


async def test_timecode_counts_drop_frame_labels(transcode, tmp_path: Path) -> None:
    clip = Clip(rate=Fraction(30000, 1001), timecode="00:00:59;20", frames=30)
    facts = await transcode.plan(await transcode.ingested(make_clip(tmp_path / "df.mov", clip)))
    made = await transcode.make(facts[0])
    rows = (
        pa.ipc.open_file(pa.BufferReader(await transcode.bench.objects.read(made.frames)))
        .read_all()
        .to_pylist()
    )
    assert [(row["frame"], row["timecode"]) for row in rows] == [(0, "00:00:59;20"), (15, "00:01:00;07")]


async def test_a_still_goes_the_same_way_and_lies_upright(transcode, tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (1600, 1200), (200, 30, 30)).save(tmp_path / "photo.jpg", exif=exif)
    ended = await transcode.transcode(await transcode.ingested(tmp_path / "photo.jpg", kind="still"))
    assert ended.work.kind == MEDIA_KIND_STILL
    assert ended.work.timeline.frame_count == 1
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        (frame,) = movie.decode(video=0)
        assert (frame.width, frame.height) == (540, 720)
        assert frame.to_ndarray(format="rgb24")[270, 200].tolist() == pytest.approx([200, 30, 30], abs=6)
        assert float(movie.duration / av.time_base) == pytest.approx(1.0, abs=0.01)
    wanted = GetFrameRequest(asset_id=ended.work.asset_id, frame=0)
    picture = await transcode.bench.call("GetFrame", wanted)
    assert PIL.Image.open(io.BytesIO(picture.jpeg)).size == (720, 960)


async def test_sound_without_pictures_is_an_asset_too(transcode, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "sound.wav"), "w") as output:
        stream = output.add_stream("pcm_s16le", rate=48_000, layout="mono")
        for block in beeps(2.0):
            for packet in stream.encode(block):
                output.mux(packet)
    ended = await transcode.transcode(await transcode.ingested(tmp_path / "sound.wav", kind="audio"))
    assert ended.outcome.HasField("done")
    assert ended.expects_audio
    assert ended.work.timeline.duration_pts == pytest.approx(96_000, abs=2048)
    assert ended.shot_count == 0
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        assert sum(frame.samples for frame in movie.decode(audio=0)) >= 96_000


async def test_a_file_without_pictures_to_plan_is_rejected(transcode, tmp_path: Path) -> None:
    (tmp_path / "odd.mp4").write_bytes(b"#EXTM3U\n/etc/passwd\n")
    assert await transcode.plan(await transcode.ingested(tmp_path / "odd.mp4")) == []
    assert transcode.bench.facts.one(AssetRejected).code == "not_media"


@pytest.mark.parametrize("name", ["b-frames.mp4", "open-gop.ts", "variable.mkv", "ntsc.mov"])
async def test_a_player_opens_the_playlist_where_it_lies(transcode, tmp_path: Path, name: str) -> None:
    """The very objects on disk, opened by libavformat's HLS demuxer through the master playlist."""
    ended = await transcode.transcode(await transcode.ingested(make_clip(tmp_path / name, CLIPS[name])))
    async with transcode.bench.objects.local(ended.playlist) as playlist:
        options = {"allowed_extensions": "ALL", "extension_picky": "0"}
        with av.open(str(playlist), mode="r", format="hls", container_options=options) as player:
            pictures = [frame.pts * frame.time_base for frame in player.decode(video=0)]
        with av.open(str(playlist), mode="r", format="hls", container_options=options) as player:
            samples = sum(frame.samples for frame in player.decode(audio=0))
    assert len(pictures) == 100
    assert all(late > early for early, late in pairwise(pictures))
    assert samples / 48_000 == pytest.approx(float(pictures[-1] - pictures[0]), abs=0.1)


async def test_every_fact_of_an_asset_has_the_labels_and_the_time_of_its_request(
    transcode, tmp_path: Path
) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip()), labels={"job": "4711"})
    asset.work.requested_at.FromJsonString("2026-11-22T18:00:00Z")
    await transcode.transcode(asset)
    facts = [message for _, message in transcode.bench.facts.events]
    assert {type(fact).__name__ for fact in facts} == {
        "ChunkPlanned", "ChunkTranscoded", "AudioExtracted", "AssetTranscoded",
    }  # fmt: skip
    for fact in facts:
        assert (dict(fact.work.labels), fact.work.requested_at) == (
            {"job": "4711"}, asset.work.requested_at,
        )  # fmt: skip


async def test_what_was_made_is_read_below_its_asset_alone_and_until_that_is_removed(
    transcode, tmp_path: Path
) -> None:
    clip = make_clip(tmp_path / "a.mp4", Clip(sound=False))
    ended = await transcode.transcode(await transcode.ingested(clip))
    asset_id, key = ended.work.asset_id, ended.playlist.key
    read = ReadObjectRequest(asset_id=asset_id, key=key)
    assert [piece async for piece in transcode.bench.stream("ReadObject", read)]
    found = await transcode.bench.call("FindObject", FindObjectRequest(asset_id=asset_id, key=key))
    assert found.object.key == key
    other = "99999999-0000-4000-8000-000000000000"
    with pytest.raises(NotFound):
        await transcode.bench.call("FindObject", FindObjectRequest(asset_id=other, key=key))
    await transcode.bench.deliver(AssetRemoved(asset_id=asset_id))
    with pytest.raises(Gone, match="removed"):
        [piece async for piece in transcode.bench.stream("ReadObject", read)]
