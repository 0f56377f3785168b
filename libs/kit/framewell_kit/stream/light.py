"""Cheap records in batches: lanes per key, bounded concurrency, one commit a batch."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from framewell_contracts.topics import retry_topic
from framewell_kit.stream.declare import Stage
from framewell_kit.stream.delivery import Delivery, Postponed
from framewell_kit.stream.feed import REBALANCE_SECONDS, Feed, Wiring
from framewell_kit.stream.settle import Settler
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import BATCH_RECORDS, BATCH_SECONDS, RECORDS

log = logger(__name__)

MAX_RECORDS = 500
POLL_MS = 5
# A batch stops starting records after this long, so that the consumer polls and rebalances are prompt.
BATCH_SECONDS_MAX = 2.0
BROKER_AWAY_SECONDS = 1.0


class LightFeed(Feed):
    """Runs a `Stage`: records of one key in order, up to `concurrency` keys at once."""

    def __init__(self, wiring: Wiring, settler: Settler, stage: Stage) -> None:
        topics = [name for kind in stage.types for name in kind.topic_names]
        super().__init__(
            wiring, settler, [*topics, retry_topic(stage.group)], max_records=MAX_RECORDS, poll_ms=POLL_MS
        )
        self._concurrency = stage.concurrency
        self._idle = asyncio.Event()
        self._idle.set()
        self._leaving: set[TopicPartition] = set()

    async def handle(self, delivered: list[Delivery]) -> None:
        self._idle.clear()
        started = time.monotonic()
        try:
            batch = _Batch(self, delivered, started + BATCH_SECONDS_MAX)
            await batch.run(self._concurrency)
            await self.commit()
            batch.rewind()
            self._report(delivered, batch.finished, time.monotonic() - started)
        finally:
            self._idle.set()

    async def hand_over(self, partitions: set[TopicPartition]) -> None:
        self._leaving |= partitions
        try:
            async with asyncio.timeout(REBALANCE_SECONDS * 0.8):
                await self._idle.wait()
        except TimeoutError:
            log.warning("batch not finished before the rebalance, it will be redone", group=self.group)
        self._leaving -= partitions

    async def drain(self, seconds: float) -> None:
        async with asyncio.timeout(seconds):
            await self._idle.wait()

    def may_start(self, partition: TopicPartition) -> bool:
        """False once the partition is about to be taken away, or the process is about to stop."""
        return not self.stopping and partition not in self._leaving

    def _report(self, delivered: list[Delivery], finished: int, seconds: float) -> None:
        labels = {"group": self.group}
        RECORDS.add(finished, labels)
        BATCH_RECORDS.record(len(delivered), labels)
        BATCH_SECONDS.record(seconds, labels)
        log.debug("batch done", group=self.group, records=len(delivered), finished=finished)


class _Batch:
    """One batch from its first record to the point where it may be committed."""

    def __init__(self, feed: LightFeed, delivered: list[Delivery], deadline: float) -> None:
        self._feed = feed
        self._deadline = deadline
        self._acks: dict[tuple[TopicPartition, int], list[Awaitable[Any]]] = {}
        self._postponed: dict[TopicPartition, Postponed] = {}
        self._left: set[TopicPartition] = set()
        self.finished = 0
        chains: dict[tuple[Any, ...], list[Delivery]] = {}
        for record in delivered:
            chains.setdefault((record.partition, record.key or record.offset), []).append(record)
        self._chains = deque(sorted(chains.values(), key=lambda chain: not chain[0].live))

    async def run(self, concurrency: int) -> None:
        """Handle every chain, then wait for the acknowledgements of what they published."""
        if self._feed.settler.breaker.half_open:
            concurrency = 1
        workers = min(concurrency, len(self._chains))
        await asyncio.gather(*[self._work() for _ in range(workers)])
        await self._acknowledged()

    def rewind(self) -> None:
        """Read again what was not started or not finished; the partitions with a reason pause first."""
        for partition, postponed in self._postponed.items():
            self._feed.postpone(partition, postponed.seconds, postponed.reason)
        for partition in self._left - self._postponed.keys():
            self._feed.postpone(partition, 0, "more than one batch may hold")

    async def _work(self) -> None:
        while self._chains:
            for record in self._chains.popleft():
                if not await self._one(record):
                    break

    async def _one(self, record: Delivery) -> bool:
        """Handle one record; False when its key must not go on in this batch."""
        partition = record.partition
        ledger = self._feed.ledgers.get(partition)
        if ledger is None or partition in self._postponed or not self._feed.may_start(partition):
            return False
        breaker = self._feed.settler.breaker
        if breaker.is_open:
            self._postpone(record, Postponed(breaker.seconds_left, "breaker open"))
            return False
        if time.monotonic() > self._deadline:
            self._left.add(partition)
            return False
        verdict = await self._feed.settler.settle(record)
        if isinstance(verdict, Postponed):
            self._postpone(record, verdict)
            return False
        try:
            publisher = self._feed.wiring.publisher
            self._acks[partition, record.offset] = [await publisher.send(out) for out in verdict.records]
        except KafkaError as error:
            self._postpone(record, Postponed(BROKER_AWAY_SECONDS, f"the broker takes nothing: {error!r}"))
            return False
        return True

    def _postpone(self, record: Delivery, postponed: Postponed) -> None:
        self._postponed.setdefault(record.partition, postponed)
        if record.waited is None:
            log.info("partition paused", group=self._feed.group, partition=str(record.partition),
                     seconds=round(postponed.seconds, 2), reason=postponed.reason)  # fmt: skip

    async def _acknowledged(self) -> None:
        pending = [ack for acks in self._acks.values() for ack in acks]
        results = iter(await asyncio.gather(*pending, return_exceptions=True))
        lost: list[BaseException] = []
        for (partition, offset), acks in self._acks.items():
            failures = [result for _ in acks if isinstance(result := next(results), BaseException)]
            if failures:
                lost += failures
                reason = f"the broker did not acknowledge: {failures[0]!r}"
                self._postponed.setdefault(partition, Postponed(BROKER_AWAY_SECONDS, reason))
            elif (ledger := self._feed.ledgers.get(partition)) is not None:
                ledger.finish(offset)
                self.finished += 1
        if lost:
            log.warning(
                "facts not acknowledged, their records are redone", error=repr(lost[0]), count=len(lost)
            )
            await self._feed.wiring.publisher.recover(lost)
