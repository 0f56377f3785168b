"""Every example of the package's page runs as it is printed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

PAGE = Path(__file__).resolve().parents[1] / "README.md"
EXAMPLES = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
CLASS = {"dataset_class": {"class_id": "c-1", "name": "Anna"}}
ANALYSED = b'data: {"id": "e1", "type": "framewell.asset.analysed.v1"}\nid: 1\n\n'
PRINTED = (
    "analysed Evening news\n",
    f"{ASSET} Evening news\n404 no_run there is no run no-such-run\n",
    "s-17\naccepted\n",
    "somebody else was first: read it again\n",
)


@pytest.fixture
def mesh(answering: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A gateway that knows what the page speaks of, found by the environment."""
    monkeypatch.setenv("FRAMEWELL_REST", answering.address)
    view = {"asset_id": ASSET, "state": "analysed", "title": "Evening news"}
    sample = {"sample_id": "s-17", "state": "accepted"}
    answering.answers |= {
        ("POST", "/v1/assets"): {"asset_id": ASSET, "existed": False},
        ("GET", f"/v1/assets/{ASSET}/events"): ANALYSED,
        ("GET", f"/v1/assets/{ASSET}"): view,
        ("GET", "/v1/assets"): {"assets": [view], "next_page_token": "", "total_size": 1},
        ("GET", "/v1/runs/no-such-run"): (
            404,
            {"status": 404, "code": "not_found", "reason": "no_run", "detail": "there is no run no-such-run"},
        ),
        ("GET", "/v1/samples"): {"samples": [sample], "next_page_token": "", "total_size": 1},
        ("POST", "/v1/samples/review"): {"results": [{"sample": sample, "error": ""}]},
        ("POST", "/v1/classes"): CLASS,
        ("GET", "/v1/classes/c-1"): CLASS,
        ("POST", "/v1/classes/c-1/rename"): (
            412,
            {"status": 412, "code": "precondition_failed", "reason": "revision_changed", "detail": "changed"},
        ),
    }
    answering.etags["/v1/classes/c-1"] = '"v1"'
    return answering


@pytest.mark.parametrize(
    ("example", "printed"), list(zip(EXAMPLES, PRINTED, strict=True)), ids=range(len(PRINTED))
)
def test_an_example_prints_what_happened(
    mesh: Any, capsys: pytest.CaptureFixture[str], example: str, printed: str
) -> None:
    exec(compile(example, PAGE, "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out == printed


def test_the_example_of_changes_sends_a_key_and_the_version_that_it_read(mesh: Any) -> None:
    exec(compile(EXAMPLES[3], PAGE, "exec"), {"__name__": "__main__"})
    sent = {(method, path): headers for method, path, headers, _ in mesh.asked}
    assert sent["POST", "/v1/classes"]["idempotency-key"]
    assert sent["POST", "/v1/classes/c-1/rename"]["if-match"] == '"v1"'
