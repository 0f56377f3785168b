"""CloudEvents 1.0 on Kafka, as the mesh writes it and as outsiders may write it.

We write binary mode: attributes in `ce_*` headers, one protobuf message as the value. Topics that
outsiders write to also take the same message in JSON (see `json_mapping`), in binary mode
(`application/json`) and structured mode (`application/cloudevents+json`). The official `cloudevents`
SDK reads and writes the same records (tested); it is not used here because its generic path costs
several times the whole budget of a message.
"""

import re
from collections import Counter
from datetime import datetime
from functools import lru_cache

from google.protobuf.message import DecodeError, Message

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.mesh.v1.mesh_pb2 import Lane
from framewell_contracts.bounds import lower_uuids, problems_of
from framewell_contracts.envelopes import JSON, PROTOBUF, STRUCTURED, Envelope, Event, Headers, Record
from framewell_contracts.fact_types import FACT_OF_MESSAGE, FACTS, FactType
from framewell_contracts.foreign_events import decode_any
from framewell_contracts.identity import requested_asset_id
from framewell_contracts.sentences import say
from framewell_contracts.unreadable import Unreadable

__all__ = [
    "JSON",
    "PROTOBUF",
    "STRUCTURED",
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

# Makes a NamedTuple in half the time of calling its class, where every message pays for it.
_new = tuple.__new__
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
    return decode_any(topic, raw, value, received_ms)


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
