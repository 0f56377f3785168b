"""The embedded mesh as a person meets it: `framewell up`, `status`, `down`, and what goes wrong."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from framewell_embedded.ports import LOOPBACK
from framewell_kit.testing.ports import port_base

pytestmark = [pytest.mark.integration, pytest.mark.slow]

SERVERS = "kafka,mongo"


@dataclass(frozen=True, slots=True)
class CommandLine:
    """The `framewell` command in one folder, on one port base."""

    folder: Path
    port_base: int

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(Path(sys.executable).with_name("framewell")), *arguments],
            cwd=self.folder,
            env={**_without_framewell(), "FRAMEWELL_PORT_BASE": str(self.port_base), **environment},
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        answer = self("status", "--json")
        found: dict[str, Any] = json.loads(answer.stdout)
        return found | {"exit": answer.returncode}

    def process_table(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.folder / ".framewell/run/processes.json").read_text())
        return found


def _without_framewell() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if not name.startswith("FRAMEWELL_")}


def _gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except FileNotFoundError:
        return True


@pytest.fixture
def framewell(tmp_path: Path) -> Iterator[CommandLine]:
    command = CommandLine(tmp_path, port_base())
    yield command
    command("down")


def test_a_mesh_comes_up_heals_and_goes_down_without_a_trace(framewell: CommandLine) -> None:
    up = framewell("up", "--detach", "--only", SERVERS, "--json")
    assert up.returncode == 0, up.stderr
    assert json.loads(up.stdout)["kafka"] == f"127.0.0.1:{framewell.port_base}"
    assert framewell.status()["ready"]
    assert not [
        path for path in (framewell.folder / ".framewell").rglob("*") if path.lstat().st_mode & 0o077
    ], "others may read what the mesh keeps"
    assert framewell("topics", "diff").returncode == 0, "the declared topics were not applied"
    assert framewell("up", "--detach", "--only", SERVERS).returncode == 0, "a second up is no error"

    database = next(p for p in framewell.status()["processes"] if p["name"] == "mongo")
    os.kill(database["pid"], signal.SIGKILL)
    restarted = _wait_for(framewell, "mongo", restarts=1)
    assert restarted["pid"] != database["pid"]

    supervisor = framewell.process_table()["supervisor"]["pid"]
    pids = [p["pid"] for p in framewell.status()["processes"]] + [supervisor]
    down = framewell("down", "--json")
    assert json.loads(down.stdout) == {"was_running": True}
    assert "earlier run" not in down.stderr, "a supervisor that still exits is no orphan"
    assert all(_gone(pid) for pid in pids)
    assert framewell("status").returncode == 3
    assert not (framewell.folder / ".framewell/endpoints.json").exists()


def _wait_for(framewell: CommandLine, name: str, restarts: int) -> dict[str, Any]:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        process: dict[str, Any] = next(p for p in framewell.status()["processes"] if p["name"] == name)
        if process["restarts"] >= restarts and process["state"] == "ready":
            return process
        time.sleep(0.2)
    raise AssertionError(f"{name} did not come back: {framewell.status()}")


def test_down_ends_everything_after_the_supervisor_was_killed(framewell: CommandLine) -> None:
    assert framewell("up", "--detach", "--only", "mongo").returncode == 0
    pids = [p["pid"] for p in framewell.status()["processes"]]
    os.kill(framewell.process_table()["supervisor"]["pid"], signal.SIGKILL)
    time.sleep(0.2)
    orphaned = framewell.status()
    assert orphaned["exit"] == 1
    assert not orphaned["supervised"]
    assert framewell("down").returncode == 0
    assert all(_gone(pid) for pid in pids)


def test_a_new_mesh_ends_what_a_killed_one_left_behind(framewell: CommandLine) -> None:
    assert framewell("up", "--detach", "--only", "mongo").returncode == 0
    before = framewell.status()["processes"][0]["pid"]
    os.kill(framewell.process_table()["supervisor"]["pid"], signal.SIGKILL)
    again = framewell("up", "--detach", "--only", "mongo")
    assert again.returncode == 0, again.stderr
    assert _gone(before)
    assert framewell.status()["ready"]


def test_a_taken_port_is_named_with_the_way_out_and_nothing_is_started(framewell: CommandLine) -> None:
    with socket.socket() as other:
        other.bind((LOOPBACK, framewell.port_base + 1))
        other.listen()
        answer = framewell("up", "--detach", "--only", "mongo")
    assert answer.returncode == 1
    assert f"{framewell.port_base + 1} (mongo)" in answer.stderr
    assert f"FRAMEWELL_PORT_BASE={framewell.port_base + 100}" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1, "more than the one line that matters"
    assert framewell("status").returncode == 3


def test_missing_java_is_said_in_one_line(framewell: CommandLine, tmp_path: Path) -> None:
    answer = framewell("up", "--detach", "--only", "mongo", JAVA_HOME=str(tmp_path / "nowhere"))
    assert answer.returncode == 1
    assert "Java 17" in answer.stderr
    assert "JAVA_HOME" in answer.stderr
    assert len(answer.stderr.splitlines()) == 1


def test_two_meshes_run_side_by_side_in_two_folders(framewell: CommandLine) -> None:
    other_folder = framewell.folder / "other"
    other_folder.mkdir()
    other = CommandLine(other_folder, framewell.port_base + 50)
    try:
        assert framewell("up", "--detach", "--only", "mongo").returncode == 0
        assert other("up", "--detach", "--only", "mongo").returncode == 0
        assert other("down").returncode == 0
        assert framewell.status()["ready"], "ending one mesh disturbed the other"
    finally:
        other("down")
