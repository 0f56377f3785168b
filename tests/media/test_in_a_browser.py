"""Proxies play to their end in a real Chromium through hls.js, one buffered range and no fatal error."""

from __future__ import annotations

import http.server
import json
import os
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

import pytest
from av.stream import Disposition

from framewell.media.v1.media_pb2 import TRACK_KIND_SUBTITLE
from framewell_media.testing.captioned import SubtitleTrack, write_captioned
from framewell_transcode.testing import Transcode
from media.kinds import FFMPEG, KINDS, Kind, Workshop

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
HLS: Final = Path(__file__).resolve().parents[2] / "node_modules" / "hls.js" / "dist" / "hls.min.js"
FEW: Final = ("open-gop.ts", "variable.mkv", "hold.mp4", "tape.dv")
ALL: Final = "FRAMEWELL_EVERY_KIND_IN_A_BROWSER" in os.environ
PLAYED: Final = tuple(kind for kind in KINDS if ALL or kind.name in FEW)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(FFMPEG is None, reason="no ffmpeg here to make media with"),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
    pytest.mark.skipif(not HLS.exists(), reason="no npm packages here"),
]

PAGE: Final = """<!doctype html><title>player</title><video id="v" muted></video>
<script src="/hls.min.js"></script>
<script>
const video = document.getElementById("v"), said = { fatal: [], ranges: [], ended: false };
const tell = () => fetch("/said", { method: "POST", body: JSON.stringify(said) });
const hls = new Hls();
hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) { said.fatal.push(data.details); tell(); } });
hls.on(Hls.Events.MANIFEST_PARSED, () => { video.playbackRate = 4; video.play(); });
video.addEventListener("ended", () => {
  const ranges = video.buffered;
  for (let i = 0; i < ranges.length; i++) said.ranges.push([ranges.start(i), ranges.end(i)]);
  said.ended = true; said.duration = video.duration;
  said.shown = video.getVideoPlaybackQuality().totalVideoFrames;
  said.texts = [...video.textTracks].map(track => ({
    language: track.language, kind: track.kind, label: track.label,
    cues: [...(track.cues || [])].map(cue => [cue.startTime, cue.endTime, cue.text]),
  }));
  tell();
});
hls.loadSource("/PLAYLIST"); hls.attachMedia(video);
</script>"""


class Site(http.server.SimpleHTTPRequestHandler):
    """Serves the objects, the player and its page; keeps what the page says."""

    def __init__(self, *args: Any, page: str, said: queue.Queue[dict[str, Any]], **kwargs: Any) -> None:
        self.page, self.said = page, said
        super().__init__(*args, **kwargs)

    def do_GET(self) -> None:
        if self.path == "/":
            self.answer("text/html", self.page.encode())
        elif self.path == "/hls.min.js":
            self.answer("text/javascript", HLS.read_bytes())
        else:
            super().do_GET()

    def answer(self, media_type: str, body: bytes) -> None:
        self.send_response(200)
        self.send_header("content-type", media_type)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        self.said.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def browsing(folder: Path, playlist: str, profile: Path) -> Iterator[queue.Queue[dict[str, Any]]]:
    """Open the page in a browser; yield what it says."""
    said: queue.Queue[dict[str, Any]] = queue.Queue()
    site = partial(Site, directory=str(folder), page=PAGE.replace("PLAYLIST", playlist), said=said)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), site) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        command = [
            str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--autoplay-policy=no-user-gesture-required", f"--user-data-dir={profile}",
            f"http://127.0.0.1:{server.server_port}/",
        ]  # fmt: skip
        browser = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            yield said
        finally:
            browser.terminate()
            browser.wait(timeout=60)
            server.shutdown()
            thread.join()


@pytest.mark.parametrize("kind", PLAYED, ids=lambda kind: kind.name)
async def test_a_proxy_plays_to_its_end(
    transcode: Transcode, shop: Workshop, stored: Path, tmp_path: Path, kind: Kind
) -> None:
    ended = await transcode.transcode(await transcode.ingested(kind.make(shop, kind.name)))
    clock = ended.work.timeline
    seconds = clock.duration_pts * clock.time_base.numerator / clock.time_base.denominator
    with browsing(stored, ended.playlist.key, tmp_path / "profile") as said:
        answer = said.get(timeout=240)
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
    with browsing(stored, ended.playlist.key, tmp_path / "profile") as said:
        answer = said.get(timeout=240)
    assert answer["fatal"] == []
    assert [(one["language"], one["label"]) for one in answer["texts"]] == [("de", "Deutsch"), ("en", "en")]
    assert answer["texts"][0]["cues"] == [[0.5, 2, "Guten Abend"], [2.5, 3, "Zwei\nZeilen"]]
