"""The whole story, through the real processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import random
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
NAME_KEY = "0f" * 32
KILLED = ("dataset", "training", "inference", "gateway")
KILLS = 8


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


@pytest.fixture(scope="module")
def undisturbed(shared_home: Path) -> Mapping[str, Any]:
    """What a demo printed in which nothing was killed. Names are hashed with NAME_KEY in it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FRAMEWELL_NAME_KEY", NAME_KEY)
        return outcome_of(start_demo(shared_home), shared_home)


@pytest.mark.story
@pytest.mark.timeout(LONGEST_SECONDS + 120)
def test_every_step_of_the_story_really_happens(undisturbed: Mapping[str, Any]) -> None:
    outcome = undisturbed
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
@pytest.mark.slow
@pytest.mark.timeout(2 * LONGEST_SECONDS + 120)
def test_kills_while_a_refusal_is_handled_change_nothing_at_the_end(
    shared_home: Path, undisturbed: Mapping[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A late objection and an erasure, with services killed meanwhile: the same end as undisturbed."""
    monkeypatch.setenv("FRAMEWELL_NAME_KEY", NAME_KEY)
    disturbed = _disturbed(shared_home)
    assert disturbed["state"] == undisturbed["state"]
    assert disturbed["state_hash"] == undisturbed["state_hash"]


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


def _disturbed(home: Path) -> Mapping[str, Any]:
    (home / "demo.log").unlink()
    demo = start_demo(home)
    wait_for(home, demo, "objects to training")
    seed = random.randrange(1 << 30)
    print(f"kills by seed {seed}")
    chance = random.Random(seed)
    killed = 0
    while killed < KILLS and demo.poll() is None:
        killed += _kill(home, chance.choice(KILLED))
        time.sleep(chance.uniform(0.2, 2.0))
    assert killed, "the story was over before anything was killed"
    return outcome_of(demo, home)


def _kill(home: Path, service: str) -> bool:
    """Kill a service of the demo's mesh, by the pid that its status names; return whether it ran."""
    status = subprocess.run(
        [sys.executable, "-m", "framewell_cli.main", "status", "--json"],
        env={**os.environ, "FRAMEWELL_STATE": str(home / "mesh")},
        capture_output=True,
        check=False,
    )
    if not status.stdout:
        return False
    processes = json.loads(status.stdout)["processes"]
    pids = [one["pid"] for one in processes if one["name"] == service and one["pid"]]
    killed = False
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):  # it ended meanwhile
            os.kill(pid, signal.SIGKILL)
            killed = True
    return killed
