"""Read events in every form that CloudEvents 1.0 allows on Kafka; say what is wrong with any other record.

Slower than reading what the mesh writes (`cloudevents`), which says nothing of what it cannot read.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from google.protobuf.message import DecodeError, Message

from framewell_contracts.bounds import OutOfBounds, check, lower_uuids
from framewell_contracts.envelopes import JSON, PROTOBUF, STRUCTURED, Envelope, Event
from framewell_contracts.fact_types import FACTS, FactType
from framewell_contracts.json_events import parse_json_data, structured_attributes, structured_data
from framewell_contracts.json_mapping import EVENT, parse_object, readable_part
from framewell_contracts.json_mapping.values import parse_time
from framewell_contracts.sentences import say
from framewell_contracts.topics import DEAD_LETTER_SUFFIX, RETRY_SUFFIX
from framewell_contracts.unreadable import Unreadable

_RETRY_OR_DEAD_LETTER = (RETRY_SUFFIX, DEAD_LETTER_SUFFIX)


def decode_any(topic: str, raw: dict[str, bytes], value: bytes | None, received_ms: int | None) -> Event:
    """Return the event in a record of `topic` with the headers `raw`, each of which stands once.

    `received_ms`, milliseconds since 1970, stands in for the time of an event that has none. Raises
    Unreadable with a sentence its sender can act on, and what could be read where id, source and type are
    known.
    """
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
