"""The topics that the log of decisions is made from, read without a consumer group."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from framewell.audit.v1.audit_pb2 import AuditSealed
from framewell.face.v1.face_pb2 import FaceSearched
from framewell_contracts.cloudevents import Event, Unreadable, decode
from framewell_contracts.fact_types import FACTS, fact_type, facts_read
from framewell_contracts.sentences import say
from framewell_contracts.topics import MAX_EVENT_BYTES
from framewell_dataset.ports.audit import Reach, RecordedFact
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.group_offsets import committed_offsets
from framewell_kafka.topic_reading import partitions_of, read_to_end, reader
from framewell_kit.outcomes import Busy

GROUP = "dataset.keep_audit"


@dataclass(frozen=True, slots=True)
class TopicsOnKafka:
    """Each read opens a consumer of its own and holds one fetch of one partition in memory.

    `access` is asked for at every read: its files may change, and a process may start without a broker.
    """

    access: Callable[[], BrokerAccess]
    prefix: str = ""

    async def reach(self) -> Mapping[str, Reach]:
        topics = [name for fact in facts_read(GROUP) for name in fact.topic_names]
        access = self.access()
        async with self._reading(access) as consumer:
            partitions = await partitions_of(access, [self.prefix + name for name in topics])
            entered = await committed_offsets(access, self.prefix + GROUP)
            begins = await consumer.beginning_offsets(partitions)
            ends = await consumer.end_offsets(partitions)
        found = {}
        for one in partitions:
            declared = FACTS[one.topic[len(self.prefix) :]]
            found[self._chain(one)] = Reach(
                begin=begins[one],
                end=ends[one],
                entered=entered.get(one, begins[one]),
                compacted=declared.compacted,
                expires=declared.retention_days is not None,
            )
        return found

    async def facts(self, chain: str, reach: Reach) -> AsyncIterator[RecordedFact]:
        partition = self._partition(chain)
        async for record, event in self._events({partition: reach.begin}, until={partition: reach.end}):
            envelope = event.envelope
            digest = sha256(record.value or b"").hexdigest()
            yield RecordedFact(record.offset, envelope.source, envelope.id, digest)

    async def reasons(self, stands: Mapping[str, Collection[int]]) -> Mapping[tuple[str, int], str]:
        starts = {self._partition(chain): min(offsets) for chain, offsets in stands.items()}
        until = {self._partition(chain): max(offsets) + 1 for chain, offsets in stands.items()}
        found: dict[tuple[str, int], str] = {}
        async for record, event in self._events(starts, until=until):
            chain = self._chain(TopicPartition(record.topic, record.partition))
            if record.offset in stands[chain] and isinstance(event.message, FaceSearched):
                found[chain, record.offset] = event.message.reason
        return found

    async def seals(self) -> AsyncIterator[AuditSealed]:
        access, topic = self.access(), self.prefix + fact_type(AuditSealed).topic()
        async with self._reading(access):
            partitions = await partitions_of(access, [topic])
        async for _, event in self._events(dict.fromkeys(partitions, 0)):
            if isinstance(event.message, AuditSealed):
                yield event.message

    async def _events(
        self, starts: Mapping[TopicPartition, int], *, until: Mapping[TopicPartition, int] | None = None
    ) -> AsyncIterator[tuple[Any, Event]]:
        """Yield records between these offsets with the events in them; what no handler reads is skipped."""
        async with self._reading(self.access()) as consumer:
            async for record in read_to_end(consumer, starts, until=until, in_turn=True):
                topic = record.topic[len(self.prefix) :]
                if len(record.value or b"") > MAX_EVENT_BYTES:
                    continue
                try:
                    event = decode(topic, record.headers, record.value, received_ms=record.timestamp)
                except Unreadable:
                    continue
                yield record, event

    @asynccontextmanager
    async def _reading(self, access: BrokerAccess) -> AsyncIterator[Any]:
        try:
            async with reader(access) as consumer:
                yield consumer
        except (TimeoutError, KafkaError, OSError) as error:
            raise Busy(say("broker_unreadable", "the broker cannot be read: {why}", why=error)) from error

    def _partition(self, chain: str) -> TopicPartition:
        topic, _, number = chain.rpartition("/")
        return TopicPartition(self.prefix + topic, int(number))

    def _chain(self, partition: TopicPartition) -> str:
        return f"{partition.topic[len(self.prefix) :]}/{partition.partition}"
