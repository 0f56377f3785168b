"""`framewell models` without a mesh: what it lists, what it refuses, and with which words."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from framewell_cli.errors import CommandError, MeshUnreachable, UsageProblem
from framewell_cli.models import app
from framewell_models.folders import folder_of, shipped


def run(*arguments: str) -> str:
    """What a command prints; what it raises comes through."""
    result = CliRunner().invoke(app, arguments)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result.stdout


def test_every_shipped_model_is_listed_with_its_licences(tmp_path: Path) -> None:
    rows = json.loads(run("list", "--root", str(tmp_path), "--json"))["models"]
    assert [row["model"] for row in rows] == [str(manifest.ref) for manifest in shipped()]
    assert {row["installed"] for row in rows} == {False}
    assert all(row["code_licence"] and row["weights_licence"] for row in rows)
    assert "not here" in run("list", "--root", str(tmp_path))


def test_missing_and_changed_files_fail_the_check(tmp_path: Path) -> None:
    manifest = shipped()[0]
    folder = folder_of(tmp_path, manifest.ref)
    folder.mkdir(parents=True)
    (folder / manifest.files[0].name).write_bytes(b"changed")
    with pytest.raises(CommandError, match="framewell models pull"):
        run("verify", "--root", str(tmp_path))


def test_a_model_is_shown_by_name() -> None:
    assert json.loads(run("show", "faces/yunet", "--json"))["licence"]["weights"] == "MIT"
    assert re.search(r"intended_use +Finds", run("show", "faces/yunet@2023mar"))
    with pytest.raises(UsageProblem, match="faces/yunet"):
        run("show", "nobody/knows")


def test_a_folder_that_is_no_model_is_refused_before_anything_is_sent(tmp_path: Path) -> None:
    with pytest.raises(UsageProblem, match=r"model\.yaml"):
        run("import", str(tmp_path))
    with pytest.raises(UsageProblem, match="name@version"):
        run("use", "noversion")


def test_without_a_mesh_it_says_how_to_start_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(MeshUnreachable, match="framewell up"):
        run("use", "house/model@1.0")
