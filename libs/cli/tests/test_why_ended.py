"""A supervised process ends: what a person reads, and that it is started again on a full disk, too."""

from __future__ import annotations

import asyncio
import errno
import shutil
from collections import namedtuple
from pathlib import Path

import httpx
import pytest

from framewell_cli.mesh.folder import MeshFolder
from framewell_cli.mesh.members import Members
from framewell_cli.mesh.process_table import ProcessTable
from framewell_cli.mesh.programs import Program
from framewell_cli.mesh.supervised_process import SupervisedProcess, why_ended
from framewell_kit.testing.waiting import eventually

Usage = namedtuple("Usage", "total used free")
JAVA = "java.lang.InternalError: a fault occurred\n\tat kafka.Kafka.main(98)\n\tat kafka.Kafka.main(K)\n"


def test_the_last_words_are_told_without_the_frames_of_a_stack(tmp_path: Path) -> None:
    log = tmp_path / "kafka.log"
    log.write_text(JAVA)
    assert why_ended(1, log) == "ended with status 1: java.lang.InternalError: a fault occurred"
    assert why_ended(-9, log) == "killed by signal 9"


def test_a_full_disk_is_named_whatever_the_process_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "kafka.log"
    log.write_text(JAVA)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 100, 300_000))
    assert (
        why_ended(1, log) == f"ended with status 1: only 0.3 MB are left on the disk of {tmp_path}: make room"
    )


async def test_what_ends_is_started_again_also_when_the_list_of_processes_cannot_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_space(table: ProcessTable, folder: MeshFolder) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ProcessTable, "write", no_space)
    members = Members(MeshFolder(tmp_path), 17400, report=lambda _: None)
    program = Program("kafka", ("/bin/false",), (17400,), None)
    async with httpx.AsyncClient() as client:
        member = SupervisedProcess(program, tmp_path / "log", members.write_table, lambda _: None, client)
        running = asyncio.create_task(member.run())
        await eventually(lambda: member.restarts >= 2)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
