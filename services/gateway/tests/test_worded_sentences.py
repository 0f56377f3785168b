"""Sentences come with what they were made of, from whichever service, and are their templates filled."""

from __future__ import annotations

import ast
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import grpc
import httpx
import pytest
from google.rpc.error_details_pb2 import ErrorInfo
from google.rpc.status_pb2 import Status

from framewell_contracts.sentences import Sentence, places, render, say
from framewell_gateway.adapters.services import answered
from framewell_kit.outcomes import Conflict, Gone, NotFound, Outcome, Rejected
from framewell_kit.rpc.errors import status_of

TOKENS = {"correct-horse-battery": "anna/rights"}
ROOT = Path(__file__).resolve().parents[3]


async def test_everybody_may_read_the_template_of_every_sentence(open_gateway: Any) -> None:
    async with open_gateway(tokens=TOKENS) as client:
        served = (await client.get("/sentences.json")).raise_for_status().json()
    assert served == json.loads(files("framewell_contracts").joinpath("sentences.json").read_text())
    assert all(places(template) is not None for template in served.values())
    assert served["sample_unknown"] == "sample {sample_id} does not exist"


async def test_a_problem_is_the_template_that_it_names_filled_with_its_params(
    gateway: httpx.AsyncClient,
) -> None:
    templates = (await gateway.get("/sentences.json")).json()
    problem = (await gateway.get("/v1/webhooks/6f1b7a52-0000-4000-8000-00000000000a")).json()
    assert (problem["status"], problem["reason"], problem["template"]) == (
        404,
        "webhook_unknown",
        "webhook_unknown",
    )
    assert problem["params"] == {"webhook_id": "6f1b7a52-0000-4000-8000-00000000000a"}
    assert render(templates[problem["template"]], problem["params"]) == problem["detail"]


async def test_what_is_wrong_at_a_place_of_a_request_says_what_it_was_made_of(
    gateway: httpx.AsyncClient,
) -> None:
    problem = (await gateway.get("/v1/assets", params={"order_by": "colour"})).json()
    assert (problem["reason"], problem["template"]) == ("bad_order", "bad_order.assets")
    (error,) = problem["errors"]
    assert error["field"] == "order_by"
    assert error["wording"]["template"] == "bad_order.assets"
    assert error["wording"]["params"] == problem["params"]


class Failed(grpc.aio.AioRpcError):
    """A call that a service refused with an outcome."""

    def __init__(self, outcome: Outcome) -> None:
        status = status_of(outcome, "r-1")
        super().__init__(
            status.code, grpc.aio.Metadata(), grpc.aio.Metadata(*status.trailing_metadata), status.details
        )


@pytest.mark.parametrize("kind", [Rejected, Conflict, NotFound, Gone])
async def test_a_refusal_of_a_service_keeps_its_template_and_params_over_grpc(kind: type[Outcome]) -> None:
    why = say("snapshot_unknown", "snapshot {snapshot_id} does not exist", snapshot_id="s-1")
    said = say("rests_on_gone", "it rests on something that is gone. {why}", why=why)

    async def refused() -> Any:
        raise Failed(kind(said))

    with pytest.raises(kind) as refusal:
        await answered("dataset", refused())
    reason = refusal.value.reason
    assert isinstance(reason, Sentence)
    assert (str(reason), reason.code) == (str(said), "rests_on_gone")
    assert dict(reason.params) == dict(said.params)


def test_a_program_in_another_language_finds_the_template_in_the_details_of_a_call() -> None:
    refused = status_of(NotFound(say("run_unknown", "there is no run {run_id}", run_id="r-7")), "r-1")
    details = Status.FromString(dict(refused.trailing_metadata)["grpc-status-details-bin"]).details
    info = ErrorInfo()
    assert any(one.Unpack(info) for one in details)
    assert info.reason == "run_unknown"
    assert dict(info.metadata) == {"template": "run_unknown", "run_id": "r-7"}


def test_secrets_are_redacted_from_what_a_sentence_was_made_of_as_from_itself() -> None:
    said = say("fetched", "from {address}", address="https://anna:secret@example.org/a.mp4")
    reason = Conflict(said).reason
    assert isinstance(reason, Sentence)
    assert "secret" not in reason
    assert "secret" not in reason.params["address"]


def test_no_param_is_called_as_the_code_of_its_template_is() -> None:
    """It would take the place of the code among the metadata of a refusal over gRPC."""
    templates = json.loads(files("framewell_contracts").joinpath("sentences.json").read_text())
    assert not [code for code, template in templates.items() if "template" in places(template)]


BROKEN: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/v1/nowhere", {}),
    ("PUT", "/v1/assets", {}),
    ("GET", "/v1/assets?page_size=0&page_size=9", {}),
    ("GET", "/v1/assets?page_size=many", {}),
    ("GET", "/v1/assets?page_size=1001", {}),
    ("GET", "/v1/assets?colour=red", {}),
    ("GET", "/v1/assets?title=", {}),
    ("GET", "/v1/assets?title=%ff", {}),
    ("GET", "/v1/assets?requested_from=yesterday", {}),
    ("GET", f"/v1/assets?title={'x' * (17 << 10)}", {}),
    ("GET", "/v1/assets", {"headers": {"x-long": "x" * (65 << 10)}}),
    ("GET", "/v1/assets/no-uuid", {}),
    ("GET", "/v1/mesh", {"content": b"body"}),
    ("POST", "/v1/assets", {"content": b"", "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b"{", "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b'{"uri": 1, }', "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b'{"uri": "\xff"}', "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b'{"a": NaN}', "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b'{"a":1,"a":1}', "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b"[" * 9000, "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b"[1" + b"1" * 5000, "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b"[]", "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"content": b"a=b", "headers": {"content-type": "text/plain"}}),
    ("POST", "/v1/assets", {"json": {}, "headers": {"content-encoding": "gzip"}}),
    ("POST", "/v1/assets", {"json": {}, "headers": {"content-type": "application/json; charset=latin1"}}),
    ("POST", "/v1/assets", {"content": b" " * (9 << 20), "headers": {"content-type": "application/json"}}),
    ("POST", "/v1/assets", {"json": {}}),
    ("POST", "/v1/assets", {"json": {"uri": ""}}),
    ("POST", "/v1/assets", {"json": {"uri": 1, "uris": [], "lane": None, "labels": [], "statements": {}}}),
    ("POST", "/v1/assets", {"json": {"uri": "gopher:x", "labels": {"a" * 64: "x"}}}),
    ("POST", "/v1/assets", {"json": {"uri": "file:///a", "statements": [{"use": "USE_ALLOWED"}]}}),
    ("POST", "/v1/assets", {"json": {"uri": "file:///a", "statements": [{"use": "perhaps"}, None]}}),
    ("POST", "/v1/rights", {"json": {"subject": {"class_id": "c"}, "statements": [{}], "actor": {}}}),
    ("POST", "/v1/webhooks", {"json": {"url": "x y"}}),
    ("POST", "/v1/uploads", {}),
    ("POST", "/v1/models/import", {"content": b"no archive"}),
    ("POST", "/v1/pictures/analyse", {"content": b"x", "headers": {"content-type": "text/html"}}),
    ("POST", "/v1/pictures/analyse", {"content": b"", "headers": {"content-type": "image/png"}}),
    ("POST", "/v1/uploads/resumable", {"headers": {"tus-resumable": "0.2"}}),
    ("POST", "/v1/uploads/resumable", {"headers": {"tus-resumable": "1.0.0", "upload-length": "0"}}),
    ("POST", "/v1/uploads/resumable", {"headers": {"tus-resumable": "1.0.0", "upload-length": "x"}}),
    ("POST", "/v1/uploads/resumable", {"headers": {"tus-resumable": "1.0.0", "upload-metadata": "a !"}}),
]  # fmt: skip


@pytest.mark.parametrize(("method", "path", "request_"), BROKEN)
async def test_what_is_wrong_with_a_request_is_said_in_words_of_ours_that_have_a_code(
    gateway: httpx.AsyncClient, method: str, path: str, request_: dict[str, Any]
) -> None:
    templates = json.loads(files("framewell_contracts").joinpath("sentences.json").read_text())
    answer = await gateway.request(method, path, **request_)
    problem = answer.json()
    assert 400 <= problem["status"] < 500
    assert render(templates[problem["template"]], problem["params"]) == problem["detail"]
    words = (ROOT / "docs" / "refusals.md").read_text(encoding="utf-8")
    assert f"| `{problem['reason']}` |" in words
    assert bool(problem["errors"]) is (problem["status"] == 422)
    for error in problem["errors"]:
        wording = error["wording"]
        assert render(templates[wording["template"]], wording.get("params", {})) == error["problem"]


KINDS = {
    *("Rejected", "Conflict", "NotFound", "Gone"),
    *("FieldProblem", "problem", "HTTPException", "InvalidField", "TooManyStreams", "BadLogin", "Stalled"),
}


def _is_text(node: ast.expr) -> bool:
    """Return whether an argument is a sentence as it stands: a text of more than one word."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(isinstance(one, ast.Constant) and " " in str(one.value) for one in parts)


def test_refusals_are_made_of_templates() -> None:
    """A sentence written at its refusal has no words in another language."""
    bare = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for source in (
            "services/*/framewell_*",
            "libs/kit/framewell_kit",
            "libs/contracts/framewell_contracts",
        )
        for package in ROOT.glob(source)
        for path in package.rglob("*.py")
        if "testing" not in path.parts
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in KINDS
        and any(_is_text(one) for one in node.args)
    ]
    assert bare == []
