"""A broker of one process and no network, for tests of the stream runtime that need a certain moment.

It keeps what a real one keeps (logs, committed offsets) and does what the test asks, when it asks: a
rebalance, a refused commit, an acknowledgement that comes late or not at all.
"""

import asyncio
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from itertools import chain
from typing import Any

from aiokafka import ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from framewell_contracts.cloudevents import Record

Ack = Callable[[Record], float | KafkaError]


class ScriptedConsumer:
    """The part of an aiokafka consumer that the runtime uses, over logs in memory."""

    def __init__(self, listener: Any, max_records: int) -> None:
        self.logs: dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]] = defaultdict(list)
        self.committed: dict[TopicPartition, int] = {}
        self.refuse_commit: Exception | None = None
        self.on_commit: Callable[[dict[TopicPartition, int]], None] = lambda _: None
        self.polls = 0
        self._listener, self.max_records = listener, max_records
        self._positions: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()
        self._settled = asyncio.Event()  # no rebalance is going on

    # --- what tests do

    def append(self, partition: TopicPartition, record: Record, timestamp_ms: int = 0) -> int:
        """Write a record; its offset."""
        log = self.logs[partition]
        log.append(
            ConsumerRecord(
                partition.topic, partition.partition, len(log), timestamp_ms, 0,
                record.key or None, record.value, None, len(record.key), len(record.value),
                tuple(record.headers),
            )
        )  # fmt: skip
        return len(log) - 1

    def lose_end(self, partition: TopicPartition, end: int) -> None:
        """Lose what was written from `end` on, as a broker may; aiokafka then reads from the beginning."""
        del self.logs[partition][end:]
        self._positions[partition] = 0

    async def assign(self, *partitions: TopicPartition) -> None:
        """Rebalance: everything is revoked, these are assigned; a failing listener is passed over."""
        self._settled.clear()
        with suppress(Exception):
            await self._listener.on_partitions_revoked(set(self._positions))
        self._paused.clear()
        self._positions = {partition: self.committed.get(partition, 0) for partition in partitions}
        await self._listener.on_partitions_assigned(set(partitions))
        self._settled.set()

    # --- what the runtime does

    def assignment(self) -> set[TopicPartition]:
        return set(self._positions)

    def paused(self) -> set[TopicPartition]:
        return set(self._paused)

    def pause(self, *partitions: TopicPartition) -> None:
        assert self._positions.keys() >= set(partitions)
        self._paused |= set(partitions)

    def resume(self, *partitions: TopicPartition) -> None:
        self._paused -= set(partitions)

    def seek(self, partition: TopicPartition, offset: int) -> None:
        assert partition in self._positions
        self._positions[partition] = offset

    def highwater(self, partition: TopicPartition) -> int:
        return len(self.logs[partition])

    async def getmany(
        self,
        *,
        timeout_ms: int = 0,  # noqa: ARG002 - it never waits
        max_records: int | None = None,
    ) -> dict[TopicPartition, list[ConsumerRecord[bytes, bytes]]]:
        await self._settled.wait()
        found, left = {}, max_records or self.max_records
        self.polls += 1
        for partition, position in self._positions.items():
            if partition not in self._paused and left:
                records = self.logs[partition][position : position + left]
                if records:
                    found[partition] = records
                    left -= len(records)
                    self._positions[partition] = position + len(records)
        return found

    async def commit(self, offsets: dict[TopicPartition, int]) -> None:
        assert offsets, "aiokafka refuses an empty commit"
        assert self._positions.keys() >= offsets.keys()
        await asyncio.sleep(0.002)
        if self.refuse_commit is not None:
            raise self.refuse_commit
        self.on_commit(offsets)
        self.committed.update(offsets)


class ScriptedSubscriber:
    """Polls as FastStream does: one batch after the other, each handled before the next is polled."""

    def __init__(self, listener: Any, max_records: int) -> None:
        self.consumer = ScriptedConsumer(listener, max_records)
        self._handler: Any = None
        self._polling: asyncio.Task[None] | None = None

    def __call__(self, handler: Any) -> None:
        self._handler = handler

    async def start(self) -> None:
        self._polling = asyncio.create_task(self._poll())

    async def stop(self) -> None:
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            batch = tuple(chain(*(await self.consumer.getmany()).values()))
            await (self._handler(batch) if batch else asyncio.sleep(0.02))


class ScriptedBroker:
    """Stands in for FastStream's broker. `subscribers` are those that were declared, in order."""

    def __init__(self) -> None:
        self.subscribers: list[ScriptedSubscriber] = []

    def subscriber(self, *_: str, listener: Any, max_records: int, **__: Any) -> ScriptedSubscriber:
        self.subscribers.append(ScriptedSubscriber(listener, max_records))
        return self.subscribers[-1]


class ScriptedPublisher:
    """Acknowledges what is published as `ack` answers: after so many seconds, or with an error at once.

    `delivered` is called with every record that is acknowledged; `room` False lets nobody put anything.
    """

    source = "/scripted"

    def __init__(self, ack: Ack = lambda _: 0.002) -> None:
        self.ack = ack
        self.acknowledged: list[Record] = []
        self.delivered: Callable[[Record], None] = lambda _: None
        self.recovered: list[BaseException] = []

    def put(self, record: Record) -> "asyncio.Future[None]":
        loop = asyncio.get_running_loop()
        future: asyncio.Future[None] = loop.create_future()
        answer = self.ack(record)
        if isinstance(answer, KafkaError):
            loop.call_later(0.003, self._fail, future, answer)
        elif answer != float("inf"):
            loop.call_later(answer, self._succeed, future, record)
        return future

    async def send(self, record: Record) -> "asyncio.Future[None]":
        return self.put(record)

    async def deliver(self, records: Sequence[Record]) -> None:
        for record in records:
            await self.put(record)

    async def recover(self, errors: Sequence[BaseException]) -> None:
        self.recovered += errors

    def _succeed(self, future: "asyncio.Future[None]", record: Record) -> None:
        if not future.done():
            self.acknowledged.append(record)
            self.delivered(record)
            future.set_result(None)

    def _fail(self, future: "asyncio.Future[None]", error: KafkaError) -> None:
        if not future.done():
            future.set_exception(error)
