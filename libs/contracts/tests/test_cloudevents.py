"""Our events are CloudEvents: the official SDK reads ours, and we read its."""

import json
from datetime import UTC, datetime

import pytest
from cloudevents.conversion import to_binary as http_binary
from cloudevents.http import CloudEvent
from cloudevents.kafka import KafkaMessage, from_binary, from_structured, to_binary, to_structured
from google.protobuf.message import Message

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import LANE_ARCHIVE, LANE_LIVE
from framewell.model.v1.model_pb2 import ModelRetired
from framewell.rights.v1.rights_pb2 import USE_PROHIBITED
from framewell_contracts.cloudevents import Envelope, Event, Record, Unreadable, asset_of, decode, encode
from framewell_contracts.fact_types import FACTS
from framewell_contracts.identity import asset_id
from framewell_contracts.json_mapping import from_json, to_json

PROTOBUF = b"application/protobuf"
JSON = b"application/json"
INGEST = "framewell.ingest.requested.v1"
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
PLANNED = "framewell.chunk.planned.v1"
TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
WHEN = datetime(2026, 11, 22, 12, 30, tzinfo=UTC)

REQUEST = {
    "uri": "file:///media/news.mp4",
    "lane": "live",
    "statements": [{"issuer": "Archiv", "statement_id": "4711", "use": "prohibited"}],
    "programme": {"title": "Abendnachrichten, Jörg Müßigbrodt"},
}


def an_envelope(kind: str = INGEST) -> Envelope:
    return Envelope("e1", "/playout", kind, WHEN, subject="asset-1", traceparent=TRACEPARENT)


def as_sdk_message(record: Record) -> KafkaMessage:
    return KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value)


def test_the_sdk_reads_ours() -> None:
    message = IngestRequested(asset_id=ASSET, uri="file:///x.mp4")
    read = from_binary(
        as_sdk_message(encode(an_envelope(), message)), data_unmarshaller=IngestRequested.FromString
    )
    assert read.data == message
    assert (read["id"], read["source"], read["type"], read["subject"]) == (
        "e1",
        "/playout",
        INGEST,
        "asset-1",
    )
    assert datetime.fromisoformat(read["time"]) == WHEN
    assert read["datacontenttype"] == "application/protobuf"


def test_we_read_the_sdks_binary_mode_in_protobuf() -> None:
    message = IngestRequested(asset_id=ASSET, uri="file:///x.mp4")
    attributes = {"id": "e1", "source": "/playout", "type": INGEST, "datacontenttype": "application/protobuf"}
    sent = to_binary(CloudEvent(attributes, message), data_marshaller=lambda data: data.SerializeToString())
    event = decode(INGEST, list(sent.headers.items()), sent.value)
    assert event.message == message
    assert (event.envelope.id, event.envelope.source) == ("e1", "/playout")
    assert event.envelope.time.tzinfo is not None


@pytest.mark.parametrize("with_content_type", [True, False])
def test_we_read_the_sdks_structured_mode(with_content_type: bool) -> None:
    attributes = {
        "id": "e1",
        "source": "/playout",
        "type": INGEST,
        "subject": "s",
        "traceparent": TRACEPARENT,
    }
    sent = to_structured(CloudEvent(attributes, REQUEST))
    headers = [("content-type", b"application/cloudevents+json; charset=UTF-8")] if with_content_type else []
    event = decode(INGEST, headers, sent.value)
    assert isinstance(event.message, IngestRequested)
    assert event.message.statements[0].use == USE_PROHIBITED
    assert event.message.programme.title.endswith("Jörg Müßigbrodt")
    assert event.envelope.traceparent == TRACEPARENT
    assert from_structured(sent)["id"] == event.envelope.id


def test_we_read_the_sdks_structured_mode_with_protobuf_inside() -> None:
    message = IngestRequested(uri="file:///x.mp4")
    attributes = {"id": "e1", "source": "/p", "type": INGEST, "datacontenttype": "application/protobuf"}
    sent = to_structured(CloudEvent(attributes, message.SerializeToString()))
    event = decode(INGEST, [("content-type", b"application/cloudevents+json")], sent.value)
    assert event.message == message


def test_we_read_json_in_binary_mode() -> None:
    headers = [
        ("ce_specversion", b"1.0"),
        ("ce_id", b"e1"),
        ("ce_source", b"/p"),
        ("ce_type", INGEST.encode()),
    ]
    for content in ([("content-type", b"application/json")], []):
        event = decode(
            INGEST, headers + content, json.dumps(REQUEST).encode(), received_ms=int(WHEN.timestamp() * 1000)
        )
        assert to_json(event.message) == REQUEST
        assert event.envelope.time == WHEN


def test_what_we_write_we_read() -> None:
    envelope = an_envelope(PLANNED)
    message = ChunkPlanned(work=Work(asset_id="asset-1"), chunk_id="asset-1/0/0")
    record = encode(envelope, message, LANE_LIVE)
    assert record.topic == f"{PLANNED}.live"
    assert record.key == b"asset-1/0/0"
    event = decode(record.topic, record.headers, record.value)
    assert (event.envelope, event.message) == (envelope, message)
    assert (
        encode(envelope, message, LANE_ARCHIVE).topic
        == encode(envelope, message).topic
        == f"{PLANNED}.archive"
    )


def test_an_event_is_about_the_asset_that_its_message_names_or_asks_for() -> None:
    def about(kind: str, message: Message, subject: str = "") -> str:
        return asset_of(Event(Envelope("e1", "/playout", kind, WHEN, subject), message))

    assert about(PLANNED, ChunkPlanned(work=Work(asset_id="asset-1")), "what an outsider wrote") == "asset-1"
    assert about(INGEST, IngestRequested(asset_id="chosen")) == "chosen"
    assert about(INGEST, IngestRequested(), "what an outsider wrote") == asset_id("/playout", "e1")
    retired = "framewell.model.retired.v1"
    assert about(retired, ModelRetired()) == ""
    assert about(retired, ModelRetired(), "asset-2") == "asset-2"


def test_a_request_without_asset_id_has_a_key_all_the_same() -> None:
    assert encode(Envelope("e1", "/p", INGEST, WHEN), IngestRequested()).key == b"e1"


def binary(kind: str = INGEST, **more: bytes) -> list[tuple[str, bytes]]:
    named = {"ce_specversion": b"1.0", "ce_id": b"1", "ce_source": b"/p", "ce_type": kind.encode(), **more}
    return [(name.replace("content_type", "content-type"), value) for name, value in named.items() if value]


def structured_with(**more: object) -> bytes:
    return json.dumps({"specversion": "1.0", "id": "1", "source": "/p", "type": INGEST, **more}).encode()


@pytest.mark.parametrize(
    ("code", "expected", "topic", "headers", "value"),
    [
        ("no_cloudevent", "specversion, id, source, type missing", INGEST, [], b"\x00"),
        ("no_cloudevent", "id missing", INGEST, binary(ce_id=b""), b""),
        ("bad_version", "0.3", INGEST, binary(ce_specversion=b"0.3"), b""),
        ("unknown_type", "no.such", INGEST, binary("no.such"), b""),
        ("wrong_topic", f"send it to {INGEST}", "framewell.asset.removed.v1", binary(), b""),
        ("bad_time", "RFC 3339", INGEST, binary(ce_time=b"yesterday"), b""),
        ("bad_header", "UTF-8", INGEST, binary(ce_subject=b"\xff\xfe"), b""),
        ("empty", "no content", INGEST, binary(), None),
        ("not_protobuf", "IngestRequested", INGEST, binary(content_type=PROTOBUF), b"\xff\xff"),
        ("content_type", "text/xml", INGEST, binary(content_type=b"text/xml"), b"<x/>"),
        ("bad_json", "not JSON", INGEST, binary(content_type=JSON), b"{"),
        ("bad_json", "colour", INGEST, binary(content_type=JSON), b'{"colour": 1}'),
        ("bad_json", "one JSON object", INGEST, binary(content_type=JSON), b"[1]"),
        ("json_not_taken", "protobuf", f"{PLANNED}.live", binary(PLANNED, content_type=JSON), b"{}"),
        ("no_cloudevent", "specversion", INGEST, [], b'{"id": "1"}'),
        ("bad_json", "attribute 'source'", INGEST, [], b'{"specversion": "1.0", "source": {}}'),
        ("bad_json", "base64", INGEST, [], structured_with(data_base64="!")),
        ("bad_json", "must be a JSON object", INGEST, [], structured_with(data=[1])),
        ("bad_json", "deep", INGEST, [], None),
    ],
)  # fmt: skip
def test_what_cannot_be_read_says_why(
    code: str, expected: str, topic: str, headers: list[tuple[str, bytes]], value: bytes | None
) -> None:
    if expected == "deep":
        expected, value = "not JSON", b"{" + b'"a":[' * 100_000
    with pytest.raises(Unreadable) as refusal:
        decode(topic, headers, value)
    assert refusal.value.code == code
    assert expected in refusal.value.reason


@pytest.mark.parametrize("kind", ["structured", "json", "protobuf"])
def test_ids_in_capitals_are_ids_of_the_same_asset(kind: str) -> None:
    """They are looked up as they are kept: a removal by an id in capitals would remove nothing."""
    removed, rights = "framewell.asset.removed.v1", "framewell.rights.changed.v1"
    statements = [{"use": "prohibited"}]
    for type_, document in (
        (removed, {"asset_id": ASSET.upper()}),
        (rights, {"subject": {"asset_id": ASSET.upper()}, "statements": statements}),
    ):
        if kind == "structured":
            headers, value = [], structured_with(type=type_, data=document)
        elif kind == "json":
            headers, value = binary(content_type=JSON, ce_type=type_.encode()), json.dumps(document).encode()
        else:
            message = from_json(document, FACTS[type_].message)
            record = encode(an_envelope(type_), message)
            headers, value = list(record.headers), record.value
        assert asset_of(decode(type_, headers, value)) == ASSET


@pytest.mark.parametrize(
    ("code", "expected", "headers", "value"),
    [
        ("bad_json", "'id' must be text, not a number", [], structured_with(id=7, data=REQUEST)),
        ("bad_json", "'time' must be text, not a num", [], structured_with(time=20271231, data=REQUEST)),
        ("bad_json", "'subject' must be text, not true", [], structured_with(subject=True, data=REQUEST)),
        ("bad_json", "'source' holds half a surrog", [], structured_with(source="\ud800", data=REQUEST)),
        ("bad_json", "only one of data and data_base64", [], structured_with(data={}, data_base64="")),
        ("bad_json", "data_base64 must be text", [], structured_with(data_base64=1)),
        ("bad_json", "'datacontenttype' must be text", [], structured_with(datacontenttype=1, data={})),
        ("content_type", "not 'text/xml'", [], structured_with(datacontenttype="text/xml", data=REQUEST)),
        ("bad_json", "`id` stands twice", [], structured_with()[:-1] + b', "id": "2"}'),
        (
            "bad_json",
            "it is no UTF-8 from byte 0 on",
            binary(content_type=JSON),
            json.dumps(REQUEST).encode("utf-16"),
        ),
        ("bad_header", "'ce_id' stands 2 times", [*binary(), ("ce_id", b"2")], b""),
        ("bad_header", "'content-type' stands 2 t", [*binary(content_type=JSON), ("content-type", b"")], b""),
        ("out_of_bounds", "uri: must be there", binary(), b""),
        *(
            ("bad_time", "RFC 3339", binary(ce_time=time.encode()), b"")
            for time in (
                "20271231",
                "2027-12-31",
                "2027-12-31T00:00:00",
                "2027-W52-5",
                "2027-12-31 00:00:00Z",
                "0000-01-01T00:00:00Z",
                "0001-01-01T00:00:00+14:00",
                "9999-12-31T23:59:59-01:00",
                "2027-12-31T23:59:60Z",
                "2027-02-29T00:00:00Z",
                "1830297600",
            )
        ),
    ],
)
def test_nothing_is_coerced_and_nothing_stands_twice(
    code: str, expected: str, headers: list[tuple[str, bytes]], value: bytes
) -> None:
    with pytest.raises(Unreadable) as refusal:
        decode(INGEST, headers, value)
    assert refusal.value.code == code
    assert expected in refusal.value.reason


def test_a_time_of_any_zone_is_kept_in_utc() -> None:
    """What stores it need not know zones: the first and the last day of the calendar are taken in each."""
    for given, kept in {
        "9999-12-31T23:59:59+14:00": "9999-12-31T09:59:59+00:00",
        "0001-01-01T00:00:00-14:00": "0001-01-01T14:00:00+00:00",
        "2026-11-22T12:30:00.123456789Z": "2026-11-22T12:30:00.123456+00:00",
    }.items():
        event = decode(INGEST, [], structured_with(time=given, data=REQUEST))
        assert event.envelope.time.isoformat() == kept


def test_an_extension_may_be_a_number_or_a_truth_value() -> None:
    assert decode(INGEST, [], structured_with(priority=7, urgent=True, note=None, data=REQUEST))


def test_json_is_taken_only_where_outsiders_write() -> None:
    structured = json.dumps(
        {"specversion": "1.0", "id": "1", "source": "/p", "type": PLANNED, "data": {"chunkId": "x"}}
    ).encode()
    with pytest.raises(Unreadable, match="written by the mesh alone"):
        decode(f"{PLANNED}.archive", [("content-type", b"application/cloudevents+json")], structured)


def test_a_retry_topic_takes_every_type() -> None:
    record = encode(an_envelope(), IngestRequested(uri="file:///x"))
    assert decode("ingest.accept_request.retry", record.headers, record.value).message.uri == "file:///x"  # type: ignore[attr-defined]


def test_the_http_form_of_the_sdk_is_the_same_event() -> None:
    """The SDK's own HTTP headers carry what ours do: nothing of an event is lost on the way."""
    record = encode(an_envelope(), IngestRequested(uri="file:///x"))
    headers, _ = http_binary(from_binary(as_sdk_message(record), data_unmarshaller=bytes))
    assert headers["ce-id"] == "e1"
    assert headers["ce-type"] == INGEST
