"""The very picture of a moment, out of the original: by frame, pts, seconds or timecode."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pytest
from numpy.typing import NDArray

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.media.v1.media_service_pb2 import GetFrameRequest, GetFrameResponse, GetTimelineRequest
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcomes import Busy, Conflict, Gone, NotFound, Rejected
from framewell_kit.testing.clocks import HeldClock
from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number
from framewell_media.timeline import Moment
from framewell_transcode.adapters.kept_picture_documents import KeptPictureDocuments
from framewell_transcode.adapters.sandboxed_pictures import SandboxedPictures
from framewell_transcode.domain.pictures import KeptPicture
from framewell_transcode.domain.proxy import ProxyRecipe

CLIPS = {
    "b-frames.mp4": Clip(b_frames=3),
    "open-gop.ts": Clip(b_frames=3, open_gop=True),
    "open-gop.mkv": Clip(b_frames=2, open_gop=True),
    "variable.mkv": Clip(pts=[40 * n + 9 * (n % 3) for n in range(100)]),
    "ntsc.mov": Clip(rate=Fraction(30000, 1001), timecode="00:00:59;20", b_frames=2),
    "mpeg2.mxf": Clip(codec="mpeg2video", b_frames=2, sound=False),
    "one-group.mp4": Clip(key_every=1000),
    "no-times.avi": Clip(b_frames=2, codec="libx264"),
}
ASKED = (0, 1, 24, 25, 26, 49, 50, 62, 63, 98, 99)


async def ask(transcode, asset, **wanted: object) -> GetFrameResponse:
    request = GetFrameRequest(asset_id=asset.work.asset_id, **wanted)  # type: ignore[arg-type]
    answer: GetFrameResponse = await transcode.bench.call("GetFrame", request)
    return answer


def pixels(answer: GetFrameResponse) -> NDArray[np.uint8]:
    return np.asarray(PIL.Image.open(io.BytesIO(answer.jpeg)))


def number(answer: GetFrameResponse) -> int:
    return frame_number(np.asarray(PIL.Image.open(io.BytesIO(answer.jpeg)).convert("L")))


@pytest.mark.parametrize("name", CLIPS)
async def test_each_way_of_asking_gives_the_very_picture(transcode, tmp_path: Path, name: str) -> None:
    """Tried: the nearest of two pictures a second was given in its place."""
    path = make_clip(tmp_path / name, CLIPS[name])
    asset = await transcode.ingested(path)
    await transcode.plan(asset)
    timeline = (await transcode.bench.call("GetTimeline", _timeline_of(asset))).timeline
    base = Fraction(timeline.time_base.numerator, timeline.time_base.denominator)
    for frame in ASKED:
        by_frame = await ask(transcode, asset, frame=frame)
        assert number(by_frame) == by_frame.moment.frame == frame
        pts = by_frame.moment.pts
        seconds = float(round((pts - timeline.start_pts) * base, 9))
        for way in ({"pts": pts}, {"seconds": seconds}, {"timecode": by_frame.timecode}):
            if way.get("timecode") == "":
                continue
            answer = await ask(transcode, asset, **way)
            assert (number(answer), answer.moment.frame) == (frame, frame), way
        if frame > 0:
            before = await ask(transcode, asset, pts=pts - 1)
            assert number(before) == before.moment.frame == frame - 1


def _timeline_of(asset):
    return GetTimelineRequest(asset_id=asset.work.asset_id)


async def test_it_equals_the_picture_of_the_proxy_and_of_the_bundle(transcode, tmp_path: Path) -> None:
    clip = Clip(
        frames=50,
        width=720,
        height=576,
        sound=False,
        sample_aspect_ratio=Fraction(16, 15),
        options={"x264-params": "keyint=25:min-keyint=25:scenecut=0:tff=1:bframes=2:threads=1"},
    )
    asset = await transcode.ingested(make_clip(tmp_path / "interlaced.ts", clip))
    ended = await transcode.transcode(asset)
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        proxy = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    bundled = dict(await transcode.bundled(asset.work.asset_id))
    for frame in (0, 13, 25, 31, 49):
        as_proxy = pixels(await ask(transcode, asset, frame=frame, width=proxy[0].shape[1]))
        assert as_proxy.shape == proxy[frame].shape
        assert np.abs(as_proxy.astype(int) - proxy[frame]).mean() < 4
        if frame in bundled:
            as_seen = pixels(await ask(transcode, asset, frame=frame))
            assert as_seen.shape == bundled[frame].shape
            assert np.abs(as_seen.astype(int) - bundled[frame]).mean() < 2
    assert {0, 13, 25} <= bundled.keys()


async def test_it_comes_in_the_width_asked_for_and_never_larger_than_it_is(transcode, tmp_path: Path) -> None:
    clip = Clip(frames=30, width=1920, height=1080, sound=False)
    asset = await transcode.ingested(make_clip(tmp_path / "hd.mp4", clip))
    await transcode.plan(asset)
    shapes = {
        width: pixels(await ask(transcode, asset, frame=7, width=width)).shape[:2]
        for width in (0, 16, 333, 1920, 4096)
    }
    assert shapes == {0: (720, 1280), 16: (9, 16), 333: (187, 333), 1920: (1080, 1920), 4096: (1080, 1920)}
    for width in (5000, 15, -1):
        with pytest.raises(Rejected, match=r"at most 4096|at least 16|16 to 4096"):
            await ask(transcode, asset, frame=7, width=width)


async def test_a_part_is_cut_out_before_it_is_made_smaller(transcode, tmp_path: Path) -> None:
    """A face keeps the pixels that it has: it is no part of a picture that was shrunk before."""
    clip = Clip(frames=30, width=1920, height=1080, sound=False)
    asset = await transcode.ingested(make_clip(tmp_path / "hd.mp4", clip))
    await transcode.plan(asset)
    whole = pixels(await ask(transcode, asset, frame=3, width=4096))
    height, width = whole.shape[:2]
    part = pixels(await ask(transcode, asset, frame=3, crop="0.5,.25,0.5,0.5"))
    assert part.shape[:2] == (height - 2 * (height // 4), width - width // 2)
    same = whole[height // 4 :, width // 2 :][: part.shape[0]]
    assert np.abs(part.astype(int) - same.astype(int)).mean() < 3
    small = pixels(await ask(transcode, asset, frame=3, crop="0.5,.25,0.5,0.5", width=32))
    assert small.shape[1] == 32


@pytest.mark.parametrize("crop", ["0.9,0,0.2,1", "0,0,0,1", "0,0.5,1,0.6"])
async def test_what_lies_beyond_the_picture_is_no_part_of_it(transcode, tmp_path: Path, crop: str) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mp4", Clip(frames=10, sound=False)))
    await transcode.plan(asset)
    with pytest.raises(Rejected, match="no part of a picture"):
        await ask(transcode, asset, frame=3, crop=crop)


async def test_a_moment_that_the_asset_does_not_have_is_refused_in_words(transcode, tmp_path: Path) -> None:
    clip = Clip(rate=Fraction(30000, 1001), timecode="00:00:59;20", sound=False)
    asset = await transcode.ingested(make_clip(tmp_path / "df.mov", clip))
    with pytest.raises(NotFound, match="not known"):
        await ask(transcode, asset, frame=0)
    await transcode.plan(asset)
    refused = {
        "has 100, counted from 0": {"frame": 100},
        "goes from pts 0 to pts .* for 3.337 s": {"pts": 10_000_000},
        "no picture at pts -5; the asset goes from pts 0": {"pts": -5},
        "no picture at second 3.4": {"seconds": 3.4},
        "no picture at second nan": {"seconds": float("nan")},
        "no picture at second inf": {"seconds": float("inf")},
        "no picture at second -1": {"seconds": -1.0},
        "skipped by drop frame": {"timecode": "00:01:00;00"},
        "not counted like the asset": {"timecode": "00:01:00:05"},
        "runs from 00:00:59;20 to 00:01:03;01": {"timecode": "10:00:00;00"},
        "by frame, pts, seconds or timecode": {},
    }
    for words, wanted in refused.items():
        with pytest.raises(Rejected, match=words):
            await ask(transcode, asset, **wanted)


async def test_an_asset_without_timecode_or_pictures_says_so(transcode, tmp_path: Path) -> None:
    asset = await transcode.ingested(make_clip(tmp_path / "clip.mkv", Clip(frames=30, sound=False)))
    await transcode.plan(asset)
    with pytest.raises(Rejected, match="has no timecode"):
        await ask(transcode, asset, timecode="00:00:00:01")
    sound = make_clip(tmp_path / "speech.mp4", Clip(frames=30))
    heard = await transcode.ingested(sound, kind="audio")
    await transcode.plan(heard)
    with pytest.raises(Rejected, match="sound alone"):
        await ask(transcode, heard, frame=0)


async def test_a_still_gives_its_picture_upright(transcode, tmp_path: Path) -> None:
    exif = PIL.Image.Exif()
    exif[0x0112] = 6
    PIL.Image.new("RGB", (1600, 1200), (200, 30, 30)).save(tmp_path / "photo.jpg", exif=exif)
    asset = await transcode.ingested(tmp_path / "photo.jpg", kind="still")
    await transcode.plan(asset)
    for width, shape in ((0, (960, 720, 3)), (600, (800, 600, 3)), (4096, (1600, 1200, 3))):
        assert pixels(await ask(transcode, asset, frame=0, width=width)).shape == shape
    assert pixels(await ask(transcode, asset, seconds=0.5))[400, 300].tolist() == pytest.approx(
        [200, 30, 30], abs=6
    )


async def test_it_is_taken_once_and_kept_with_the_asset_until_that_is_removed(
    transcode, tmp_path: Path
) -> None:
    path = make_clip(tmp_path / "clip.mp4", Clip(frames=30, sound=False))
    asset = await transcode.ingested(path)
    await transcode.decide(asset.work.asset_id, 2, allowed=False)
    await transcode.plan(asset)
    first = await ask(transcode, asset, frame=7)
    assert number(first) == 7, "looking is no analysis"
    async with transcode.bench.objects.local(asset.original) as stored:
        stored.write_bytes(b"nothing to decode any more")
    assert (await ask(transcode, asset, frame=7)) == first
    with pytest.raises(Conflict):
        await ask(transcode, asset, frame=8)
    assert await transcode.bench.objects.exists(first.key)
    await transcode.bench.deliver(AssetRemoved(asset_id=asset.work.asset_id))
    assert not await transcode.bench.objects.exists(first.key)
    for wanted in ({"frame": 7}, {"frame": 9}):
        with pytest.raises(Gone, match="removed"):
            await ask(transcode, asset, **wanted)


async def test_where_a_picture_cannot_be_decoded_it_is_the_one_before_as_in_the_proxy(
    transcode, tmp_path: Path
) -> None:
    path = make_clip(tmp_path / "hole.mp4", Clip(frames=75, sound=False))
    data = bytearray(path.read_bytes())
    with av.open(str(path)) as container:
        packets = [packet for packet in container.demux(video=0) if packet.size]
    for packet in packets[30:45]:
        data[packet.pos : packet.pos + packet.size] = bytes(packet.size)
    path.write_bytes(data)
    asset = await transcode.ingested(path)
    await transcode.transcode(asset)
    for frame, shown in ((29, 29), (30, 29), (40, 29)):
        answer = await ask(transcode, asset, frame=frame)
        assert number(answer) == answer.moment.frame == shown
    assert number(await ask(transcode, asset, frame=60)) == 60


async def test_pictures_wait_for_each_other_up_to_a_number_and_then_say_so(tmp_path: Path) -> None:
    taker = SandboxedPictures(None, None, tmp_path, ProxyRecipe(), 1 << 30, at_once=1)  # type: ignore[arg-type]
    taker._waiting = 32
    with pytest.raises(Busy, match="32 pictures"):
        async with taker._turn():
            pass


async def test_of_an_asset_the_newest_pictures_of_the_newest_generation_stay() -> None:
    clock = HeldClock()
    kept = KeptPictureDocuments(MemoryDocuments(), clock, most=2)

    async def keep(generation: int, name: str, key: str) -> list[str]:
        clock.advance(1)
        return list(await kept.keep(KeptPicture("a", generation, name, key, Moment(0, 0))))

    assert await keep(1, "frame=1", "k1") == []
    assert await keep(1, "pts=5", "k1") == []
    assert await keep(1, "frame=2", "k2") == [], "the other name still needs k1"
    assert await keep(1, "frame=3", "k3") == ["k1"]
    assert await keep(2, "frame=3", "k3") == ["k2"], "the older generation goes, k3 stays"
    assert await kept.find("a", 1, "frame=3") is None
    assert await kept.find("a", 2, "frame=3") == KeptPicture("a", 2, "frame=3", "k3", Moment(0, 0))
    assert await kept.remove("a") == 1
