"""A player on a page of another origin loads a playlist and its parts with a token, in a real browser."""

from __future__ import annotations

import http.server
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from framewell_gateway.entrypoints.http.application import application

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
TOKENS = {"correct-horse-battery": "anna/rights"}
PAGE = """<!doctype html><title>player</title><pre id="out">…</pre><script>
const headers = { authorization: "Bearer correct-horse-battery" };
async function play() {
  const list = await fetch("PLAYLIST", { headers });
  const part = (await list.text()).split("\\n").find((line) => line && !line.startsWith("#"));
  const answer = await fetch(new URL(part, "PLAYLIST"), { headers: { ...headers, range: "bytes=2-4" } });
  const names = ["content-range", "accept-ranges", "etag", "x-request-id"];
  const seen = names.filter((name) => answer.headers.get(name));
  return `${list.status} ${answer.status} ${await answer.text()} ${seen.join(",")}`;
}
play().then(String, (error) => `failed: ${error.message}`).then((text) => {
  document.getElementById("out").textContent = text;
});
</script>"""

pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here")]


@contextmanager
def serving(app: Any) -> Iterator[str]:
    """Serve a gateway's application; yield its address."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


@contextmanager
def serving_page(folder: Path) -> Iterator[str]:
    """Serve a folder on another port, which is another origin; yield that origin."""
    handler = partial(http.server.SimpleHTTPRequestHandler, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def shown(address: str, profile: Path) -> str:
    """What a browser shows of a page once its script has run."""
    command = [
        str(CHROMIUM), "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        "--no-first-run", f"--user-data-dir={profile}", "--virtual-time-budget=10000", "--dump-dom", address,
    ]  # fmt: skip
    return subprocess.run(command, capture_output=True, text=True, timeout=180, check=True).stdout


@pytest.mark.parametrize(
    ("setting", "says"),
    [
        ("origin", "200 206 gme content-range,accept-ranges,etag,x-request-id"),
        ("*", "200 206 gme content-range,accept-ranges,etag,x-request-id"),
        ("", "failed: "),
    ],
)
async def test_a_player_of_another_origin_plays_where_the_setting_lets_it(
    mesh: Any, tmp_path: Path, setting: str, says: str
) -> None:
    part = await mesh.put(b"segment", ".m4s")
    playlist = await mesh.put(f"#EXTM3U\n#EXTINF:2,\n../{part}\n".encode(), ".m3u8")
    (tmp_path / "site").mkdir()
    with serving_page(tmp_path / "site") as origin:
        origins = [origin if setting == "origin" else setting] if setting else []
        with serving(application(mesh.context(tokens=TOKENS), cors_origins=origins)) as gateway:
            page = PAGE.replace("PLAYLIST", f"{gateway}/v1/assets/{ASSET}/objects/{playlist}")
            (tmp_path / "site" / "index.html").write_text(page)
            assert says in shown(f"{origin}/index.html", tmp_path / "profile")
