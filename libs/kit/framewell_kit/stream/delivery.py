"""One record as the runtime handles it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from framewell_contracts import put_aside
from framewell_contracts.cloudevents import Record
from framewell_contracts.put_aside import PutAside
from framewell_contracts.topics import RETRY_SUFFIX


@dataclass(frozen=True, slots=True)
class Delivery:
    """A record with where it was read and where it was written first.

    `topic` is the topic it was written to by its sender, also when it comes back through the retry topic
    (`waited` says how). Names are without the mesh's prefix.
    """

    partition: TopicPartition
    offset: int
    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int
    waited: PutAside | None

    @property
    def live(self) -> bool:
        """True when it travels in the live lane."""
        return self.topic.endswith(".live")


def delivery(raw: Any, prefix: str) -> Delivery:
    """From aiokafka's ConsumerRecord."""
    topic = raw.topic[len(prefix) :]
    headers, waited = raw.headers, None
    if topic.endswith(RETRY_SUFFIX):
        waited = put_aside.read(headers)
        if waited is not None:
            topic, headers = waited.origin_topic, put_aside.original_headers(headers)
    return Delivery(
        TopicPartition(raw.topic, raw.partition),
        raw.offset,
        topic,
        raw.key or b"",
        raw.value,
        headers,
        raw.timestamp,
        waited,
    )


class Settled(NamedTuple):
    """The record is handled once these records are acknowledged."""

    records: list[Record]


class Postponed(NamedTuple):
    """The record cannot be handled now: its partition pauses and the record is read again."""

    seconds: float
    reason: str
