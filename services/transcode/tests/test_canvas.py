"""A recording keeps one canvas: what changes size or shape on its way is fitted into it, never squeezed."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number
from framewell_transcode.domain.proxy import Placement, Size, placed

WIDE = Clip(
    frames=38, width=720, height=576, codec="mpeg2video", sound=False, sample_aspect_ratio=Fraction(64, 45)
)
NARROW = Clip(
    frames=13, width=720, height=576, codec="mpeg2video", sound=False, sample_aspect_ratio=Fraction(16, 15)
)
SMALL = Clip(frames=13, width=640, height=360, sound=False, b_frames=2)
LARGE = Clip(frames=38, width=1280, height=720, sound=False, b_frames=2)
FIELDS = Clip(
    frames=38,
    width=720,
    height=576,
    sound=False,
    options={"x264-params": "keyint=25:min-keyint=25:scenecut=0:tff=1:threads=1"},
)


def spliced(path: Path, first: Clip, second: Clip) -> Path:
    """Write two clips one after the other as one transport stream, whose clock runs on."""
    before = make_clip(path.with_suffix(".first.ts"), first)
    at = {"output_ts_offset": str(float(first.frames / first.rate)), "muxdelay": "0"}
    after = make_clip(path.with_suffix(".second.ts"), Clip(**{**_fields(second), "container_options": at}))
    path.write_bytes(before.read_bytes() + after.read_bytes())
    return path


def _fields(clip: Clip) -> dict[str, object]:
    return {name: getattr(clip, name) for name in clip.__slots__}


async def shown(transcode, path: Path) -> tuple[list[NDArray[np.uint8]], list[NDArray[np.uint8]]]:
    """Return the pictures of the proxy, and those of the bundles, as height x width x 3."""
    asset = await transcode.ingested(path)
    ended = await transcode.transcode(asset)
    assert list(ended.missing) == []
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        proxy = [frame.to_ndarray(format="rgb24") for frame in movie.decode(video=0)]
    return proxy, [picture for _, picture in await transcode.bundled(asset.work.asset_id)]


def number_on(picture: NDArray[np.uint8], place: Placement) -> int:
    """Return the number burnt into what stands in a place of a canvas."""
    inner = picture[place.top :, place.left :][: place.size.height, : place.size.width]
    return frame_number(inner.mean(axis=2).astype(np.uint8))


def bars(picture: NDArray[np.uint8], place: Placement) -> NDArray[np.uint8]:
    """Return the pixels of a canvas beside a place, a pixel away from it."""
    beside = np.ones(picture.shape[:2], bool)
    beside[max(0, place.top - 1) : place.top + place.size.height + 1][
        :, max(0, place.left - 1) : place.left + place.size.width + 1
    ] = False
    return picture[beside]


CHANGES = {
    "4:3 to 16:9": (NARROW, WIDE, Size(768, 576), Size(1024, 576)),
    "16:9 to 4:3": (WIDE, NARROW, Size(1024, 576), Size(768, 576)),
    "small to large": (SMALL, LARGE, Size(640, 360), Size(1280, 720)),
    "large to small": (LARGE, SMALL, Size(1280, 720), Size(640, 360)),
    "progressive to fields": (SMALL, FIELDS, Size(640, 360), Size(720, 576)),
    "fields to progressive": (FIELDS, SMALL, Size(720, 576), Size(640, 360)),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_on_the_way_is_fitted_into_the_canvas_picture_by_picture(
    transcode, tmp_path: Path, change: str
) -> None:
    """Tried: 16:9 parts were squeezed into 4:3; half a recording was thrown away, with an untrue sentence."""
    first, second, before, after = CHANGES[change]
    proxy, models = await shown(transcode, spliced(tmp_path / "change.ts", first, second))
    canvas = before.fitted(Size(960, 540), even=True)
    assert {picture.shape for picture in proxy} == {(canvas.height, canvas.width, 3)}
    places = [placed(before, canvas, even=True)] * first.frames + [
        placed(after, canvas, even=True)
    ] * second.frames
    assert places[0].size == canvas
    numbers = [number_on(picture, place) for picture, place in zip(proxy, places, strict=True)]
    assert numbers == [*range(first.frames), *range(second.frames)]
    for picture, place in zip(proxy, places, strict=True):
        if place.size != canvas:
            assert bars(picture, place).max() < 40
    large = before.fitted(Size(1280, 720), even=False)
    assert {picture.shape for picture in models} == {(large.height, large.width, 3)}


@pytest.mark.parametrize(
    ("picture", "canvas", "place"),
    [
        (Size(1024, 576), Size(720, 540), Placement(Size(720, 404), 0, 68)),
        (Size(768, 576), Size(960, 540), Placement(Size(720, 540), 120, 0)),
        (Size(320, 180), Size(960, 540), Placement(Size(960, 540), 0, 0)),
        (Size(1920, 1088), Size(960, 540), Placement(Size(960, 540), 0, 0)),
        (Size(524, 288), Size(524, 288), Placement(Size(524, 288), 0, 0)),
        (Size(1, 10_000), Size(960, 540), Placement(Size(2, 540), 478, 0)),
    ],
)
def test_a_picture_is_placed_in_the_middle_as_large_as_fits(
    picture: Size, canvas: Size, place: Placement
) -> None:
    assert placed(picture, canvas, even=True) == place


async def test_an_upright_recording_is_as_large_as_a_wide_one(transcode, tmp_path: Path) -> None:
    """Tried: a portrait proxy was 304x540."""
    clip = Clip(frames=25, width=1080, height=1920, sound=False)
    proxy, models = await shown(transcode, make_clip(tmp_path / "portrait.mp4", clip))
    assert proxy[0].shape == (960, 540, 3)
    assert models[0].shape == (1280, 720, 3)


async def test_odd_sizes_and_full_chroma_come_out_even_and_whole(transcode, tmp_path: Path) -> None:
    path = tmp_path / "odd.mkv"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 479, 271, "yuv444p"
        for number in range(25):
            planes = np.full((3, 271, 479), 128, np.uint8)
            planes[0] = 40 + 4 * number
            frame = av.VideoFrame.from_ndarray(planes, format="yuv444p")
            frame.pts, frame.time_base = number, Fraction(1, 25)
            for packet in stream.encode(frame):
                output.mux(packet)
        for packet in stream.encode(None):
            output.mux(packet)
    proxy, models = await shown(transcode, path)
    assert proxy[0].shape == (272, 480, 3)
    assert models[0].shape == (271, 479, 3)
    assert len(proxy) == 25
    meant = [(24 + 4 * number) * 255 / 219 for number in range(25)]
    assert [float(picture[100, 100, 0]) for picture in proxy] == pytest.approx(meant, abs=6)
