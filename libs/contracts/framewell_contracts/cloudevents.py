"""CloudEvents 1.0 on Kafka, as the mesh writes it and as outsiders may write it.

We write binary mode: attributes in `ce_*` headers, one protobuf message as the value. Topics that
outsiders write to also take the protobuf JSON mapping of the same message, in binary mode
(`application/json`) and structured mode (`application/cloudevents+json`). The official `cloudevents`
SDK reads and writes the same records (tested); it is not used here because its generic path costs
several times the whole budget of a message.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import DecodeError, Message

from framewell.mesh.v1.mesh_pb2 import Lane
from framewell_contracts.catalogue import FACTS, FactType, fact_type
from framewell_contracts.json_events import parse_json_data, parse_structured, structured_attributes
from framewell_contracts.topics import DEAD_LETTER_SUFFIX, RETRY_SUFFIX
from framewell_contracts.unreadable import Unreadable

__all__ = ["Envelope", "Event", "Headers", "Record", "Unreadable", "decode", "encode"]

Headers = Iterable[tuple[str, bytes]]

PROTOBUF = "application/protobuf"
JSON = "application/json"
STRUCTURED = "application/cloudevents+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes of an event. `subject` is the asset's id wherever there is one."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str = ""
    traceparent: str | None = None
    tracestate: str | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """An event as read: its envelope and its message."""

    envelope: Envelope
    message: Message


@dataclass(frozen=True, slots=True)
class Record:
    """An event as Kafka carries it."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


_SPEC = ("ce_specversion", b"1.0")
_CONTENT = ("content-type", PROTOBUF.encode())
_TYPE_HEADER = {name: ("ce_type", name.encode()) for name in FACTS}


def encode(envelope: Envelope, message: Message, lane: "Lane.ValueType | None" = None) -> Record:
    """The record of an event, in binary mode.

    The key is the message's key field; an `ingest.requested` that leaves the choice of its asset to
    the mesh is keyed by its subject, or its event id. Raises KeyError for a message that is no fact.
    """
    fact = fact_type(message)
    key = getattr(message, fact.key_field) or envelope.subject or envelope.id
    headers = [
        _SPEC,
        ("ce_id", envelope.id.encode()),
        ("ce_source", envelope.source.encode()),
        _TYPE_HEADER[fact.type],
        ("ce_time", envelope.time.isoformat().encode()),
        _CONTENT,
    ]
    if envelope.subject:
        headers.append(("ce_subject", envelope.subject.encode()))
    if envelope.traceparent:
        headers.append(("traceparent", envelope.traceparent.encode()))
        if envelope.tracestate:
            headers.append(("tracestate", envelope.tracestate.encode()))
    return Record(fact.topic(lane), key.encode(), message.SerializeToString(), headers)


def decode(topic: str, headers: Headers, value: bytes | None, *, received: datetime | None = None) -> Event:
    """The event in a record of `topic` (or of a group's retry or dead-letter topic).

    `received` stands in for the time of an outside event that has none. Raises Unreadable with a
    sentence its sender can act on.
    """
    raw = dict(headers)
    data: dict[str, Any] | bytes | None
    try:
        kind = raw.get("content-type", b"").decode().partition(";")[0].strip().lower()
        if kind == STRUCTURED or (not kind and "ce_specversion" not in raw and _looks_like_json(value)):
            said, data, kind = parse_structured(value or b"")
            attributes = structured_attributes(said)
        else:
            attributes, data = _binary_attributes(raw), value
    except UnicodeDecodeError as error:
        raise Unreadable(f"a header is not UTF-8 text: {error}", code="bad_header") from error
    fact = _fact_of(attributes, topic)
    return Event(_envelope(attributes, received), _message(fact, kind, data))


def _looks_like_json(value: bytes | None) -> bool:
    return value is not None and value.lstrip()[:1] == b"{"


def _binary_attributes(raw: dict[str, bytes]) -> dict[str, str]:
    attributes = {name[3:]: content.decode() for name, content in raw.items() if name.startswith("ce_")}
    for extension in ("traceparent", "tracestate"):
        if extension in raw:
            attributes[extension] = raw[extension].decode()
    return attributes


def _fact_of(attributes: dict[str, str], topic: str) -> FactType:
    missing = [name for name in ("specversion", "id", "source", "type") if not attributes.get(name)]
    if missing:
        raise Unreadable(
            f"no CloudEvent: {', '.join(missing)} missing; send the ce_* headers, or one JSON object with "
            "content-type application/cloudevents+json",
            code="no_cloudevent",
        )
    if attributes["specversion"] != "1.0":
        raise Unreadable(
            f"CloudEvents version {attributes['specversion']!r} is not known here; send 1.0",
            code="bad_version",
        )
    fact = FACTS.get(attributes["type"])
    if fact is None:
        raise Unreadable(f"type {attributes['type']!r} is not known to this mesh", code="unknown_type")
    if topic not in fact.topic_names and not topic.endswith((RETRY_SUFFIX, DEAD_LETTER_SUFFIX)):
        raise Unreadable(
            f"an event of type {fact.type} does not belong in topic {topic}; send it to "
            f"{' or '.join(fact.topic_names)}",
            code="wrong_topic",
        )
    return fact


def _envelope(attributes: dict[str, str], received: datetime | None) -> Envelope:
    said = attributes.get("time")
    try:
        time = datetime.fromisoformat(said) if said else received or datetime.now(UTC)
    except ValueError as error:
        raise Unreadable(f"time {said!r} is not an RFC 3339 time", code="bad_time") from error
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=time if time.tzinfo else time.replace(tzinfo=UTC),
        subject=attributes.get("subject", ""),
        traceparent=attributes.get("traceparent"),
        tracestate=attributes.get("tracestate"),
    )


def _message(fact: FactType, kind: str, data: dict[str, Any] | bytes | None) -> Message:
    if data is None:
        raise Unreadable(f"the event of type {fact.type} has no content", code="empty")
    if isinstance(data, dict) or kind == JSON or (not kind and fact.from_outside and _looks_like_json(data)):
        if not fact.from_outside:
            raise Unreadable(
                f"{fact.type} is written by the mesh alone, as protobuf; JSON is not taken here",
                code="json_not_taken",
            )
        return parse_json_data(fact.message(), data)
    if kind not in ("", PROTOBUF, "application/x-protobuf"):
        raise Unreadable(
            f"content type {kind!r} is not taken; send {PROTOBUF} or {JSON}", code="content_type"
        )
    try:
        return fact.message.FromString(data)
    except DecodeError as error:
        raise Unreadable(
            f"the value is no {fact.message.DESCRIPTOR.full_name} in protobuf", code="not_protobuf"
        ) from error
