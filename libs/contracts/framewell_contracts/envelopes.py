"""An event as a value, and as Kafka carries it."""

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from google.protobuf.message import Message

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
