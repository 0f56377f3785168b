"""CloudEvents 1.0 on Kafka, as the mesh writes it and as outsiders may write it.

We write binary mode: attributes in `ce_*` headers, one protobuf message as the value. Topics that
outsiders write to also take the same message in JSON (see `json_mapping`), in binary mode
(`application/json`) and structured mode (`application/cloudevents+json`). The official `cloudevents`
SDK reads and writes the same records (tested); it is not used here because its generic path costs
several times the whole budget of a message.
"""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from google.protobuf.message import DecodeError, Message

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Lane
from framewell_contracts.bounds import OutOfBounds, check, lower_uuids, problems_of
from framewell_contracts.fact_types import FACT_OF_MESSAGE, FACTS, FactType
from framewell_contracts.identity import requested_asset_id
from framewell_contracts.json_events import parse_json_data, structured_attributes, structured_data
from framewell_contracts.json_mapping import EVENT, parse_object, readable_part
from framewell_contracts.json_mapping.values import parse_time
from framewell_contracts.sentences import say
from framewell_contracts.topics import DEAD_LETTER_SUFFIX, RETRY_SUFFIX
from framewell_contracts.unreadable import Unreadable

__all__ = [
    "Envelope",
    "Event",
    "Headers",
    "Record",
    "Unreadable",
    "asset_of",
    "decode",
    "encode",
    "encode_fact",
]

Headers = Collection[tuple[str, bytes]]

PROTOBUF = "application/protobuf"
JSON = "application/json"
STRUCTURED = "application/cloudevents+json"


class Envelope(NamedTuple):
    """The attributes of an event. `subject` is the asset's id wherever there is one."""

    id: str
    source: str
    type: str
    time: datetime
    subject: str = ""
    traceparent: str | None = None
    tracestate: str | None = None


class Event(NamedTuple):
    """An event as read: its envelope and its message."""

    envelope: Envelope
    message: Message


class Record(NamedTuple):
    """An event as Kafka carries it."""

    topic: str
    key: bytes
    value: bytes
    headers: list[tuple[str, bytes]]


# Makes a NamedTuple in half the time of calling its class, where every message pays for it.
_new = tuple.__new__
_RETRY_OR_DEAD_LETTER = (RETRY_SUFFIX, DEAD_LETTER_SUFFIX)
_UTC = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?\+00:00")
_SPEC = ("ce_specversion", b"1.0")
_PROTOBUF = PROTOBUF.encode()
_CONTENT = ("content-type", _PROTOBUF)
# By topic and `ce_type`: the type as text, what parses its message, and whether systems outside write it.
_PARSERS = {
    (topic, name.encode()): (name, fact.message.FromString, fact.from_outside)
    for name, fact in FACTS.items()
    for topic in fact.topic_names
}


def encode(envelope: Envelope, message: Message, lane: "Lane.ValueType | None" = None) -> Record:
    """Return the record of an event, in binary mode.

    Its key is the fact type's `key_of` the message; an `ingest.requested` that leaves the choice of its
    asset to the mesh is keyed by its subject, or its event id. Raises KeyError for a message that is no fact.
    """
    fact = FACT_OF_MESSAGE[type(message)]
    return encode_fact(fact, fact.key_of(message), envelope, message, lane)


def encode_fact(
    fact: FactType,
    key: str,
    envelope: tuple[str, str, str, datetime, str, str | None, str | None],
    message: Message,
    lane: "Lane.ValueType | None",
) -> Record:
    """Encode as `encode`, with fact type and key of the message known, the attributes as a plain tuple."""
    event_id, source, _, time, subject, traceparent, tracestate = envelope
    name = fact.type
    headers = [*_shared_headers(source, name, time), ("ce_id", event_id.encode())]
    if subject:
        headers.append(("ce_subject", subject.encode()))
    if traceparent:
        headers.append(("traceparent", traceparent.encode()))
        if tracestate:
            headers.append(("tracestate", tracestate.encode()))
    topic = fact.topic(lane) if fact.laned else name
    return _new(Record, (topic, (key or subject or event_id).encode(), message.SerializeToString(), headers))


@lru_cache(maxsize=256)
def _shared_headers(source: str, name: str, time: datetime) -> tuple[tuple[str, bytes], ...]:
    """Return the headers that facts of one type, source and moment share."""
    return (
        _SPEC,
        ("ce_source", source.encode()),
        ("ce_type", name.encode()),
        ("ce_time", time.isoformat().encode()),
        _CONTENT,
    )


def asset_of(event: Event) -> str:
    """Return the asset an event is about, empty for none.

    What an outsider wrote into `ce_subject` comes second to the asset that the message names or asks for.
    """
    envelope, message = event
    asset = FACTS[envelope.type].asset_of(message)
    if not asset and isinstance(message, IngestRequested):
        asset = requested_asset_id(message, envelope.source, envelope.id)
    return asset or envelope.subject


def decode(topic: str, headers: Headers, value: bytes | None, *, received_ms: int | None = None) -> Event:
    """Return the event in a record of `topic` (or of a group's retry or dead-letter topic).

    `received_ms`, milliseconds since 1970, stands in for the time of an outside event that has none.
    Raises Unreadable with a sentence its sender can act on.
    """
    raw = dict(headers)
    event = _as_we_write(topic, raw, len(headers), value)
    if event is not None:
        return event
    _refuse_repeated(headers)
    return _as_anybody_writes(topic, raw, value, received_ms)


def _refuse_repeated(headers: Headers) -> None:
    """Raise Unreadable where an attribute stands twice; other headers are not looked at."""
    names = Counter(name for name, _ in headers if name.startswith("ce_") or name == "content-type")
    for name, times in names.items():
        if times > 1:
            said = say("unreadable.twice", "header {name} stands {times} times", name=repr(name), times=times)
            raise Unreadable(said, code="bad_header")


def _as_we_write(topic: str, raw: dict[str, bytes], header_count: int, value: bytes | None) -> Event | None:
    """Return the event in a complete record in binary mode and protobuf; None for any other, right or wrong.

    Takes a third of the time of the general way, which says what is wrong and takes all that is right.
    """
    try:
        name, parse, from_outside = _PARSERS[topic, raw["ce_type"]]
        if value is None or raw["content-type"] != _PROTOBUF or raw["ce_specversion"] != b"1.0":
            return None
        event_id, source = raw["ce_id"].decode(), raw["ce_source"].decode()
        text = raw["ce_time"].decode()
        time = datetime.fromisoformat(text)
        if time.tzinfo is None or not event_id or not source:
            return None
        if from_outside and (header_count != len(raw) or not _UTC.fullmatch(text)):
            return None
        get = raw.get
        subject, traceparent, tracestate = get("ce_subject"), get("traceparent"), get("tracestate")
        attributes = (
            event_id,
            source,
            name,
            time,
            subject.decode() if subject else "",
            traceparent.decode() if traceparent else None,
            tracestate.decode() if tracestate else None,
        )
        message = parse(value)
        if from_outside:
            if any(problems_of(message)):
                return None
            lower_uuids(message)
        return _new(Event, (_new(Envelope, attributes), message))
    except (KeyError, ValueError, DecodeError, AttributeError):
        return None


def _as_anybody_writes(
    topic: str, raw: dict[str, bytes], value: bytes | None, received_ms: int | None
) -> Event:
    event: dict[str, Any] | None = None
    try:
        kind = (raw.get("content-type") or b"").decode().partition(";")[0].strip().lower()
        if kind == STRUCTURED or (not kind and "ce_specversion" not in raw and _looks_like_json(value)):
            event = parse_object(value or b"", EVENT)
        attributes = _binary_attributes(raw) if event is None else structured_attributes(event)
    except UnicodeDecodeError as error:
        said = say("unreadable.header", "a header is not UTF-8 text: {why}", why=error)
        raise Unreadable(said, code="bad_header") from error
    fact = _fact_of(attributes, topic)
    try:
        envelope = _envelope(attributes, received_ms)
        data, kind = (value, kind) if event is None else structured_data(event)
        message = _message(fact, kind, data)
        if fact.from_outside:
            lower_uuids(message)
        return Event(envelope, message)
    except Unreadable as error:
        envelope = _envelope({**attributes, "time": ""}, received_ms)
        given = value if event is None else event.get("data")
        read = error.message if isinstance(error, OutOfBounds) else _partial_message(fact, given)
        error.partial = Event(envelope, read)
        raise


def _looks_like_json(value: bytes | None) -> bool:
    return value is not None and value.lstrip()[:1] == b"{"


def _binary_attributes(raw: dict[str, bytes]) -> dict[str, str]:
    attributes = {
        name[3:]: content.decode() for name, content in raw.items() if name.startswith("ce_") and content
    }
    for extension in ("traceparent", "tracestate"):
        if raw.get(extension):
            attributes[extension] = raw[extension].decode()
    return attributes


def _fact_of(attributes: dict[str, str], topic: str) -> FactType:
    missing = [name for name in ("specversion", "id", "source", "type") if not attributes.get(name)]
    if missing:
        raise Unreadable(
            say(
                "unreadable.no_cloudevent",
                "no CloudEvent: {missing} missing; send them as ce_* headers beside the data, or the whole "
                "event as one JSON object",
                missing=", ".join(missing),
            ),
            code="no_cloudevent",
        )
    if attributes["specversion"] != "1.0":
        raise Unreadable(
            say(
                "unreadable.version",
                "CloudEvents version {version} is not known here; send 1.0",
                version=repr(attributes["specversion"]),
            ),
            code="bad_version",
        )
    fact = FACTS.get(attributes["type"])
    if fact is None:
        said = say("unreadable.type", "type {type} is not known to this mesh", type=repr(attributes["type"]))
        raise Unreadable(said, code="unknown_type")
    if topic not in fact.topic_names and not topic.endswith(_RETRY_OR_DEAD_LETTER):
        raise Unreadable(
            say(
                "unreadable.topic",
                "an event of type {type} does not belong in topic {topic}; send it to {topics}",
                type=fact.type,
                topic=topic,
                topics=_either(fact.topic_names),
            ),
            code="wrong_topic",
        )
    return fact


def _either(names: Sequence[str]) -> str:
    one, *others = names
    return say("either", "{one} or {other}", one=one, other=_either(others)) if others else one


def _envelope(attributes: dict[str, str], received_ms: int | None) -> Envelope:
    text = attributes.get("time")
    if text:
        time = _time(text)
    else:
        time = datetime.now(UTC) if received_ms is None else datetime.fromtimestamp(received_ms / 1000, UTC)
    return Envelope(
        id=attributes["id"],
        source=attributes["source"],
        type=attributes["type"],
        time=time,
        subject=attributes.get("subject", ""),
        traceparent=attributes.get("traceparent"),
        tracestate=attributes.get("tracestate"),
    )


def _time(text: str) -> datetime:
    """Return the moment of an attribute in RFC 3339, in UTC. Raises Unreadable."""
    try:
        return parse_time(text).ToDatetime(UTC)
    except ValueError as error:
        said = say("unreadable.time", "attribute 'time' {why}, not {text}", why=error, text=repr(text[:80]))
        raise Unreadable(said, code="bad_time") from error


def _partial_message(fact: FactType, data: Any) -> Message:
    """Return what can be read of data that is refused: protobuf whole, of JSON what fits."""
    try:
        if isinstance(data, bytes) and not _looks_like_json(data):
            return fact.message.FromString(data)
        given = parse_object(data) if isinstance(data, bytes) else data
    except (DecodeError, Unreadable):
        return fact.message()
    return readable_part(given, fact.message)


def _message(fact: FactType, kind: str, data: dict[str, Any] | bytes | None) -> Message:
    if data is None:
        said = say("unreadable.empty", "the event of type {type} has no content", type=fact.type)
        raise Unreadable(said, code="empty")
    if isinstance(data, dict) and kind != JSON:
        said = say(
            "unreadable.json_type",
            "data in JSON is of content type {expected}, not {given}",
            expected=JSON,
            given=repr(kind),
        )
        raise Unreadable(said, code="content_type")
    if isinstance(data, dict) or kind == JSON or (not kind and fact.from_outside and _looks_like_json(data)):
        if not fact.from_outside:
            raise Unreadable(
                say(
                    "unreadable.json_not_taken",
                    "{type} is written by the mesh alone, as protobuf; JSON is not taken here",
                    type=fact.type,
                ),
                code="json_not_taken",
            )
        return parse_json_data(fact.message, data)
    if kind not in ("", PROTOBUF, "application/x-protobuf"):
        raise Unreadable(
            say(
                "unreadable.content_type",
                "content type {given} is not taken; send {one} or {other}",
                given=repr(kind),
                one=PROTOBUF,
                other=JSON,
            ),
            code="content_type",
        )
    try:
        message = fact.message.FromString(data)
    except DecodeError as error:
        raise Unreadable(
            say(
                "unreadable.protobuf",
                "the value is no {message} in protobuf",
                message=fact.message.DESCRIPTOR.full_name,
            ),
            code="not_protobuf",
        ) from error
    if fact.from_outside:
        check(message)
    return message
