"""`framewell frame` writes the picture that is asked for, and says which it is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from framewell_cli.errors import UsageProblem
from framewell_cli.main import build
from framewell_client import Gateway, Picture

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[dict[str, Any]]:
    """Answer every question with one picture; what was asked for."""
    questions: list[dict[str, Any]] = []

    def picture(_: Gateway, asset_id: str, **wanted: Any) -> Picture:
        questions.append({"asset": asset_id} | {k: v for k, v in wanted.items() if v is not None})
        return Picture(b"\xff\xd8 a picture", 25, 90_000, "10:00:01:00")

    monkeypatch.setattr(Gateway, "picture", picture)
    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.chdir(tmp_path)
    return questions


def run(*arguments: str) -> Any:
    return CliRunner().invoke(build(["frame"]), ["frame", ASSET, *arguments])


def test_it_is_written_beside_and_named(asked: list[dict[str, Any]], tmp_path: Path) -> None:
    found = run("--timecode", "10:00:01:00", "--width", "320")
    assert found.exit_code == 0, found.output
    assert found.output.split() == f"{ASSET}-25.jpg: frame 25, pts 90000, 10:00:01:00".split()
    assert (tmp_path / f"{ASSET}-25.jpg").read_bytes() == b"\xff\xd8 a picture"
    assert asked == [{"asset": ASSET, "timecode": "10:00:01:00", "width": 320}]


def test_it_is_written_where_it_is_wanted_and_described_as_json(
    asked: list[dict[str, Any]], tmp_path: Path
) -> None:
    found = run("--frame", "25", "--to", str(tmp_path / "picture.jpg"), "--json")
    document = json.loads(found.output)
    assert document == {
        "file": str(tmp_path / "picture.jpg"),
        "frame": 25,
        "pts": 90_000,
        "timecode": "10:00:01:00",
    }
    assert (tmp_path / "picture.jpg").exists()
    assert asked == [{"asset": ASSET, "frame": 25}]


def test_two_moments_are_refused_before_anything_is_asked(asked: list[dict[str, Any]]) -> None:
    found = run("--frame", "25", "--seconds", "1")
    assert isinstance(found.exception, UsageProblem)
    assert not asked
