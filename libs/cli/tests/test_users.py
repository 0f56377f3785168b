"""`framewell users setup-code`: on the mesh's machine, for whoever may read its state folder."""

from __future__ import annotations

import json
import os
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest

CODE = re.compile(r"([2-9A-Z]{5}-){3}[2-9A-Z]{5}")


def run(state: Path, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        (Path(sys.executable).with_name("framewell"), "users", "setup-code", *options),
        capture_output=True, text=True, check=False, timeout=120,
        env={**os.environ, "FRAMEWELL_STATE": str(state), "FRAMEWELL_DATABASE_PREFIX": f"{state.name}_"},
    )  # fmt: skip


@pytest.mark.integration
def test_the_code_is_printed_and_kept_for_its_owner_alone(tmp_path: Path, database: str) -> None:
    endpoints = {"mongo": database, "rest": "http://127.0.0.1:7410"}
    (tmp_path / "endpoints.json").write_text(json.dumps(endpoints))
    made = run(tmp_path, "--json")
    assert made.returncode == 0, made.stderr
    said = json.loads(made.stdout)
    assert CODE.fullmatch(said["code"])
    assert said["address"] == "http://127.0.0.1:7410/console/setup"
    file = Path(said["file"])
    assert file == tmp_path / "setup-code"
    assert file.read_text().strip() == said["code"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    again = run(tmp_path)
    assert again.stdout.splitlines()[0] == file.read_text().strip() != said["code"]


def test_without_a_mesh_it_says_so(tmp_path: Path) -> None:
    made = run(tmp_path)
    assert made.returncode == 3
    assert "No mesh runs here" in made.stderr


@pytest.mark.integration
def test_a_database_that_is_away_is_said_in_a_sentence(tmp_path: Path) -> None:
    endpoints = {"mongo": "mongodb://127.0.0.1:1", "rest": "http://127.0.0.1:7410"}
    (tmp_path / "endpoints.json").write_text(json.dumps(endpoints))
    made = run(tmp_path)
    assert made.returncode == 1
    assert "no code could be made" in made.stderr
    assert "Traceback" not in made.stderr
