"""`framewell reanalyse`: what it asks the gateway for, and what it refuses to ask."""

from __future__ import annotations

from typing import Any

import pytest
from typer.testing import CliRunner, Result

from framewell_cli.main import build
from framewell_client import Gateway

ID = "3c1d2a7b-8a53-4d0e-9f0b-6c1d2a7be417"
ESTIMATE = {
    "assets": 2, "done_assets": 1, "chunks": 12, "pictures": 240, "duration": "4.9s",
    "basis": "20.5 ms a picture, measured just now",
}  # fmt: skip
CAMPAIGN = {
    "reanalysis_id": ID,
    "target": {"analyser": "faces", "skipped": False},
    "state": "cancelled",
    "waiting": "",
    "chunks": 7,
    "estimate": ESTIMATE,
}

Asked = list[tuple[str, str, Any]]


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """What the gateway was asked."""
    seen: Asked = []

    def document(_: Gateway, method: str, path: str, **more: Any) -> Any:
        seen.append((method, path, more.get("json")))
        if path.endswith("/estimate"):
            return {"estimate": ESTIMATE, "notes": []}
        return {"reanalysis": CAMPAIGN, "notes": ["house/dogs@2.0 is not enabled"]}

    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setattr(Gateway, "_document", document)
    return seen


def run(*words: str) -> Result:
    return CliRunner().invoke(build(["reanalyse"]), ["reanalyse", *words])


def test_a_model_a_selection_and_hours_are_spelt_as_rest_does(asked: Asked) -> None:
    result = run(
        "start", "--model", "house/dogs@2.0", "--series", "Abendschau", "--since", "2019-01-01",
        "--between", "22:00-06:00", "--time-zone", "Europe/Berlin",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert asked == [
        (
            "POST",
            "/v1/reanalyses",
            {
                "target": {"model": "house/dogs@2.0"},
                "selection": {"series": ["Abendschau"], "since": "2019-01-01T00:00:00Z"},
                "window": {"begin": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"},
            },
        )
    ]
    assert ID in result.stdout
    assert "is not enabled" in result.stderr


def test_an_estimate_starts_nothing_and_says_how_it_was_measured(asked: Asked) -> None:
    result = run("start", "--analyser", "faces", "--all", "--estimate")
    assert asked == [
        ("POST", "/v1/reanalyses/estimate", {"target": {"analyser": "faces"}, "selection": {"all": True}})
    ]
    assert "4.9 s (20.5 ms a picture, measured just now)" in result.stdout


def test_a_campaign_that_waits_for_its_hours_says_so_when_it_starts_and_in_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits = {
        **CAMPAIGN,
        "target": {"model": "", "analyser": "faces", "skipped": False},
        "state": "running",
        "waiting": "it works from 22:00 to 06:00 (UTC)",
        "assets": 0,
        "skipped": [],
        "failed": [],
        "actor": {"principal": "anna"},
        "started_at": "2026-01-01T12:00:00Z",
    }
    monkeypatch.setenv("FRAMEWELL_REST", "http://127.0.0.1:1")
    monkeypatch.setenv("COLUMNS", "240")
    monkeypatch.setattr(Gateway, "start_reanalysis", lambda *_: {"reanalysis": waits, "notes": []})
    monkeypatch.setattr(Gateway, "reanalyses", lambda *_, **__: [waits])
    started = run("start", "--analyser", "faces", "--all", "--between", "22:00-06:00")
    assert "it works from 22:00 to 06:00 (UTC)" in started.stdout
    assert "running: it works from 22:00 to 06:00 (UTC)" in run("list").stdout


def test_a_cancelled_campaign_says_that_what_it_has_seen_stays(asked: Asked) -> None:
    result = run("cancel", ID)
    assert asked == [("POST", f"/v1/reanalyses/{ID}/cancel", None)]
    assert result.stdout == (
        f"{ID} is cancelled; what is being looked at is finished within seconds, "
        "and whatever it has seen stays\n"
    )


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("start --all", "say what looks"),
        ("start --analyser faces --skipped --all", "one of them"),
        ("start --analyser faces", "say at which assets"),
        ("start --analyser faces --all --series x", "or else --all"),
        ("start --analyser faces --since yesterday", "'yesterday' is no date"),
        ("start --analyser faces --all --between 22:00", "HH:MM-HH:MM"),
        ("start --analyser faces --all --estimate --between 25:00-26:00", "HH:MM-HH:MM"),
        ("start --analyser faces --all --estimate --between 02:00-02:00", "leaves no time"),
        ("start --analyser faces --all --between 22:00-06:00 --time-zone Mars", "--time-zone Mars"),
        ("start --analyser faces --asset 7", "is no id of an asset"),
        ("show 7", "is no id of a campaign"),
    ],
)
def test_what_is_said_wrongly_is_refused_before_anybody_is_asked(
    asked: Asked, words: str, sentence: str
) -> None:
    result = run(*words.split())
    assert sentence in str(result.exception)
    assert not asked
