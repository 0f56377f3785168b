"""Records that cost seconds: one at a time per permit, one commit a record, membership kept throughout."""

import asyncio
import time
from collections.abc import Coroutine, Sequence
from typing import Any

from aiokafka import TopicPartition

from framewell_kit.outcomes import Busy
from framewell_kit.stream.declare import Reason
from framewell_kit.stream.delivery import Delivery, Postponed, Settled
from framewell_kit.stream.feed import REBALANCE_SECONDS, Feed, Wiring
from framewell_kit.stream.ledger import OffsetLedger
from framewell_kit.stream.permits import Permits
from framewell_kit.stream.settle import Settler
from framewell_kit.stream.starts import MAX_STARTS, StartCounts
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import HEAVY_SECONDS, IN_FLIGHT, RECORDS

log = logger(__name__)

POLL_MS = 5
LIVE, ARCHIVE = 0, 1
DATABASE_AWAY_SECONDS = 1.0


class HeavyFeed(Feed):
    """One lane of a `HeavyStage`. The lanes of a stage share their permits; live goes first.

    A record is fetched only while a permit is free. While none is, every partition is paused and polled
    once a second, so that the broker does not take the partitions away from a worker that works.
    """

    def __init__(
        self,
        wiring: Wiring,
        settler: Settler,
        topics: Sequence[str],
        permits: Permits,
        starts: StartCounts,
        *,
        priority: int,
    ) -> None:
        suffix = ".live" if priority == LIVE else ".archive"
        super().__init__(wiring, settler, topics, max_records=1, poll_ms=POLL_MS, suffix=suffix)
        self._permits, self._starts = permits, starts
        self._priority = priority
        self._tasks: dict[asyncio.Task[None], TopicPartition] = {}
        self._stopped = asyncio.Event()

    async def handle(self, delivered: list[Delivery]) -> None:
        for record in delivered:  # one: max_records says so
            ledger = self.ledgers[record.partition]
            if not await self._while_alive(self._permits.acquire(self._priority)):
                return
            if self.stopping or self.ledgers.get(record.partition) is not ledger:
                self._permits.release()  # taken away while it waited
                return
            ledger.begin(record.offset)
            task = asyncio.create_task(self._work(record, ledger))
            self._tasks[task] = record.partition
            task.add_done_callback(self._ended)
        await self._while_alive(self._permits.wait_free())

    async def hand_over(self, partitions: set[TopicPartition]) -> None:
        tasks = [task for task, partition in self._tasks.items() if partition in partitions]
        if tasks:
            await asyncio.wait(tasks, timeout=REBALANCE_SECONDS * 0.8)

    async def drain(self, seconds: float) -> None:
        self._stopped.set()
        if self._tasks:
            _, late = await asyncio.wait(list(self._tasks), timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("records given back unfinished", group=self.group, count=len(late))
                await asyncio.wait(late, timeout=2)

    async def _while_alive(self, waiting: Coroutine[Any, Any, None]) -> bool:
        """Wait with every partition paused and polled; False when the process is to stop."""
        wait = asyncio.create_task(waiting)
        await asyncio.sleep(0)
        if wait.done():
            return True
        stopped = asyncio.create_task(self._stopped.wait())
        self.gate.hold()
        alive = asyncio.create_task(self.gate.keep_alive())
        try:
            await asyncio.wait([wait, stopped, alive], return_when=asyncio.FIRST_COMPLETED)
            if alive.done() and not alive.cancelled():
                alive.result()
        finally:
            for task in (stopped, alive, wait):
                if not task.done():
                    task.cancel()
            await asyncio.gather(stopped, alive, wait, return_exceptions=True)
            if not self.stopping:
                self.gate.release()
        return wait.done() and not wait.cancelled()

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._tasks[task]
        self._permits.release()
        if not task.cancelled() and task.exception() is not None:
            log.error(
                "the stream runtime failed, this process ends", group=self.group, exc_info=task.exception()
            )
            self.wiring.fatal()

    async def _work(self, record: Delivery, ledger: OffsetLedger) -> None:
        started = time.monotonic()
        labels = {"group": self.group}
        IN_FLIGHT.add(1, labels)
        try:
            postponed = await self._settle_and_deliver(record)
        except asyncio.CancelledError:
            ledger.give_back(record.offset)
            raise
        finally:
            IN_FLIGHT.add(-1, labels)
        HEAVY_SECONDS.record(time.monotonic() - started, labels)
        if postponed is not None:
            ledger.give_back(record.offset)
            if record.waited is None:
                log.info("partition paused", group=self.group, partition=str(record.partition),
                         seconds=round(postponed.seconds, 2), reason=postponed.reason)  # fmt: skip
            self._if_ours(record, ledger, postponed)
            return
        ledger.finish(record.offset)
        RECORDS.add(1, labels)
        await self.commit()

    def _if_ours(self, record: Delivery, ledger: OffsetLedger, postponed: Postponed) -> None:
        if self.ledgers.get(record.partition) is ledger:
            self.postpone(record.partition, postponed.seconds, postponed.reason)

    async def _settle_and_deliver(self, record: Delivery) -> Postponed | None:
        """None when the record is handled and its facts are acknowledged."""
        place = (record.partition.topic, record.partition.partition, record.offset)
        try:
            if self.settler.breaker.is_open:
                return Postponed(self.settler.breaker.seconds_left, "breaker open")
            starts = await self._starts.start(*place)
            try:
                verdict = await self._settle(record, starts)
                if isinstance(verdict, Settled):
                    await self.wiring.publisher.deliver(verdict.records)
            finally:
                await asyncio.shield(self._starts.end(*place))
        except Busy as busy:
            return Postponed(busy.retry_after, busy.reason)
        return verdict if isinstance(verdict, Postponed) else None

    async def _settle(self, record: Delivery, starts: int) -> Settled | Postponed:
        if starts < MAX_STARTS:
            return await self.settler.settle(record)
        reason = Reason(
            f"it was started {starts - 1} times and its worker died every time", "killed_its_worker"
        )
        return await self.settler.give_up(record, reason)
