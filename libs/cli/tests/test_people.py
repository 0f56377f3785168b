"""`framewell people`: what it says, and what it refuses to ask."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from framewell_cli.main import build
from framewell_client import Gateway

CLUSTER = "6f1b7a52-0000-5000-8000-00000000000c"
DECISION = "77aa0c1e-0000-4000-8000-00000000000e"
SPAN = {"start_pts": 0, "end_pts": 100}
ANSWERS: dict[str, Any] = {
    "/v1/clusters": {"clusters": [], "next_page_token": ""},
    "/v1/classes": {"classes": [{"class_id": "class-1", "name": "Anna Portrait"}], "next_page_token": ""},
    "/v1/clusters/decisions/name": {
        "cluster_id": CLUSTER, "class_id": "class-1", "accepted_count": 1, "decision_id": DECISION,
        "appearances": [],
    },
    "/v1/clusters/decisions/undo": {
        "decision": {"decision": "named", "cluster_id": CLUSTER, "class_id": "class-1"},
    },
    "/v1/samples": {
        "samples": [
            {"sample_id": name, "provenance": {"asset_id": asset, "span": SPAN}}
            for name, asset in (("s-1", "a"), ("s-2", "b"))
        ],
        "next_page_token": "",
    },
    f"/v1/clusters/{CLUSTER}": {"appearances": [{"asset_id": "a", "appearance": {"span": SPAN}}]},
}  # fmt: skip


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What the gateway was asked."""
    seen: list[Any] = []

    def document(_: Gateway, method: str, path: str, **more: Any) -> Any:
        seen.append((method, path, more))
        return ANSWERS[path]

    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setattr(Gateway, "_document", document)
    return seen


def run(*words: str) -> Result:
    return CliRunner().invoke(build(["people"]), ["people", *words])


def test_a_name_is_answered_by_the_name() -> None:
    printed = run("name", CLUSTER, "anna portrait").output
    assert f"{CLUSTER} is Anna Portrait: 1 accepted sample; to take" in printed


def test_a_name_that_is_taken_back_says_which_of_its_samples_stay() -> None:
    printed = run("undo", DECISION).output
    assert "1 accepted sample of that name stay; to take that back: framewell review undo s-1\n" in printed


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "zzz"), "'zzz' is no id of a cluster"),
        (("undo", "zzz"), "'zzz' is no id of a decision"),
        (("list", "--since", "nonsense"), "'nonsense' is no date and no time"),
        (("list", "--since", "2030-01-01", "--until", "2020-01-01"), "is not after --since 2030-01-01"),
    ],
)
def test_what_names_nothing_is_refused_before_the_mesh_is_asked(
    asked: list[Any], words: tuple[str, ...], sentence: str
) -> None:
    result = run(*words)
    assert result.exit_code != 0
    assert sentence in f"{result.output} {result.exception}"
    assert not asked


def test_a_date_is_its_beginning(asked: list[Any]) -> None:
    assert run("list", "--since", "2026-11-01").exit_code == 0
    assert asked[0][2]["params"]["asked_from"] == "2026-11-01T00:00:00Z"
