"""What a person is told of a supervised process that ended."""

from __future__ import annotations

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from framewell_cli.mesh.supervised import why_ended

Usage = namedtuple("Usage", "total used free")
JAVA = "java.lang.InternalError: a fault occurred\n\tat kafka.Kafka.main(Kafka.scala:98)\n\tat kafka.Kafka.main(K)\n"


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
