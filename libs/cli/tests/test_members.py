"""Supervised processes that come and go while the rest of the mesh runs."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.members import Members
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.programs import Program
from framewell_embedded.errors import CannotStart
from framewell_embedded.ports import free_ports
from framewell_kit.testing.waiting import patient

LISTENS = (
    "import socket, sys, time; s = socket.create_server(('127.0.0.1', int(sys.argv[1]))); time.sleep(60)"
)


def listening(name: str) -> Program:
    (port,) = free_ports(1)
    return Program(name, (sys.executable, "-c", LISTENS, str(port)), (port,), None)


def names(folder: MeshFolder) -> list[str]:
    table = ProcessTable.read(folder)
    assert table is not None
    return [one.name for one in table.entries]


async def test_a_process_that_is_taken_away_ends_and_leaves_the_list(tmp_path: Path) -> None:
    folder = MeshFolder(tmp_path)
    members = Members(folder, 17400, report=lambda _: None)
    try:
        await members.start([listening("transcode"), listening("transcode-1")], time.monotonic())
        assert names(folder) == ["transcode", "transcode-1"]
        await members.stop(["transcode-1"])
        assert names(folder) == ["transcode"]
    finally:
        await members.stop_all()


async def test_a_process_that_waits_to_be_started_again_is_taken_away_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = MeshFolder(tmp_path)
    members = Members(folder, 17400, report=lambda _: None)
    broken = Program("transcode-1", ("/bin/false",), (1,), None)
    with pytest.raises(CannotStart, match="transcode-1 ended 4 times"):
        await members.start([broken], time.monotonic())
    monkeypatch.setattr("framewell_cli.mesh.supervised_process.LONGEST_PAUSE_SECONDS", 3600.0)
    async with patient():  # its next start is an hour away, or seconds for one that pauses already
        await members.stop(["transcode-1"])
    assert names(folder) == []
    await members.stop_all()
