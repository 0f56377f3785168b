"""However a start ends before its time, no supervisor is left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from framewell_cli.mesh import lifecycle
from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.lifecycle import down, up_detached
from framewell_cli.mesh.ports import Ports

POPEN: Callable[..., subprocess.Popen[bytes]] = subprocess.Popen


@pytest.fixture(autouse=True)
def ctrl_c() -> Iterator[None]:
    """Ctrl-C in force, whatever shell runs the test."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_while_the_supervisor_is_being_started_ends_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It comes once the process exists and nobody holds it yet: it is too young for `down` to find."""
    started: list[subprocess.Popen[bytes]] = []

    def interrupted(*_: Any, **__: Any) -> subprocess.Popen[bytes]:
        started.append(POPEN([sys.executable, "-c", "import time; time.sleep(60)"]))
        os.kill(os.getpid(), signal.SIGINT)
        return started[0]

    monkeypatch.setattr(lifecycle.subprocess, "Popen", interrupted)
    try:
        with pytest.raises(KeyboardInterrupt):
            up_detached(MeshFolder(tmp_path), Ports(7400), ["kafka"], lambda _: None)
        assert started[0].poll() == -signal.SIGTERM
    finally:
        started[0].kill()


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="finds processes in /proc")
def test_down_ends_a_supervisor_that_is_too_young_to_hold_its_lock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever started it was killed at once."""
    started: list[subprocess.Popen[bytes]] = []

    def killed(*_: Any, env: dict[str, str], **__: Any) -> subprocess.Popen[bytes]:
        started.append(POPEN([sys.executable, "-c", "import time; time.sleep(60)"], env=env))
        raise OSError("killed")

    monkeypatch.setattr(lifecycle.subprocess, "Popen", killed)
    with pytest.raises(OSError, match="killed"):
        up_detached(MeshFolder(tmp_path), Ports(7400), ["kafka"], lambda _: None)
    try:
        assert down(MeshFolder(tmp_path), lambda _: None)
        assert started[0].wait(10) == -signal.SIGTERM
    finally:
        started[0].kill()
