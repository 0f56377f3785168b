"""Ctrl-C at any moment of a start leaves no supervisor behind."""

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
from framewell_cli.mesh.lifecycle import up_detached
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
