"""The same document reads the same on Kafka, in either JSON mode, and on REST."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse
from framewell_contracts.asyncapi.examples import EXAMPLES
from framewell_contracts.cloudevents import JSON, decode
from framewell_contracts.unreadable import Unreadable

INGEST, RIGHTS = "framewell.ingest.requested.v1", "framewell.rights.changed.v1"
PATHS = {INGEST: "/v1/assets", RIGHTS: "/v1/rights"}
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def example(kind: str) -> dict[str, Any]:
    """The example of a type without its actor, who on REST is the caller."""
    return {name: value for name, value in EXAMPLES[kind].data.items() if name != "actor"}


def readme() -> dict[str, Any]:
    """The data of the event that the README sends."""
    text = (Path(__file__).resolve().parents[3] / "README.md").read_text(encoding="utf-8")
    event = json.loads(text.split("```json\n")[1].split("```")[0])
    assert event["type"] == INGEST
    return dict(event["data"])


def statement(**also: Any) -> dict[str, Any]:
    return {"uri": "file:///a.mp4", "statements": [{"issuer": "house", "use": "allowed", **also}]}


def on_kafka(kind: str, document: Any) -> list[Message]:
    """The message of a document as data in binary mode, and inside a structured event."""
    attributes = {"specversion": "1.0", "id": "1", "source": "/test", "type": kind}
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]
    binary = decode(kind, [*headers, ("content-type", JSON.encode())], json.dumps(document).encode())
    structured = decode(kind, [], json.dumps({**attributes, "data": document}).encode())
    return [binary.message, structured.message]


async def on_rest(mesh: Any, gateway: httpx.AsyncClient, kind: str, document: Any) -> Any:
    """The message that a service or the mesh gets of a body; the problem when it is refused."""
    mesh.ingest.answers["Submit"] = SubmitResponse(asset_id=ASSET)
    answer = await gateway.post(PATHS[kind], json=document)
    if answer.status_code == 422:
        return answer.json()
    assert answer.status_code == 202, answer.text
    if kind == INGEST:
        return mesh.ingest.asked[-1][1].request
    change = mesh.announcements.facts[-1]
    change.ClearField("actor")
    return change


@pytest.mark.parametrize(
    ("kind", "document"),
    [
        (INGEST, readme()),
        (INGEST, example(INGEST)),
        (RIGHTS, example(RIGHTS)),
        (INGEST, {"uri": "https://archive.example/a.mp4"}),
        (INGEST, {"uri": "s3://news/a.mxf", "lane": "live", "labels": {"a.b": "1", "$x": ""}}),
        (INGEST, statement(revision=9007199254740993, purposes=["own_training", "sharing"])),
        (INGEST, statement(valid_from="2026-11-22T19:30:00.25+01:00", span={"start_pts": 0, "end_pts": 9})),
        (INGEST, statement(legal_basis="own_production", territories=["DE", "AT"], verbatim="§ 44b …")),
    ],
)
async def test_the_same_document_is_the_same_message(
    mesh: Any, gateway: httpx.AsyncClient, kind: str, document: Any
) -> None:
    binary, structured = on_kafka(kind, document)
    assert binary == structured == await on_rest(mesh, gateway, kind, document)


@pytest.mark.parametrize(
    "document",
    [
        {"uri": 7},
        {"url": "file:///a.mp4"},
        {"uri": "file:///a.mp4", "lane": "LANE_LIVE"},
        {"uri": "file:///a.mp4", "lane": None},
        {"uri": "file:///a.mp4", "expectedSha256": "0" * 64},
        {"uri": "file:///a.mp4", "labels": {"job": 1}},
        statement(use="USE_ALLOWED"),
        statement(use="unspecified"),
        statement(legalBasis="tdm"),
        statement(revision="1"),
        statement(revision=1 << 63),
        statement(valid_until=20271231),
        statement(valid_until="2027-12-31"),
        statement(purposes=["PURPOSE_UNSPECIFIED"]),
    ],
)
async def test_the_same_document_is_refused_in_the_same_words(
    mesh: Any, gateway: httpx.AsyncClient, document: Any
) -> None:
    with pytest.raises(Unreadable) as refusal:
        on_kafka(INGEST, document)
    (error,) = (await on_rest(mesh, gateway, INGEST, document))["errors"][:1]
    assert f"{error['field']}: {error['problem']}" in refusal.value.reason
    assert not mesh.ingest.asked
