"""Streams of one test on the real broker, kept apart from every other test by a topic prefix."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaConsumer, TopicPartition
from google.protobuf.message import Message

from framewell_contracts.cloudevents import Event, Record, decode
from framewell_contracts.fact_types import fact_type, topics
from framewell_contracts.topics import DEAD_LETTER_ACTIONS
from framewell_kafka.broker_access import BrokerAccess
from framewell_kit.clock import SystemClock
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.stream import Broadcast, HeavyStage, Publisher, Stage, StreamRuntime
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.testing.waiting import PATIENCE, eventually
from framewell_kit.topics import apply


class StreamBench:
    """Publishes, runs stages and reads topics under a prefix of its own.

    async with StreamBench(broker) as bench:
        await bench.declare(IngestRequested, groups=["ingest.accept_request"])
        await bench.run(Stage(...))

    Runtimes that begin later run with the `timing` that is set then.
    """

    def __init__(
        self, kafka: str | BrokerAccess, documents: Documents | None = None, prefix: str | None = None
    ) -> None:
        self.access = BrokerAccess(kafka) if isinstance(kafka, str) else kafka
        self.kafka = self.access.servers
        self.documents: Documents = documents or MemoryDocuments()
        self.prefix = f"test-{uuid4().hex[:8]}." if prefix is None else prefix
        self.publisher = Publisher(self.access, source="/test", clock=SystemClock(), prefix=self.prefix)
        self.timing = StreamTiming()
        self._runtimes: list[StreamRuntime] = []

    async def __aenter__(self) -> "StreamBench":
        await self.publisher.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for runtime in self._runtimes:
            await runtime.stop(5)
        await self.publisher.stop()

    async def declare(
        self, *kinds: type[Message], groups: Sequence[str] = (), others: Sequence[str] = ()
    ) -> None:
        """Create the topics of these facts and groups, and others by name."""
        names = set(others) | {name for kind in kinds for name in fact_type(kind).topic_names}
        names |= {f"{group}.{kind}" for group in groups for kind in ("retry", "dead-letter")}
        names |= {DEAD_LETTER_ACTIONS} if groups else set()
        await apply(self.access, prefix=self.prefix, declared=[one for one in topics() if one.name in names])

    async def run(
        self, *stages: Stage | HeavyStage | Broadcast, within: float = PATIENCE, member: str = ""
    ) -> StreamRuntime:
        """Start a runtime with these stages and wait until it is ready."""
        runtime = await self.begin(*stages, member=member)
        await eventually(lambda: not runtime.unready(), within=within)
        return runtime

    async def begin(self, *stages: Stage | HeavyStage | Broadcast, member: str = "") -> StreamRuntime:
        """Start a runtime with these stages, and do not wait."""
        runtime = StreamRuntime(
            self.access,
            stages,
            documents=self.documents,
            publisher=self.publisher,
            clock=SystemClock(),
            prefix=self.prefix,
            member=member,
            fatal=lambda: None,
            timing=self.timing,
        )
        self._runtimes.append(runtime)
        await runtime.start()
        return runtime

    async def stop(self, runtime: StreamRuntime, seconds: float = 10) -> None:
        """Drain one runtime."""
        self._runtimes.remove(runtime)
        await runtime.stop(seconds)

    async def publish(self, *facts: Outgoing, cause: Cause | None = None) -> None:
        """Publish facts, as if some cause had led to them."""
        await self.publisher.publish(facts, cause or a_cause())

    async def write(self, topic: str, value: bytes, headers: Sequence[tuple[str, bytes]] = ()) -> None:
        """Write any bytes."""
        await self.publisher.deliver([Record(topic, b"", value, list(headers))])

    async def records(self, topic: str) -> list[Any]:
        """Return everything in a topic, as raw records, in order per partition."""
        consumer = AIOKafkaConsumer(**self.access.client_options(), auto_offset_reset="earliest")
        await consumer.start()
        try:
            partitions = self._partitions(topic)
            consumer.assign(partitions)
            ends = await consumer.end_offsets(partitions)
            found: list[Any] = []
            for partition in partitions:
                while await consumer.position(partition) < ends[partition]:
                    for batch in (await consumer.getmany(timeout_ms=200)).values():
                        found += batch
            return found
        finally:
            await consumer.stop()

    async def events(self, topic: str) -> list[Event]:
        """Return everything in a topic, decoded."""
        return [decode(topic, one.headers, one.value) for one in await self.records(topic)]

    async def committed(self, group: str, topic: str) -> int:
        """Return the sum of a group's committed offsets in a topic."""
        consumer = AIOKafkaConsumer(**self.access.client_options(), group_id=self.prefix + group)
        await consumer.start()
        try:
            return sum([await consumer.committed(one) or 0 for one in self._partitions(topic)])
        finally:
            await consumer.stop()

    def _partitions(self, topic: str) -> list[TopicPartition]:
        (declared,) = [one for one in topics() if one.name == topic]
        return [TopicPartition(self.prefix + topic, number) for number in range(declared.partitions)]


def a_cause(event_id: str | None = None, *, subject: str = "") -> Cause:
    """Return a cause nobody has met before."""
    return Cause(
        id=event_id or uuid4().hex,
        source="/test",
        type="framewell.test",
        time=datetime.now(UTC),
        subject=subject,
    )
