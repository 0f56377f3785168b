"""Proxies play to their end in a real Chromium through hls.js, one buffered range and no fatal error."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest
from av.stream import Disposition

from framewell.media.v1.media_pb2 import TRACK_KIND_SUBTITLE
from framewell_media.testing.captioned import SubtitleTrack, write_captioned
from framewell_transcode.testing import Transcode
from media.browser import CHROMIUM, HLS, browsing
from media.kinds import FFMPEG, KINDS, Kind, Workshop

FEW: Final = ("open-gop.ts", "variable.mkv", "hold.mp4", "tape.dv")
ALL: Final = "FRAMEWELL_EVERY_KIND_IN_A_BROWSER" in os.environ
PLAYED: Final = tuple(kind for kind in KINDS if ALL or kind.name in FEW)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here to make media with"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.skipif(not HLS.exists(), reason="no npm packages here"),
]


@pytest.mark.parametrize("kind", PLAYED, ids=lambda kind: kind.name)
async def test_a_proxy_plays_to_its_end(
    transcode: Transcode, shop: Workshop, stored: Path, tmp_path: Path, kind: Kind
) -> None:
    ended = await transcode.transcode(await transcode.ingested(kind.make(shop, kind.name)))
    clock = ended.work.timeline
    seconds = clock.duration_pts * clock.time_base.numerator / clock.time_base.denominator
    with browsing(stored, f"/{ended.playlist.key}", tmp_path / "profile") as seen:
        answer = seen.get(timeout=240)
    assert answer["fatal"] == []
    assert answer["ended"]
    assert len(answer["ranges"]) == 1
    assert answer["ranges"][0] == [pytest.approx(0, abs=0.1), pytest.approx(seconds, abs=0.1)]
    assert answer["duration"] == pytest.approx(seconds, abs=0.1)
    assert answer["shown"] > 0


async def test_the_subtitles_of_a_proxy_are_shown_at_their_times(
    transcode: Transcode, stored: Path, tmp_path: Path
) -> None:
    german = SubtitleTrack(metadata={"language": "ger", "title": "Deutsch"}, disposition=Disposition.default)
    clip = write_captioned(tmp_path / "subtitles.mkv", [german, SubtitleTrack(metadata={"language": "eng"})])
    asset = await transcode.ingested(clip)
    asset.tracks.add(index=1, kind=TRACK_KIND_SUBTITLE, codec="srt")
    ended = await transcode.transcode(asset)
    with browsing(stored, f"/{ended.playlist.key}", tmp_path / "profile") as seen:
        answer = seen.get(timeout=240)
    assert answer["fatal"] == []
    assert [(one["language"], one["label"]) for one in answer["texts"]] == [("de", "Deutsch"), ("en", "en")]
    assert answer["texts"][0]["cues"] == [[0.5, 2, "Guten Abend"], [2.5, 3, "Zwei\nZeilen"]]
