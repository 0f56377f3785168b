"""One subscription: FastStream carries it, everything that matters about a record is decided here.

FastStream declares the subscription and polls. Its own parsing is kept out (it decodes headers before our
code and loses the batch over one bad header), it never commits (manual acknowledgement), and no exception
reaches it (it would swallow it and skip the batch).
"""

import asyncio
import os
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from framewell_kit.clock import Clock
from framewell_kit.stream.delivery import Delivery, delivery
from framewell_kit.stream.gate import Gate
from framewell_kit.stream.ledger import OffsetLedger
from framewell_kit.stream.publisher import Publisher
from framewell_kit.stream.settle import Settler
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import LAG, PAUSES

log = logger(__name__)

# How long a member may finish its work in a rebalance before it is put out of the group.
REBALANCE_SECONDS = 30.0
# How soon a member learns of a rebalance: a new replica has work after about a second.
HEARTBEAT_MS = 1000


@dataclass(frozen=True, slots=True)
class Wiring:
    """What every feed of a process shares."""

    broker: KafkaBroker
    publisher: Publisher
    clock: Clock
    prefix: str = ""
    member: str = ""  # ordinal of this process, for static membership; empty: dynamic
    fatal: Callable[[], None] = lambda: os._exit(70)


class Feed(ConsumerRebalanceListener, ABC):  # type: ignore[misc]
    """The records of some topics for one group, from polling to commit."""

    def __init__(
        self,
        wiring: Wiring,
        settler: Settler,
        topics: Sequence[str],
        *,
        max_records: int,
        poll_ms: int,
        suffix: str = "",
    ) -> None:
        self.group = settler.stage.group
        self.topics = tuple(topics)
        self.wiring, self.settler = wiring, settler
        self.ledgers: dict[TopicPartition, OffsetLedger] = {}
        self.stopping = False
        self.assigned = asyncio.Event()
        self.gate = Gate(lambda: self.subscriber.consumer)
        self._commits = asyncio.Lock()
        static: dict[str, Any] = (
            {"group_instance_id": f"{self.group}{suffix}.{wiring.member}"} if wiring.member else {}
        )
        self.subscriber: Any = wiring.broker.subscriber(
            *(wiring.prefix + topic for topic in topics),
            batch=True,
            group_id=wiring.prefix + self.group,
            ack_policy=AckPolicy.MANUAL,
            max_records=max_records,
            batch_timeout_ms=poll_ms,
            listener=self,
            heartbeat_interval_ms=HEARTBEAT_MS,
            rebalance_timeout_ms=int(REBALANCE_SECONDS * 1000),
            auto_offset_reset="earliest",
            parser=unparsed,
            decoder=undecoded,
            **static,
        )
        self.subscriber(self._polled)

    @abstractmethod
    async def handle(self, delivered: list[Delivery]) -> None:
        """Handle what was polled. Only records of partitions that are ours and that are still to be done."""

    @abstractmethod
    async def drain(self, seconds: float) -> None:
        """Finish or give back what is under way, and commit; within the time."""

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        for partition in assigned:
            self.ledgers.setdefault(partition, OffsetLedger())
        for partition in self.ledgers.keys() - set(assigned):
            del self.ledgers[partition]  # an eager rebalance assigns everything anew
        self.gate.assigned()
        self.assigned.set()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        self.assigned.clear()
        await self.hand_over(set(revoked))
        self.gate.revoked(revoked)
        for partition in revoked:
            self.ledgers.pop(partition, None)

    @abstractmethod
    async def hand_over(self, partitions: set[TopicPartition]) -> None:
        """Before these are taken away: finish and commit what is under way on them, while they are ours."""

    def stop_fetching(self) -> None:
        """Take no more records."""
        self.stopping = True
        self.gate.hold()

    async def commit(self) -> None:
        """Commit the first unfinished record of every partition; losing a partition is no error."""
        async with self._commits:
            consumer = self.subscriber.consumer
            if consumer is None:
                return
            offsets = {
                partition: offset
                for partition in consumer.assignment() & self.ledgers.keys()
                if (offset := self.ledgers[partition].committable()) is not None
            }
            if not offsets:
                return
            try:
                await consumer.commit(offsets)
            except (CommitFailedError, IllegalStateError) as error:
                log.info("partitions were lost before the commit", group=self.group, error=repr(error)[:200])
            except KafkaError as error:
                log.warning("commit failed, the next one covers it", group=self.group, error=repr(error))

    def postpone(self, partition: TopicPartition, seconds: float, reason: str) -> None:
        """Pause a partition and read it again from its first unfinished record."""
        ledger = self.ledgers.get(partition)
        if ledger is None:
            return
        PAUSES.add(1, {"group": self.group})
        self.gate.postpone(partition, ledger.committable(), seconds, reason)

    def lag(self) -> int:
        """Records that are known to be there and not read yet; also updates the metric."""
        consumer = self.subscriber.consumer
        total = 0
        for partition in consumer.assignment() if consumer is not None else ():
            highwater, ledger = consumer.highwater(partition), self.ledgers.get(partition)
            position = ledger.committable() if ledger is not None else None
            if highwater is not None and position is not None:
                behind = max(highwater - position, 0)
                total += behind
                LAG.set(
                    behind, {"group": self.group, "topic": partition.topic, "partition": partition.partition}
                )
        return total

    async def _polled(self, raw: Sequence[Any]) -> None:
        if self.stopping:
            return
        try:
            fresh = [
                delivery(record, self.wiring.prefix)
                for record in raw
                if (ledger := self.ledgers.get(TopicPartition(record.topic, record.partition))) is not None
                and ledger.see(record.offset)
            ]
            if fresh:
                await self.handle(fresh)
        except Exception:
            log.exception("the stream runtime failed, this process ends", group=self.group)
            self.wiring.fatal()


async def unparsed(raw: Any) -> Any:
    """Hand the record on as it is: FastStream's own parser would lose a batch over one bad header."""
    nobody: Any = None  # acknowledgement is ours, so the message needs no consumer
    return KafkaMessage(
        body=b"", raw_message=raw, headers={}, message_id="-", correlation_id="-", consumer=nobody
    )


async def undecoded(message: Any) -> Any:
    """The records themselves: bytes are decoded by us."""
    return message.raw_message
