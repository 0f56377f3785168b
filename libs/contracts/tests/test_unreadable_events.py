"""Of an event that is refused it is known who sent it and which asset waits, as far as that can be read."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import PURPOSE_SHARING, USE_PROHIBITED, RightsChanged, RightsStatement
from framewell_contracts.cloudevents import Event, Unreadable, asset_of, decode
from framewell_contracts.identity import asset_id

TOPIC = "framewell.ingest.requested.v1"
ASSET = "6f1b0c9e-2f0a-5d61-9a53-1c9b6c3b8a11"
RECEIVED_MS = 1_764_412_200_000


def partial(value: bytes, headers: dict[str, str] | None = None) -> Event | None:
    with pytest.raises(Unreadable) as refusal:
        decode(
            TOPIC,
            [(name, content.encode()) for name, content in (headers or {}).items()],
            value,
            received_ms=RECEIVED_MS,
        )
    return refusal.value.partial


def structured(data: Any, **changed: Any) -> bytes:
    attributes = {"specversion": "1.0", "id": "e1", "source": "/playout", "type": TOPIC}
    return json.dumps({**attributes, "data": data, **changed}).encode()


BINARY = {"ce_specversion": "1.0", "ce_id": "e1", "ce_source": "/playout", "ce_type": TOPIC}


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (structured({"asset_id": ASSET, "url": "file:///x"}), None),
        (structured({"asset_id": ASSET, "lane": 17, "uri": "file:///x"}), None),
        (
            json.dumps({"asset_id": ASSET, "lane": []}).encode(),
            {**BINARY, "content-type": "application/json"},
        ),
    ],
)
def test_the_asset_that_a_refused_request_names_is_known(
    value: bytes, headers: dict[str, str] | None
) -> None:
    event = partial(value, headers)
    assert event is not None
    assert (event.envelope.id, event.envelope.source, event.envelope.type) == ("e1", "/playout", TOPIC)
    assert asset_of(event) == ASSET


@pytest.mark.parametrize(
    ("value", "headers"),
    [
        (structured({"url": "file:///x"}), None),
        (structured(["no", "object"]), None),
        (structured({"uri": "file:///x"}, time="yesterday"), None),
        (structured({"asset_id": "\ud800", "uri": 1}), None),
        (b"not JSON", {**BINARY, "content-type": "application/json"}),
        (b"\xff\xff", {**BINARY, "content-type": "application/protobuf"}),
        (b"{}", {**BINARY, "content-type": "text/xml"}),
    ],
)
def test_without_one_it_is_the_asset_of_its_id_and_source(
    value: bytes, headers: dict[str, str] | None
) -> None:
    event = partial(value, headers)
    assert event is not None
    assert asset_of(event) == asset_id("/playout", "e1")


def test_the_time_of_a_refused_event_is_when_it_was_received_if_it_says_none() -> None:
    event = partial(structured({"uri": "file:///x", "x": 1}, time="yesterday"))
    assert event is not None
    assert event.envelope.time == datetime.fromtimestamp(RECEIVED_MS / 1000, UTC)


@pytest.mark.parametrize(
    "value",
    [
        b"no event",
        structured({}, id=""),
        structured({}, source=None),
        structured({}, type="framewell.ingest.imagined.v1"),
    ],
)
def test_of_what_is_no_event_nothing_is_known(value: bytes) -> None:
    assert partial(value) is None


def test_of_protobuf_that_is_refused_all_is_known_that_it_says() -> None:
    request = IngestRequested(asset_id=ASSET, uri="file:///x")
    event = partial(request.SerializeToString(), {**BINARY, "content-type": "text/plain"})
    assert event is not None
    assert event.message == request


def test_of_nested_data_what_fits_is_known_and_what_does_not_is_not_there() -> None:
    topic = "framewell.rights.changed.v1"
    statements = [{"issuer": "court", "use": "prohibited", "purposes": ["ai", "sharing"], "colour": 1}] * 30
    data = {"subject": {"holder": "NASA"}, "statements": statements, "revision": "two"}
    with pytest.raises(Unreadable) as refusal:
        decode(topic, [], structured(data, type=topic), received_ms=RECEIVED_MS)
    event = refusal.value.partial
    assert event is not None
    assert event.message == RightsChanged(
        subject=Subject(holder="NASA"),
        statements=[RightsStatement(issuer="court", use=USE_PROHIBITED, purposes=[PURPOSE_SHARING])] * 30,
    )
