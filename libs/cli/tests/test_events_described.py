"""`framewell events describe` says, without a broker, who says and hears what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from framewell_cli.errors import UsageProblem
from framewell_cli.main import build
from framewell_contracts.asyncapi import document
from framewell_contracts.catalogue import FACTS


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder in which no mesh runs."""
    monkeypatch.chdir(tmp_path)


def described(*arguments: str) -> Result:
    return CliRunner().invoke(build(["events"]), ["events", "describe", *arguments])


@pytest.mark.parametrize("service", [None, "transcode"])
def test_json_and_yaml_are_the_same_document(service: str | None) -> None:
    named = [service] if service else []
    assert json.loads(described(*named, "--json").stdout) == document(service)
    assert yaml.safe_load(described(*named, "--yaml").stdout) == document(service)


def test_yaml_uses_nothing_that_other_readers_stumble_over() -> None:
    text = described("--yaml").stdout
    assert "&id" not in text
    assert "description: |" in text


def test_the_prefix_of_the_mesh_is_in_the_document() -> None:
    assert json.loads(described("ingest", "--json", "--prefix", "t1.").stdout) == document(
        "ingest", prefix="t1."
    )


def test_for_people_it_is_a_table_of_every_fact() -> None:
    lines = described().stdout.splitlines()
    assert len(lines) == len(FACTS) + 1
    chunks = next(line for line in lines if line.startswith("framewell.chunk.planned.v1 "))
    assert "live, archive" in chunks
    assert "12" in chunks


def test_for_people_a_service_says_and_hears() -> None:
    lines = [line.split() for line in described("inference").stdout.splitlines()]
    assert ["hears", "framewell.chunk.transcoded.v1", "group", "inference.analyse_chunk"] in lines
    assert ["hears", "framewell.model.promoted.v1", "every", "replica", "inference.follow_models"] in lines
    assert ["says", "framewell.chunk.analysed.v1"] in lines


@pytest.mark.parametrize("arguments", [["nobody"], ["--json", "--yaml"]])
def test_a_mistake_is_one_clear_line(arguments: list[str]) -> None:
    result = described(*arguments)
    assert isinstance(result.exception, UsageProblem)
