"""One subscription: FastStream carries it, everything that matters about a record is decided here.

FastStream declares the subscription and polls. Its own parsing is kept out (it decodes headers before our
code and loses the batch over one bad header), it never commits (manual acknowledgement), and no exception
reaches it (it would swallow it and skip the batch).
"""

import asyncio
import os
import sys
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from aiokafka import ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import (
    CommitFailedError,
    IllegalStateError,
    KafkaError,
    TopicAuthorizationFailedError,
)
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaMessage

from framewell_kafka.broker_reach import refused_names
from framewell_kafka.membership import static_member
from framewell_kit.clock import Clock
from framewell_kit.stream.consumer.denials import Denials
from framewell_kit.stream.consumer.offsets import OffsetTracker
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, delivery
from framewell_kit.stream.consumer.waiting import Waiting
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.telemetry import logger

log = logger(__name__)

# How long a member may finish its work in a rebalance before it is put out of the group, and how much of
# that goes into waiting; the rest is for the commit.
REBALANCE_SECONDS = 30.0
HAND_OVER_SECONDS = 0.8 * REBALANCE_SECONDS
# So long one commit may take. It waits for a broker that is away, but not for ever for a consumer that will
# never commit again and has been replaced.
COMMIT_SECONDS = 30.0
# How soon a member learns of a rebalance: a new replica has work after about a second.
HEARTBEAT_MS = 1000
# So many records of a partition may be read beyond its first unfinished one. It bounds what is kept in
# mind and what a crash repeats while one record takes its time.
MAX_AHEAD = 2000
AHEAD_SECONDS = 0.25
NO_END = sys.maxsize


@dataclass(frozen=True, slots=True)
class StreamContext:
    """What every feed of a process shares."""

    broker: KafkaBroker
    publisher: Publisher
    clock: Clock
    prefix: str = ""
    member: str = ""  # ordinal of this process, for static membership; empty: dynamic
    quarantine: Quarantine = field(default_factory=Quarantine)
    fatal: Callable[[], None] = lambda: os._exit(70)


class GroupConsumer(ConsumerRebalanceListener, Waiting):  # type: ignore[misc]
    """The records of some topics for one group, from polling to commit."""

    def __init__(
        self,
        wiring: StreamContext,
        settler: RecordProcessor,
        topics: Sequence[str],
        *,
        max_records: int,
        poll_ms: int,
        suffix: str = "",
    ) -> None:
        super().__init__(settler.stage.group, wiring.clock, lambda: self.subscriber.consumer)
        self.topics = tuple(topics)
        self.wiring, self.settler = wiring, settler
        self.assigned = asyncio.Event()
        self.refusals = Denials(self.group, lambda: self.subscriber.consumer)
        self._commits = asyncio.Lock()
        static: dict[str, Any] = (
            {"group_instance_id": static_member(self.group, wiring.member, suffix)} if wiring.member else {}
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
            isolation_level="read_committed",  # what a sender aborted never happened
            parser=unparsed,
            decoder=undecoded,
            **static,
        )
        self.subscriber(self._polled)

    # --- what a kind of feed decides

    @abstractmethod
    async def handle(self, taken: list[ConsumedRecord]) -> None:
        """Begin with records, which are under way; returns when more may be polled."""

    @abstractmethod
    async def drain(self, seconds: float) -> None:
        """After `stop_fetching`: finish or give back what is under way, and commit; within the time."""

    @abstractmethod
    async def kept(self, holdings: Sequence[AssignedPartition]) -> None:
        """These were taken away while records of theirs were being worked on."""

    # --- what the broker gives and takes

    async def on_partitions_assigned(self, assigned: Sequence[TopicPartition]) -> None:
        """Everything is assigned anew, and read from its commit: what was held before is lost.

        That is nothing, unless taking it away failed, which aiokafka logs and passes over.
        """
        self._let_go(list(self.holdings.values()))
        for partition in assigned:
            self.holdings[partition] = AssignedPartition(partition, self.wiring.prefix)
        self.gate.assigned()
        self.assigned.set()

    async def on_partitions_revoked(self, revoked: Sequence[TopicPartition]) -> None:
        """While they are still ours: give back what is not begun, finish and commit what is."""
        self.assigned.clear()
        end = asyncio.get_running_loop().time() + REBALANCE_SECONDS
        leaving = [self.holdings[partition] for partition in revoked if partition in self.holdings]
        for holding in leaving:
            holding.blocked = True
            self._give_back(holding)
        done = await self.until(
            lambda: not any(holding.ledger.under_way for holding in leaving), HAND_OVER_SECONDS
        )
        try:
            async with asyncio.timeout_at(end):
                await self.commit()
        except TimeoutError:
            log.warning("not committed before the rebalance, records will be redone", group=self.group)
        self._let_go(leaving)
        if not done:
            log.warning("records not finished before the rebalance, they will be redone", group=self.group)
            await self.kept([holding for holding in leaving if holding.ledger.under_way])

    def _let_go(self, leaving: Sequence[AssignedPartition]) -> None:
        """They are no longer ours: nothing of them may begin, what is under way ends for itself."""
        self.gate.revoked(holding.partition for holding in leaving)
        for holding in leaving:
            if self.holdings.get(holding.partition) is holding:
                del self.holdings[holding.partition]
            holding.blocked = holding.lost = True
            self._give_back(holding)

    def stop_fetching(self) -> None:
        """Take no more records, and give back those that are not begun."""
        self.stopping = True
        self.agenda.give_back()
        self.unqueue(None)
        self.gate.hold()
        self.moved()

    async def commit(self) -> None:
        """Commit the first unfinished record of every partition; losing a partition is no error."""
        async with self._commits:
            while True:
                try:
                    async with asyncio.timeout(COMMIT_SECONDS):
                        return await self._commit()
                except TimeoutError:
                    log.warning("a commit takes long, it is tried anew", group=self.group)

    async def _commit(self) -> None:
        consumer = self.subscriber.consumer
        if consumer is None:
            return
        ours = consumer.assignment()
        offsets = {
            holding.partition: offset
            for holding in self.holdings.values()
            if (offset := holding.ledger.committable()) is not None
            and offset != holding.committed
            and holding.partition in ours
        }
        if not offsets:
            return
        try:
            await consumer.commit(offsets)
        except (CommitFailedError, IllegalStateError) as error:
            log.info("partitions were lost before the commit", group=self.group, error=repr(error)[:200])
        except TopicAuthorizationFailedError as error:
            consumer.refuse(error)
            refused = refused_names(error)  # the offsets of the other topics are committed
            self._committed({one: offset for one, offset in offsets.items() if one.topic not in refused})
        except KafkaError as error:
            log.warning("commit failed, the next one covers it", group=self.group, error=repr(error))
        else:
            self._committed(offsets)

    def _committed(self, offsets: Mapping[TopicPartition, int]) -> None:
        for partition, offset in offsets.items():
            if (holding := self.holdings.get(partition)) is not None:
                holding.committed = offset

    # --- what was polled

    async def _polled(self, raw: Sequence[Any]) -> None:
        try:
            taken = self._take(raw)
            if taken:
                await self.handle(taken)
        except Exception:  # noqa: BLE001 - told and logged there
            self.failed()

    def failed(self) -> None:
        """In the `except` of what must not fail: say so and end the process; others take the work over."""
        log.exception("the stream runtime failed, this process ends", group=self.group)
        self.wiring.fatal()

    def _take(self, raw: Iterable[Any]) -> list[ConsumedRecord]:
        """The records that are to be done now; those that are not are read again when they are."""
        taken: list[ConsumedRecord] = []
        if self.stopping:
            return taken
        topic, number, holding, end = "", -1, None, NO_END
        left: set[AssignedPartition] = set()
        for record in raw:
            if record.partition != number or record.topic != topic:
                topic, number = record.topic, record.partition
                holding, end = self._begun(record)
            if holding is None:
                continue
            if record.offset >= end and not holding.blocked:
                self._block(holding, AHEAD_SECONDS, "a record takes long, the others wait for it")
            if holding.blocked:
                holding.ledger.leave(record.offset)
                left.add(holding)
            elif holding.ledger.take(record.offset):
                one = delivery(record, holding)
                if one.waited is None or not self._keep_for_later(one):
                    taken.append(one)
        for holding in left:
            self._rewind(holding)
        return taken

    def _begun(self, record: Any) -> tuple[AssignedPartition | None, int]:
        """The partition whose records of a poll begin with this one, and the end of its window."""
        holding = self.holdings.get((record.topic, record.partition))
        if holding is None:
            return None, NO_END
        if holding.ledger.is_over(record.offset):
            holding = self._start_over(holding, record.offset)
        holding.ages.polled(record.offset, record.timestamp)
        return holding, _end_of_window(holding.ledger)

    def _start_over(self, holding: AssignedPartition, offset: int) -> AssignedPartition:
        """A broker that lost the end of a log writes other records to offsets that were finished here.

        aiokafka then finds its place out of range and reads from the beginning, without a word to us.
        """
        log.error(
            "the broker has lost the end of a partition: all that it keeps of it is done again",
            group=self.group, partition=str(holding.partition), read_to=holding.ledger.end, again_from=offset,
        )  # fmt: skip
        self._let_go([holding])
        again = self.holdings[holding.partition] = AssignedPartition(holding.partition, self.wiring.prefix)
        return again


def _end_of_window(ledger: OffsetTracker) -> int:
    """The offset from which a partition may not be read yet; those that were given back always may."""
    if ledger.remembered < MAX_AHEAD:
        return NO_END
    ledger.committable()  # forgets what lies before the first unfinished record
    return NO_END if ledger.remembered < MAX_AHEAD else ledger.end


async def unparsed(raw: Any) -> Any:
    """Hand the record on as it is: FastStream's own parser would lose a batch over one bad header."""
    nobody: Any = None  # acknowledgement is ours, so the message needs no consumer
    return KafkaMessage(
        body=b"", raw_message=raw, headers={}, message_id="-", correlation_id="-", consumer=nobody
    )


async def undecoded(message: Any) -> Any:
    """The records themselves: bytes are decoded by us."""
    return message.raw_message
