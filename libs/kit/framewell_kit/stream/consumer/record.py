"""One record as the runtime handles it, and the partition it was read from."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from aiokafka import TopicPartition

from framewell_contracts.cloudevents import Record
from framewell_contracts.topics import RETRY_SUFFIX
from framewell_kafka import retry_headers
from framewell_kafka.retry_headers import RetryHeaders
from framewell_kit.stream.consumer.offsets import OffsetTracker
from framewell_kit.stream.consumer.record_ages import RecordAges

LIVE_SUFFIX = ".live"
_new = tuple.__new__  # makes a NamedTuple in a third of the time of calling its class


class AssignedPartition:
    """A partition from its assignment until it is revoked; a later assignment is another object.

    While it is `blocked` (paused, or about to be revoked) no record of it may be started. `busy_keys` are the
    keys of which a record is being handled, each with the records of that key that wait for it, in order.
    `started` counts the records begun: it grows while a partition is slow, not while it is stuck. `topic`
    is without the mesh's prefix.
    """

    __slots__ = (
        "ages", "blocked", "busy_keys", "committed", "is_retry", "live", "offsets", "partition", "revoked",
        "started", "topic",
    )  # fmt: skip

    def __init__(self, partition: TopicPartition, prefix: str) -> None:
        self.partition = partition
        self.topic = partition.topic[len(prefix) :]
        self.is_retry = self.topic.endswith(RETRY_SUFFIX)
        self.live = self.topic.endswith(LIVE_SUFFIX)
        self.offsets = OffsetTracker()
        self.ages = RecordAges()
        self.busy_keys: dict[bytes | int, list[ConsumedRecord] | None] = {}
        self.blocked = False
        self.revoked = False
        self.committed: int | None = None
        self.started = 0


class ConsumedRecord(NamedTuple):
    """A record with where it was read and where it was written first.

    `topic` is the topic its sender wrote it to, also when it comes back through the retry topic (`retry` are
    the headers it came back with). Names are without the mesh's prefix.
    """

    assigned: AssignedPartition
    offset: int
    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int
    retry: RetryHeaders | None

    @property
    def partition(self) -> TopicPartition:
        """Return the partition it was read from."""
        return self.assigned.partition

    @property
    def live(self) -> bool:
        """Return whether it travels in the live lane."""
        return self.topic.endswith(LIVE_SUFFIX)

    def give_back(self) -> None:
        """Give the record back unhandled: it must be read again."""
        self.assigned.offsets.give_back(self.offset)


def consumed(raw: Any, assigned: AssignedPartition) -> ConsumedRecord:
    """Return what aiokafka read (a ConsumerRecord) as the runtime handles it."""
    topic, headers, retry = assigned.topic, raw.headers, None
    if assigned.is_retry:
        retry = retry_headers.read(headers)
        if retry is not None:
            topic, headers = retry.origin_topic, retry_headers.original_headers(headers)
    fields = (assigned, raw.offset, topic, raw.key or b"", raw.value, headers, raw.timestamp, retry)
    return _new(ConsumedRecord, fields)


class Processed(NamedTuple):
    """The record is handled once these records are acknowledged.

    `trace` is the traceparent of the span that was made for it, when its trace is sampled.
    """

    records: Sequence[Record]
    trace: str | None = None


class Postponed(NamedTuple):
    """The record cannot be handled now: its partition pauses and the record is read again."""

    seconds: float
    reason: str
