"""A late objection and an erasure, with services killed meanwhile: the same end as undisturbed."""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from story.test_demo import LONGEST_SECONDS, outcome_of, start_demo, wait_for

NAME_KEY = "0f" * 32
KILLED = ("dataset", "training", "inference", "gateway")
KILLS = 8


@pytest.mark.story
@pytest.mark.slow
@pytest.mark.timeout(2 * LONGEST_SECONDS + 120)
def test_kills_while_a_refusal_is_handled_change_nothing_at_the_end(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FRAMEWELL_NAME_KEY", NAME_KEY)
    quiet = outcome_of(start_demo(home), home)
    disturbed = _disturbed(home)
    assert disturbed["state"] == quiet["state"]
    assert disturbed["state_hash"] == quiet["state_hash"]


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
