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


class AssignedPartition:
    """A partition from its assignment until it is taken away; a later assignment is another holding.

    While it is `blocked` (paused, or about to be taken away) nothing of it may be started. `lanes` are the
    records of each key that wait in this process, in order. `topic` is without the mesh's prefix.
    """

    __slots__ = (
        "ages", "blocked", "committed", "lanes", "ledger", "live", "lost", "partition", "retry", "starts",
        "topic",
    )  # fmt: skip

    def __init__(self, partition: TopicPartition, prefix: str) -> None:
        self.partition = partition
        self.topic = partition.topic[len(prefix) :]
        self.retry = self.topic.endswith(RETRY_SUFFIX)
        self.live = self.topic.endswith(LIVE_SUFFIX)
        self.ledger = OffsetTracker()
        self.ages = RecordAges()
        self.lanes: dict[bytes | int, list[ConsumedRecord]] = {}
        self.blocked = False
        self.lost = False
        self.committed: int | None = None
        self.starts = 0  # records begun: tells a partition that is stuck from one that is slow


class ConsumedRecord(NamedTuple):
    """A record with where it was read and where it was written first.

    `topic` is the topic it was written to by its sender, also when it comes back through the retry topic
    (`waited` says how). Names are without the mesh's prefix.
    """

    holding: AssignedPartition
    offset: int
    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int
    waited: RetryHeaders | None

    @property
    def partition(self) -> TopicPartition:
        """Where it was read."""
        return self.holding.partition

    @property
    def live(self) -> bool:
        """True when it travels in the live lane."""
        return self.topic.endswith(LIVE_SUFFIX)

    def give_back(self) -> None:
        """It is not handled: it is to be read again."""
        self.holding.ledger.give_back(self.offset)


def delivery(raw: Any, holding: AssignedPartition) -> ConsumedRecord:
    """From aiokafka's ConsumerRecord."""
    topic, headers, waited = holding.topic, raw.headers, None
    if holding.retry:
        waited = retry_headers.read(headers)
        if waited is not None:
            topic, headers = waited.origin_topic, retry_headers.original_headers(headers)
    # Past NamedTuple's own constructor, which takes three times as long; every message pays for it.
    return tuple.__new__(
        ConsumedRecord,
        (holding, raw.offset, topic, raw.key or b"", raw.value, headers, raw.timestamp, waited),
    )


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
