"""What all contestants run in: one embedded broker, input written once, output checked every time."""

import asyncio
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from confluent_kafka import OFFSET_END, Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient

from benchmarks.backbone.task import Task
from benchmarks.backbone.work import GROUP, READS, WRITES, inputs
from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_contracts.fact_types import FACTS, topics
from framewell_contracts.topics import Topic, dead_letter_topic, retry_topic
from framewell_embedded.broker import Broker
from framewell_embedded.ports import free_ports
from framewell_embedded.running import running
from framewell_kafka.broker_access import BrokerAccess
from framewell_kafka.topic_admin import apply

ANSWER_SECONDS = 30.0


class Void(Exception):
    """A run that proves nothing: it lost events, or did not end. The message says which."""


@contextmanager
def embedded_broker(folder: Path) -> Iterator[str]:
    """Bootstrap servers of an empty broker on loopback, with its data in `folder`."""
    port, controller_port = free_ports(2)
    with running(Broker(folder / "kafka", port, controller_port), folder / "broker.log"):
        yield f"127.0.0.1:{port}"


def declare(kafka: str, prefix: str, *facts: str, groups: tuple[str, ...]) -> None:
    """Make the topics of these facts and groups as the mesh has them."""
    names = {name for fact in facts for name in FACTS[fact].topic_names}
    names |= {name for group in groups for name in (retry_topic(group), dead_letter_topic(group))}
    wanted: list[Topic] = [topic for topic in topics() if topic.name in names]
    asyncio.run(apply(BrokerAccess(kafka), prefix=prefix, declared=wanted))


@dataclass(frozen=True, slots=True)
class Environment:
    """`messages` input events under a prefix of their own, read from the beginning in every run."""

    kafka: str
    prefix: str
    messages: int
    otlp: str

    @classmethod
    def prepared(cls, kafka: str, messages: int, otlp: str) -> "Environment":
        """Make the topics and write the input."""
        environment = cls(kafka, f"bench-{messages}.", messages, otlp)
        declare(kafka, environment.prefix, READS, WRITES, groups=(GROUP,))
        environment._fill()
        environment._await_coordinator()
        return environment

    def task(self) -> Task:
        """The task of the next run: its group has read nothing."""
        self._forget_group()
        return Task(
            kafka=self.kafka,
            prefix=self.prefix,
            reads=self.prefix + READS,
            writes=self.prefix + WRITES,
            group=self.prefix + GROUP,
            messages=self.messages,
            otlp=self.otlp,
        )

    def check(self) -> None:
        """Hold the output of a run against the input, and delete it.

        Raises Void when an input has no output or two (nobody is killed here, so nothing is redelivered), or
        when its offset was not committed.
        """
        seen = Counter(self._output())
        missing = set(range(self.messages)) - seen.keys()
        if missing:
            raise Void(f"{len(missing)} of {self.messages} events have no output, first {min(missing)}")
        if len(seen) < seen.total():
            raise Void(f"{seen.total() - len(seen)} of {self.messages} events have more than one output")
        committed = self._committed()
        if committed != self.messages:
            raise Void(f"{committed} of {self.messages} events were committed at the end")

    def _fill(self) -> None:
        producer = Producer({"bootstrap.servers": self.kafka, "acks": "all", "linger.ms": 5})
        for record in inputs(self.messages):
            producer.produce(self.prefix + record.topic, record.value, record.key, headers=record.headers)  # type: ignore[arg-type]
            producer.poll(0)
        if producer.flush(ANSWER_SECONDS):
            raise Void("the broker did not take the input")

    def _output(self) -> list[int]:
        """The input's number in every record of the output; the records are deleted."""
        consumer = self._consumer()
        try:
            left = {}
            for partition in self._partitions(WRITES):
                low, high = consumer.get_watermark_offsets(partition, timeout=ANSWER_SECONDS)
                if high > low:
                    left[partition.partition] = (low, high)
            consumer.assign(
                [TopicPartition(self.prefix + WRITES, number, low) for number, (low, _) in left.items()]
            )
            numbers: list[int] = []
            expected = sum(high - low for low, high in left.values())
            while len(numbers) < expected:
                records = consumer.consume(min(1000, expected - len(numbers)), timeout=ANSWER_SECONDS)
                if not records:
                    raise Void(f"{expected - len(numbers)} records of the output cannot be read")
                numbers += [AssetIngested.FromString(one.value() or b"").revision for one in records]
        finally:
            consumer.close()
        ends = [TopicPartition(self.prefix + WRITES, number, OFFSET_END) for number in left]
        admin = self._admin()  # its answers come only while it lives
        for deleted in admin.delete_records(ends).values() if ends else ():
            deleted.result(ANSWER_SECONDS)
        return numbers

    def _await_coordinator(self) -> None:
        """The first question for offsets makes the broker's own topic for them; that takes a moment."""
        deadline = time.monotonic() + ANSWER_SECONDS
        while True:
            try:
                self._committed()
                return
            except KafkaException as error:
                if time.monotonic() > deadline:
                    raise Void(f"the broker does not coordinate groups: {error}") from error
                time.sleep(0.1)

    def _committed(self) -> int:
        consumer = self._consumer()
        try:
            offsets = consumer.committed(self._partitions(READS), timeout=ANSWER_SECONDS)
            return sum(max(one.offset, 0) for one in offsets)
        finally:
            consumer.close()

    def _forget_group(self) -> None:
        admin = self._admin()  # its answers come only while it lives
        try:
            for deleted in admin.delete_consumer_groups([self.prefix + GROUP]).values():
                deleted.result(ANSWER_SECONDS)
        except KafkaException as error:
            if error.args[0].code() != KafkaError.GROUP_ID_NOT_FOUND:
                raise

    def _partitions(self, fact: str) -> list[TopicPartition]:
        return [TopicPartition(self.prefix + fact, number) for number in range(FACTS[fact].partitions)]

    def _consumer(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self.kafka,
                "group.id": self.prefix + GROUP,
                "enable.auto.commit": False,
                "auto.offset.reset": "earliest",
            }
        )

    def _admin(self) -> AdminClient:
        # Silent: the end of the broker at the end of the benchmark is no news.
        return AdminClient({"bootstrap.servers": self.kafka, "log_level": 0})
