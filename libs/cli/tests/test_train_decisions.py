"""A decision about a model is sent with its reason; holding one back and releasing it need one."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner

from framewell_cli.main import all_commands, build
from framewell_client import Gateway

MODEL = {"name": "identity/people", "version": "1.1"}
CANDIDATE = {"model": MODEL, "in_service": True}


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, Any]]:
    """What the gateway was asked: path and body."""
    found: list[tuple[str, Any]] = []

    def document(_: Gateway, method: str, path: str, **given: Any) -> Any:
        assert method == "POST"
        found.append((path, given["json"]))
        return {"candidate": CANDIDATE}

    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setattr(Gateway, "_document", document)
    return found


@pytest.mark.parametrize(
    ("command", "model", "body", "became"),
    [
        ("promote", "identity/people@1.1", {"model": MODEL}, "is in service"),
        ("rollback", "identity/people", {"name": "identity/people"}, "is in service"),
        ("hold", "identity/people@1.1", {"model": MODEL}, "is held back"),
        ("release", "identity/people@1.1", {"model": MODEL}, "may go into service again"),
    ],
)
def test_a_decision_carries_its_reason(
    asked: list[tuple[str, Any]], command: str, model: str, body: Any, became: str
) -> None:
    words = ["train", command, model, "--reason", "Wrong about twins."]
    result = CliRunner().invoke(build(all_commands()), words)
    assert result.stdout == f"identity/people@1.1 {became}\n"
    assert asked == [(f"/v1/candidates/{command}", {**body, "reason": "Wrong about twins."})]


def test_without_a_reason_none_is_sent(asked: list[tuple[str, Any]]) -> None:
    CliRunner().invoke(build(all_commands()), ["train", "rollback", "identity/people"])
    assert asked == [("/v1/candidates/rollback", {"name": "identity/people"})]


@pytest.mark.parametrize("command", ["hold", "release"])
def test_who_holds_a_model_back_says_why(asked: list[tuple[str, Any]], command: str) -> None:
    result = CliRunner().invoke(build(all_commands()), ["train", command, "identity/people@1.1"])
    assert result.exit_code == 2
    assert not asked
