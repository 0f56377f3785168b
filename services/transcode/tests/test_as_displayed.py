"""Pictures come out as they are looked at: upright, progressive, with square pixels."""

from __future__ import annotations

import io
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import PIL.Image
import pyarrow as pa
import pytest

from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import frame_number

MATRICES = {
    90: (0, 1, -1, 0),
    180: (-1, 0, 0, -1),
    270: (0, -1, 1, 0),
}


def turned(path: Path, degrees: int) -> Path:
    """Say in the track header that the picture is to be turned clockwise (ISO/IEC 14496-12, 8.3.2)."""
    data = path.read_bytes()
    at = data.index(b"tkhd") + 4 + 40
    one = 0x00010000
    a, b, c, d = MATRICES[degrees]
    matrix = (a * one, b * one, 0, c * one, d * one, 0, 0, 0, 0x40000000)
    packed = b"".join(value.to_bytes(4, "big", signed=True) for value in matrix)
    path.write_bytes(data[:at] + packed + data[at + 36 :])
    return path


async def first_sample(transcode, path: Path) -> np.ndarray:
    facts = await transcode.plan(await transcode.ingested(path))
    made = await transcode.make(facts[0])
    assert made.outcome.HasField("done"), made.outcome
    bundle = await transcode.bench.objects.read(made.frames)
    row = pa.ipc.open_file(pa.BufferReader(bundle)).read_all().to_pylist()[0]
    return np.asarray(PIL.Image.open(io.BytesIO(row["jpeg"])).convert("L"))


@pytest.mark.parametrize("degrees", [90, 180, 270])
async def test_a_turned_picture_lies_upright(transcode, tmp_path: Path, degrees: int) -> None:
    path = turned(make_clip(tmp_path / "phone.mp4", Clip(frames=50, sound=False)), degrees)
    ended = await transcode.transcode(await transcode.ingested(path))
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        frames = list(movie.decode(video=0))
    assert len(frames) == 50
    size = (frames[0].width, frames[0].height)
    assert size == ((320, 180) if degrees == 180 else (180, 320))
    luma = frames[21].to_ndarray(format="gray")
    # Turn it back: the number must stand in the top strip again.
    assert frame_number(np.rot90(luma, degrees // 90)) == 21


async def test_wide_pixels_become_square(transcode, tmp_path: Path) -> None:
    clip = Clip(frames=25, width=360, height=288, sample_aspect_ratio=Fraction(16, 11), sound=False)
    ended = await transcode.transcode(await transcode.ingested(make_clip(tmp_path / "wide.mp4", clip)))
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        frame = next(movie.decode(video=0))
        assert (frame.width, frame.height) == (524, 288)
    assert "RESOLUTION=524x288" in (await transcode.bench.objects.read(ended.playlist)).decode()


async def test_interlaced_pictures_are_deinterlaced_one_for_one(transcode, tmp_path: Path) -> None:
    clip = Clip(
        frames=50,
        width=720,
        height=576,
        sound=False,
        options={"x264-params": "keyint=25:min-keyint=25:scenecut=0:tff=1:threads=1"},
    )
    path = make_clip(tmp_path / "interlaced.ts", clip)
    with av.open(str(path)) as original:
        assert next(original.decode(video=0)).interlaced_frame
    ended = await transcode.transcode(await transcode.ingested(path))
    assert list(ended.missing) == []
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        frames = list(movie.decode(video=0))
    assert not frames[0].interlaced_frame
    assert [frame_number(frame.to_ndarray(format="gray")) for frame in frames] == list(range(50))


async def test_a_large_picture_is_scaled_for_proxy_and_models(transcode, tmp_path: Path) -> None:
    clip = Clip(frames=10, width=2560, height=1440, sound=False)
    path = make_clip(tmp_path / "large.mp4", clip)
    assert (await first_sample(transcode, path)).shape == (720, 1280)


async def test_colours_survive(transcode, tmp_path: Path) -> None:
    """High definition is BT.709, smaller pictures BT.601: a wrong matrix turns red into orange."""
    for width, height in ((1280, 720), (640, 360)):
        path = tmp_path / f"red{height}.mp4"
        red = np.zeros((height, width, 3), np.uint8)
        red[:] = (220, 40, 40)
        space = "ITU709" if height >= 720 else "ITU601"
        with av.open(str(path), "w") as output:
            stream = output.add_stream("libx264", rate=25, options={"crf": "10", "preset": "ultrafast"})
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for number in range(5):
                frame = av.VideoFrame.from_ndarray(red, format="rgb24")
                frame = frame.reformat(format="yuv420p", dst_colorspace=space)
                frame.pts, frame.time_base = number, Fraction(1, 25)
                for packet in stream.encode(frame):
                    output.mux(packet)
            for packet in stream.encode(None):
                output.mux(packet)
        facts = await transcode.plan(await transcode.ingested(path))
        made = await transcode.make(facts[0])
        bundle = await transcode.bench.objects.read(made.frames)
        row = pa.ipc.open_file(pa.BufferReader(bundle)).read_all().to_pylist()[0]
        colour = PIL.Image.open(io.BytesIO(row["jpeg"])).getpixel((width // 2, height // 2))
        assert colour == pytest.approx((220, 40, 40), abs=5)
