"""The tables in the pages are those of the recorded runs, and nobody's hand changes them unnoticed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

GENERATOR = Path(__file__).resolve().parents[2] / "infra" / "make" / "evidence"
RECORD = {
    "measured": "2026-11-22T21:00:00+00:00",
    "machine": "2 cores",
    "tables": {"rows": {"columns": ["fault", "times"], "rows": [["worker killed", "50"]]}},
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """A page that quotes a record, in a tree of its own with the generator."""
    (tmp_path / "infra" / "make").mkdir(parents=True)
    shutil.copy(GENERATOR, tmp_path / "infra" / "make" / "evidence")
    (tmp_path / "docs" / "evidence").mkdir(parents=True)
    (tmp_path / "docs" / "evidence" / "chaos.json").write_text(json.dumps(RECORD))
    page = tmp_path / "docs" / "promises.md"
    page.write_text("Before.\n<!-- evidence:chaos.rows -->\nold\n<!-- /evidence -->\nAfter.\n")
    return page


def generate(page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    script = page.parents[1] / "infra" / "make" / "evidence"
    return subprocess.run([sys.executable, script, *options], capture_output=True, text=True, check=False)


def test_the_table_stands_between_its_marks_and_nothing_else_changes(page: Path) -> None:
    assert generate(page).returncode == 0
    text = page.read_text()
    assert "| fault | times |\n| --- | ---: |\n| worker killed | 50 |" in text
    assert "Measured 2026-11-22 on 2 cores." in text
    assert text.startswith("Before.\n")
    assert text.endswith("\nAfter.\n")
    assert "old" not in text


def test_a_table_that_a_hand_has_changed_is_noticed(page: Path) -> None:
    generate(page)
    assert generate(page, "--check").returncode == 0
    page.write_text(page.read_text().replace("| 50 |", "| 51 |"))
    checked = generate(page, "--check")
    assert checked.returncode == 1
    assert "promises.md" in checked.stdout
    assert "| 51 |" in page.read_text()


def test_a_table_that_no_run_recorded_is_refused(page: Path) -> None:
    page.write_text(page.read_text().replace("chaos.rows", "chaos.columns"))
    ended = generate(page)
    assert ended.returncode == 1
    assert "columns" in ended.stderr
