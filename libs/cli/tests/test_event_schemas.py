"""`framewell events schema` prints and writes the schemas that results name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from typer.testing import CliRunner

from framewell_cli.errors import CommandError, UsageProblem
from framewell_cli.main import build
from framewell_contracts.fact_types import FACTS


def answer(*arguments: str) -> Any:
    return CliRunner().invoke(build(["events"]), ["events", "schema", *arguments])


@pytest.mark.parametrize("name", ["asset.rejected", "framewell.asset.rejected.v1"])
def test_the_schema_of_one_type_is_printed(name: str) -> None:
    schema = json.loads(answer(name).stdout)
    Draft202012Validator.check_schema(schema)
    assert schema["$id"] == "urn:framewell:schema:framewell.asset.rejected.v1"
    assert not Draft202012Validator(schema).is_valid({"detail": 1})


def test_all_schemas_are_written_into_a_folder(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "schemas"
    assert f"{len(FACTS)} schemas are in" in answer("--all", str(folder)).stdout
    assert {path.stem for path in folder.glob("*.json")} == set(FACTS)
    for path in folder.iterdir():
        Draft202012Validator.check_schema(json.loads(path.read_text()))
    (listed,) = json.loads(answer("--all", str(folder), "--json").stdout).values()
    assert {Path(one).stem for one in listed} == set(FACTS)


@pytest.mark.parametrize("arguments", [[], ["asset.imagined"], ["asset.rejected", "--all", "x"]])
def test_nonsense_is_refused(arguments: list[str]) -> None:
    assert isinstance(answer(*arguments).exception, UsageProblem)


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    refused = answer("--all", str(tmp_path / "file")).exception
    assert isinstance(refused, CommandError)
    assert "cannot be written" in str(refused)
