"""Codecs and structures beyond the usual: still every picture once, in order."""

from __future__ import annotations

import io
from pathlib import Path

import av
import pytest

from framewell_media.testing import Clip, make_clip
from framewell_media.testing.clips import decoded_numbers, frame_number, luma_plane

HEVC = {"x265-params": "keyint=25:min-keyint=25:scenecut=0:bframes=3:open-gop=1:log-level=none:pools=1"}
INTRA_REFRESH = {
    "x264-params": "keyint=25:intra-refresh=1:scenecut=0:bframes=0:threads=1",
    "preset": "ultrafast",
}
CASES = {
    "hevc-open-gop.mp4": Clip(codec="libx265", options={"preset": "ultrafast", **HEVC}, sound=False),
    "hevc.ts": Clip(codec="libx265", options={"preset": "ultrafast", **HEVC}, sound=False),
    "vp8.mkv": Clip(codec="libvpx", options={"deadline": "realtime", "cpu-used": "8"}, sound=False),
    "mpeg2.ts": Clip(codec="mpeg2video", b_frames=2, sound=False),
    "mpeg4-b-frames.mp4": Clip(codec="mpeg4", b_frames=2, sound=False),
    "mpeg4-b-frames.avi": Clip(codec="mpeg4", b_frames=2, sound=False),
    "h264-b-frames.avi": Clip(b_frames=2, sound=False),
    "elementary.m2v": Clip(codec="mpeg2video", sound=False),
    "intra-refresh.mp4": Clip(options=INTRA_REFRESH, sound=False),
}


@pytest.mark.parametrize("name", CASES)
async def test_every_picture_comes_out_once(transcode, tmp_path: Path, name: str) -> None:
    container = "mpeg2video" if name.endswith("m2v") else None
    path = make_clip(tmp_path / name, CASES[name], container=container)
    ended = await transcode.transcode(await transcode.ingested(path))
    track, _ = await transcode.download(ended.playlist)
    with av.open(io.BytesIO(b"".join(track)), mode="r") as movie:
        numbers = [frame_number(luma_plane(frame)) for frame in movie.decode(video=0)]
    assert numbers == decoded_numbers(path)
    assert numbers == list(range(100))
