"""`framewell events describe` says, without a broker, who emits and reads what."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner, Result

from framewell_cli import events
from framewell_cli.errors import UsageProblem
from framewell_cli.main import build
from framewell_contracts.asyncapi import document
from framewell_contracts.asyncapi.examples import EXAMPLES
from framewell_contracts.fact_types import FACTS


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


def test_for_people_a_service_emits_and_reads() -> None:
    lines = [line.split() for line in described("inference").stdout.splitlines()]
    assert ["reads", "framewell.chunk.transcoded.v1", "group", "inference.analyse_chunk"] in lines
    assert ["reads", "framewell.model.promoted.v1", "every", "replica", "inference.follow_models"] in lines
    assert ["emits", "framewell.chunk.analysed.v1"] in lines


@pytest.mark.parametrize("arguments", [["nobody"], ["--json", "--yaml"]])
def test_a_mistake_is_one_clear_line(arguments: list[str]) -> None:
    result = described(*arguments)
    assert isinstance(result.exception, UsageProblem)


@dataclass(frozen=True)
class Record:
    """A record as a consumer hands it out."""

    topic: str
    value: bytes
    timestamp: int
    headers: tuple[tuple[str, bytes], ...] = ()


def test_an_event_without_a_time_is_shown_with_that_of_its_record(capsys: pytest.CaptureFixture[str]) -> None:
    example = EXAMPLES["framewell.ingest.requested.v1"].structured()
    del example["time"]
    record = Record("t1." + example["type"], json.dumps(example).encode(), timestamp=1_700_000_000_000)
    events._print(record, "t1.", "", as_json=True)
    assert json.loads(capsys.readouterr().out)["time"] == "2023-11-14T22:13:20+00:00"
