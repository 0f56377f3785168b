"""A page that plays a playlist through hls.js in a real Chromium, and reports what it saw."""

from __future__ import annotations

import http.server
import json
import queue
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, Final

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser"))), None)
HLS: Final = Path(__file__).resolve().parents[2] / "node_modules" / "hls.js" / "dist" / "hls.min.js"
PAGE: Final = """<!doctype html><title>player</title><video id="v" muted></video>
<script src="/hls.min.js"></script>
<script>
const video = document.getElementById("v"), seen = { fatal: [], ranges: [], ended: false };
const report = () => fetch("/seen", { method: "POST", body: JSON.stringify(seen) });
const hls = new Hls({ startPosition: 0 });
hls.on(Hls.Events.ERROR, (_, data) => { if (data.fatal) { seen.fatal.push(data.details); report(); } });
hls.on(Hls.Events.MANIFEST_PARSED, () => { video.playbackRate = 4; video.play(); });
video.addEventListener("ended", () => {
  const ranges = video.buffered;
  for (let i = 0; i < ranges.length; i++) seen.ranges.push([ranges.start(i), ranges.end(i)]);
  seen.ended = true; seen.duration = video.duration;
  seen.shown = video.getVideoPlaybackQuality().totalVideoFrames;
  seen.texts = [...video.textTracks].map(track => ({
    language: track.language, kind: track.kind, label: track.label,
    cues: [...(track.cues || [])].map(cue => [cue.startTime, cue.endTime, cue.text]),
  }));
  report();
});
hls.loadSource("PLAYLIST"); hls.attachMedia(video);
</script>"""


class Site(http.server.SimpleHTTPRequestHandler):
    """Serves the objects, the player and its page; keeps what the page reports."""

    def __init__(self, *args: Any, page: str, seen: queue.Queue[dict[str, Any]], **kwargs: Any) -> None:
        self.page, self.seen = page, seen
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
        self.seen.put(json.loads(self.rfile.read(int(self.headers["content-length"]))))
        self.send_response(204)
        self.end_headers()

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@contextmanager
def browsing(folder: Path, playlist: str, profile: Path) -> Iterator[queue.Queue[dict[str, Any]]]:
    """Open the page in a browser, with the objects of a folder beside it; yield what it reports."""
    seen: queue.Queue[dict[str, Any]] = queue.Queue()
    site = partial(Site, directory=str(folder), page=PAGE.replace("PLAYLIST", playlist), seen=seen)
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
            yield seen
        finally:
            browser.terminate()
            browser.wait(timeout=60)
            server.shutdown()
            thread.join()
