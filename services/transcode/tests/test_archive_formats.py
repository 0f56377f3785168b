"""What archives hold goes all the way: every picture once, every second of sound, every colour."""

from __future__ import annotations

import io
from pathlib import Path

import av
import PIL.Image
import pyarrow as pa
import pytest

from framewell_media.testing.archive_files import (
    RECORDINGS,
    SOUND_SECONDS,
    SOUNDS,
    make_recording,
    make_sound,
)
from framewell_media.testing.clips import frame_number, luma_plane
from framewell_media.testing.stills import STILLS, expected_colours, make_still


@pytest.mark.parametrize("name", RECORDINGS)
async def test_every_picture_of_a_recording_comes_out_once(transcode, tmp_path: Path, name: str) -> None:
    ended = await transcode.transcode(await transcode.ingested(make_recording(tmp_path, name)))
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        numbers = [frame_number(luma_plane(frame)) for frame in movie.decode(video=0)]
    count = 50 if name.endswith(".dv") else 100
    # The first packets of a recording begun in the middle of one hold its tables and a whole picture.
    assert numbers == list(range(count))


@pytest.mark.parametrize("name", SOUNDS)
async def test_every_second_of_a_sound_comes_out(transcode, tmp_path: Path, name: str) -> None:
    ended = await transcode.transcode(await transcode.ingested(make_sound(tmp_path, name), kind="audio"))
    assert ended.outcome.HasField("done"), ended.outcome
    seconds = ended.work.timeline.duration_pts / 48_000
    assert seconds == pytest.approx(SOUND_SECONDS, abs=0.06)


@pytest.mark.parametrize("name", STILLS)
async def test_a_still_shows_its_colours_to_models_and_viewers(transcode, tmp_path: Path, name: str) -> None:
    facts = await transcode.plan(await transcode.ingested(make_still(tmp_path, name), kind="still"))
    made = await transcode.make(facts[0])
    assert made.outcome.HasField("done"), made.outcome
    bundle = await transcode.bench.objects.read(made.frames)
    (row,) = pa.ipc.open_file(pa.BufferReader(bundle)).read_all().to_pylist()
    proxy = await transcode.bench.objects.read(made.proxy_header)
    proxy += await transcode.bench.objects.read(made.proxy_segment)
    with av.open(io.BytesIO(proxy), mode="r") as movie:
        (frame,) = movie.decode(video=0)
    left, right = expected_colours(name)
    for seen in (PIL.Image.open(io.BytesIO(row["jpeg"])), frame.to_image()):
        assert seen.getpixel((seen.width // 8, seen.height // 2)) == pytest.approx(left, abs=12)
        assert seen.getpixel((seen.width * 7 // 8, seen.height // 2)) == pytest.approx(right, abs=12)
