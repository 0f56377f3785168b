"""The pages in a real browser: they render, say no error, and ask nobody but the gateway."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from framewell_gateway.entrypoints.http.application import application

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here"),
]


@pytest.fixture
def address(mesh: Any) -> Iterator[str]:
    """Where a gateway listens."""
    server = uvicorn.Server(uvicorn.Config(application(mesh.context()), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def opened(address: str, folder: Path) -> tuple[str, list[str], set[str]]:
    """What a browser shows of the page; what its console says; every address that the page asked for."""
    log = folder / "net.json"
    shown = subprocess.run(
        [
            str(CHROMIUM),
            "--headless=new",
            "--no-sandbox",  # as root in a container there is none to be had
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # what else it looks for is logged
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=10000",
            "--enable-logging=stderr",
            f"--log-net-log={log}",
            "--dump-dom",
            address,
        ],
        capture_output=True,
        text=True,
        timeout=180,
        check=True,
    )
    console = [line for line in shown.stderr.splitlines() if ":CONSOLE:" in line]
    events = json.loads(log.read_text())["events"]
    # What a page asks for has its origin as initiator; the browser's own errands have none.
    asked = {
        event["params"]["url"]
        for event in events
        if "url" in event.get("params", {})
        and event["params"].get("initiator", "not an origin") != "not an origin"
    }
    return shown.stdout, console, asked


@pytest.mark.parametrize(
    ("path", "shows"),
    [
        ("/interfaces", ["What travels on the mesh"]),
        (
            "/docs",
            ["/v1/session", "Say who calls, and whom this gateway asks", "opblock-post"],
        ),  # those in sight
        (
            "/asyncapi/transcode",
            ["framewell.chunk.planned.v1.live", "transcode.make_chunk", "A chunk is to be decoded, once."],
        ),
        (
            "/asyncapi",
            ["framewell.erasure.completed.v1", "gateway.record_event", "dataset.erase.dead-letter"],
        ),
    ],
)
def test_a_page_shows_what_it_is_for(address: str, tmp_path: Path, path: str, shows: list[str]) -> None:
    page, console, asked = opened(address + path, tmp_path)
    for text in shows:
        assert text in page
    assert console == []
    assert asked
    assert {url for url in asked if not url.startswith((f"{address}/", "data:"))} == set()
