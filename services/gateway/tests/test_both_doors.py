"""The same document reads the same on Kafka, in JSON or protobuf, and on REST: one verdict in one wording."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse
from framewell_contracts.asyncapi.examples import EXAMPLES
from framewell_contracts.cloudevents import JSON, PROTOBUF, decode
from framewell_contracts.fact_types import FACTS
from framewell_contracts.json_mapping import from_json
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
    event = json.loads(text.split("event.json <<END\n")[1].split("\nEND")[0].replace("$PWD", "/mesh"))
    assert event["type"] == INGEST
    return dict(event["data"])


def statement(**also: Any) -> dict[str, Any]:
    return {"uri": "file:///a.mp4", "statements": [{"issuer": "house", "use": "allowed", **also}]}


def on_kafka(kind: str, document: Any) -> dict[str, Callable[[], Message]]:
    """What reads a document as data in binary mode, inside a structured event, and as protobuf."""
    attributes = {"specversion": "1.0", "id": "1", "source": "/test", "type": kind}
    headers = [(f"ce_{name}", value.encode()) for name, value in attributes.items()]

    def read(content_type: str, value: bytes) -> Message:
        if not content_type:
            return decode(kind, [], value).message
        return decode(kind, [*headers, ("content-type", content_type.encode())], value).message

    return {
        "binary": lambda: read(JSON, json.dumps(document).encode()),
        "structured": lambda: read("", json.dumps({**attributes, "data": document}).encode()),
        "protobuf": lambda: read(PROTOBUF, from_json(document, FACTS[kind].message).SerializeToString()),
    }


async def on_rest(mesh: Any, gateway: httpx.AsyncClient, kind: str, document: Any) -> Any:
    """The message that a service or the mesh gets of a body; the problem when it is refused."""
    mesh.ingest.answers["Submit"] = SubmitResponse(asset_id=ASSET)
    answer = await gateway.post(PATHS[kind], json=document)
    if answer.status_code == 422:
        return answer.json()
    assert answer.status_code == 202, answer.text
    if kind == INGEST:
        return next(asked.request for method, asked in reversed(mesh.ingest.asked) if method == "Submit")
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
    read = [read() for read in on_kafka(kind, document).values()]
    assert read == [await on_rest(mesh, gateway, kind, document)] * 3


async def refused_alike(
    mesh: Any, gateway: httpx.AsyncClient, kind: str, document: Any, doors: Sequence[str]
) -> dict[str, str]:
    """The first problem of a document, which every door names in the same words."""
    problem = await on_rest(mesh, gateway, kind, document)
    error: dict[str, str] = problem["errors"][0]
    for door in doors:
        with pytest.raises(Unreadable) as refusal:
            on_kafka(kind, document)[door]()
        assert f"{error['field']}: {error['problem']}" in refusal.value.reason, door
    assert not mesh.ingest.asked
    assert not mesh.announcements.facts
    return error


@pytest.mark.parametrize(
    "document",
    [
        {"uri": 7},
        {"url": "file:///a.mp4"},
        {"uri": "file:///a.mp4", "lane": "LANE_LIVE"},
        {"uri": "file:///a.mp4", "lane": 1},
        {"uri": "file:///a.mp4", "lane": None},
        {"uri": "file:///a.mp4", "expectedSha256": "0" * 64},
        {"uri": "file:///a.mp4", "labels": {"job": 1}},
        {"uri": "file:///a.mp4", "labels": [["job", "1"]]},
        {"uri": "file:///a.mp4", "statements": {"use": "allowed"}},
        {"uri": "file:///a.mp4", "programme": {"broadcast_time": 20271231}},
        {"uri": "file:///a.mp4", "programme": {"identifiers": {"house": True}}},
        statement(use="USE_ALLOWED"),
        statement(use="unspecified"),
        statement(use=2),
        statement(legalBasis="tdm"),
        statement(revision="1"),
        statement(revision=True),
        statement(revision=1.5),
        statement(revision=1 << 63),
        statement(revision=1 << 64),
        statement(revision=10**400),
        statement(revision=-(1 << 63) - 1),
        statement(span={"start_pts": 0, "end_pts": "9"}),
        statement(purposes=["PURPOSE_UNSPECIFIED"]),
        statement(purposes="own_training"),
        statement(payment={"model": "flat", "amount": 0.05, "currency": "EUR"}),
    ],
)
async def test_what_is_no_message_is_refused_in_the_same_words(
    mesh: Any, gateway: httpx.AsyncClient, document: Any
) -> None:
    await refused_alike(mesh, gateway, INGEST, document, ("binary", "structured"))


@pytest.mark.parametrize(
    "given",
    [
        20271231,
        20271231.0,
        True,
        "20271231",
        "2027-12-31",
        "2027-12-31T00:00:00",
        "2027-12-31 00:00:00Z",
        "2027-12-31t00:00:00z",
        "2027-12-31T00:00Z",
        "2027-12-31T24:00:00Z",
        "2027-02-29T00:00:00Z",
        "2027-12-31T23:59:60Z",
        "2027-12-31T00:00:00+24:00",
        "2027-12-31T00:00:00Z\n",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+00:01",
        "9999-12-31T23:59:59-00:01",
        "10000-01-01T00:00:00Z",
        "-2027-12-31T00:00:00Z",
        "２０２７-12-31T00:00:00Z",
        ["2027-12-31T00:00:00Z"],
        {"seconds": 1},
    ],
)
async def test_a_date_is_text_in_rfc_3339_or_refused(
    mesh: Any, gateway: httpx.AsyncClient, given: Any
) -> None:
    """A number was seconds since 1970 once: a prohibition until 20271231 had ended in 1970."""
    document = statement(use="prohibited", valid_until=given)
    error = await refused_alike(mesh, gateway, INGEST, document, ("binary", "structured"))
    assert error["field"] == "statements.0.valid_until"
    assert "RFC 3339" in error["problem"]


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00Z"),
        ("9999-12-31T23:59:59.999999999Z", "9999-12-31T23:59:59.999999999Z"),
        ("2024-02-29T23:59:59-23:59", "2024-03-01T23:58:59Z"),
        ("2026-11-22T18:00:00.5+14:00", "2026-11-22T04:00:00.500Z"),
    ],
)
async def test_every_date_that_rfc_3339_can_say_is_taken(
    mesh: Any, gateway: httpx.AsyncClient, given: str, read: str
) -> None:
    message = await on_rest(mesh, gateway, INGEST, statement(valid_from=given))
    assert message.statements[0].valid_from.ToJsonString() == read


@pytest.mark.parametrize(
    ("kind", "document", "field"),
    [
        (INGEST, {}, "uri"),
        (INGEST, {"uri": "gopher://example/a"}, "uri"),
        (INGEST, {"uri": "file:///a\n"}, "uri"),
        (INGEST, {"uri": f"file:///{'a' * 4000}"}, "uri"),
        (INGEST, {"uri": "file:///a.mp4", "asset_id": "../../etc"}, "asset_id"),
        (INGEST, {"uri": "file:///a.mp4", "expected_sha256": "short"}, "expected_sha256"),
        (INGEST, {"uri": "file:///a.mp4", "existing_proxy": "a.mp4"}, "existing_proxy"),
        (INGEST, {"uri": "file:///a.mp4", "labels": {str(n): "x" for n in range(51)}}, "labels"),
        (INGEST, {"uri": "file:///a.mp4", "labels": {"": "x"}}, "labels."),
        (INGEST, {"uri": "file:///a.mp4", "programme": {"title": "x" * 301}}, "programme.title"),
        (
            INGEST,
            {"uri": "file:///a.mp4", "programme": {"start_timecode": "1:2:3:4"}},
            "programme.start_timecode",
        ),
        (INGEST, {"uri": "file:///a.mp4", "statements": [{}]}, "statements.0.use"),
        (INGEST, {"uri": "file:///a.mp4", "statements": [{"use": "allowed"}] * 101}, "statements"),
        (INGEST, statement(revision=-1), "statements.0.revision"),
        (INGEST, statement(territories=["DE", "x" * 101]), "statements.0.territories.1"),
        (INGEST, statement(verbatim="x" * 8001), "statements.0.verbatim"),
        (INGEST, statement(payment={"model": "flat"}), "statements.0.payment.amount"),
        (INGEST, statement(span={"start_pts": 9, "end_pts": 3}), "statements.0.span"),
        (INGEST, statement(span={}), "statements.0.span"),
        (
            INGEST,
            statement(valid_from="2027-01-02T00:00:00Z", valid_until="2027-01-01T23:00:00-01:00"),
            "statements.0.valid_until",
        ),
        (RIGHTS, {"statements": [{"use": "allowed"}]}, "subject"),
        (RIGHTS, {"subject": {}, "statements": [{"use": "allowed"}]}, "subject"),
        (RIGHTS, {"subject": {"asset_id": "a"}, "statements": [{"use": "allowed"}]}, "subject.asset_id"),
        (RIGHTS, {"subject": {"holder": "Archiv"}}, "statements"),
        (RIGHTS, {"subject": {"holder": "Archiv"}, "statements": [{"issuer": "x"}]}, "statements.0.use"),
    ],
)
async def test_what_is_out_of_bounds_is_refused_in_the_same_words(
    mesh: Any, gateway: httpx.AsyncClient, kind: str, document: Any, field: str
) -> None:
    error = await refused_alike(mesh, gateway, kind, document, ("binary", "structured", "protobuf"))
    assert error["field"] == field
