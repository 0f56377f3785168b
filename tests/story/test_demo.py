"""The whole story, through the real processes."""

from __future__ import annotations

import asyncio
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.locking import is_held
from framewell_demo.checks import CHECKS
from framewell_kit.testing.waiting import remains

LONGEST_SECONDS = 420


def start_demo(home: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "framewell_cli.main", "demo", "--json", "--home", str(home)]
    with (home / "demo.json").open("wb") as out, (home / "demo.log").open("wb") as log:
        # A shell starts what runs in the background with Ctrl-C ignored, and children inherit that.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            return subprocess.Popen(command, stdout=out, stderr=log, stdin=subprocess.DEVNULL)
        finally:
            signal.signal(signal.SIGINT, before)


def outcome_of(demo: subprocess.Popen[bytes], home: Path) -> Mapping[str, Any]:
    """Wait for the demo and return what it printed; its log is the message where it failed."""
    try:
        status = demo.wait(LONGEST_SECONDS)
    finally:
        if demo.poll() is None:
            demo.send_signal(signal.SIGINT)  # it takes its mesh down
            demo.wait(60)
    printed = (home / "demo.json").read_text()
    failed = [check for check in json.loads(printed)["checks"] if not check["passed"]] if printed else []
    assert status == 0, f"{failed}\n{(home / 'demo.log').read_text()[-4000:]}"
    outcome: Mapping[str, Any] = json.loads(printed)
    return outcome


@pytest.mark.story
@pytest.mark.timeout(LONGEST_SECONDS + 120)
def test_every_step_of_the_story_really_happens(home: Path) -> None:
    outcome = outcome_of(start_demo(home), home)
    assert len(outcome["checks"]) == len(CHECKS)
    assert all(check["passed"] for check in outcome["checks"])
    assert [one["title"] for one in outcome["withheld"]] == ["Raumfahrt", "A portrait photo"]
    assert list(outcome["rejected"]) == ["A broken transfer"]
    assert re.fullmatch(r"https?://127\.0\.0\.1:[0-9]+/console/", outcome["console"])
    page = Path(outcome["page"]).read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") >= 5
    assert "Jörg Müßigbrodt" in page
    assert "reproduced, disseminated or broadcast" in page


@pytest.mark.story
def test_ctrl_c_while_the_mesh_comes_up_leaves_nothing_behind(home: Path) -> None:
    demo = start_demo(home)
    wait_for(home, demo, "starting a mesh")
    supervisor_log = MeshFolder(home / "mesh").log("supervisor")
    while not supervisor_log.exists():  # from here on there is something to end
        assert demo.poll() is None
        time.sleep(0.01)
    demo.send_signal(signal.SIGINT)
    assert demo.wait(120) == 130
    lock = MeshFolder(home / "mesh").lock
    asyncio.run(remains(lambda: not is_held(lock), seconds=2.0))  # a supervisor that was missed takes it


def wait_for(home: Path, demo: subprocess.Popen[bytes], sentence: str) -> None:
    """Wait until the demo has printed a sentence."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while sentence not in (home / "demo.log").read_text():
        assert demo.poll() is None, (home / "demo.log").read_text()[-4000:]
        assert time.monotonic() < deadline
        time.sleep(0.2)
