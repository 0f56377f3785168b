"""Records that cost seconds: one at a time per permit, one commit a record, membership kept throughout."""

import asyncio
import time
from collections.abc import Sequence

from framewell_kafka.membership import ARCHIVE_LANE, LIVE_LANE
from framewell_kit.outcomes import Busy
from framewell_kit.stream.consumer.group_consumer import GroupConsumer, StreamContext
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed, Processed
from framewell_kit.stream.policy.attempts import MAX_ATTEMPTS, AttemptCounter
from framewell_kit.stream.policy.permits import Permits
from framewell_kit.stream.policy.retry import Reason
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import HANDLER_SECONDS, IN_FLIGHT, RECORDS

log = logger(__name__)

POLL_MS = 5
LIVE, ARCHIVE = 0, 1


class HeavyConsumer(GroupConsumer):
    """One lane of a `HeavyStage`. The lanes of a stage share their permits; live goes first.

    A record is fetched only while a permit is free. While none is, every partition is held and polled
    once a second, so that the broker does not take the partitions away from a worker that works.
    """

    def __init__(
        self,
        wiring: StreamContext,
        settler: RecordProcessor,
        topics: Sequence[str],
        permits: Permits,
        starts: AttemptCounter,
        *,
        priority: int,
    ) -> None:
        suffix = LIVE_LANE if priority == LIVE else ARCHIVE_LANE
        super().__init__(wiring, settler, topics, max_records=1, poll_ms=POLL_MS, suffix=suffix)
        self._permits, self._starts = permits, starts
        self._priority = priority
        self._queued: dict[asyncio.Task[None], ConsumedRecord] = {}  # waiting for a permit
        self._working: dict[asyncio.Task[None], ConsumedRecord] = {}
        self._ending: set[asyncio.Task[None]] = set()  # given back, and not gone yet

    async def handle(self, taken: list[ConsumedRecord]) -> None:
        for record in taken:  # one: max_records says so
            self.begin(record)
        await asyncio.sleep(0)  # it takes its permit, if there is one
        if not self._permits.free:
            await self.while_alive(self._permits.wait_free())

    def begin(self, record: ConsumedRecord) -> None:
        task = asyncio.create_task(self._work(record))
        self._queued[task] = record
        task.add_done_callback(self._ended)

    def unqueue(self, holding: AssignedPartition | None) -> None:
        for task, record in list(self._queued.items()):
            if holding is None or record.holding is holding:
                del self._queued[task]
                self._ending.add(task)
                record.give_back()
                task.cancel()

    async def drain(self, seconds: float) -> None:
        if await self.until(lambda: not self._working, seconds):
            return
        late = list(self._working)
        log.warning("records given back unfinished", group=self.group, count=len(late))
        for task in late:
            task.cancel()
        await asyncio.wait(late, timeout=2)

    async def kept(self, holdings: Sequence[AssignedPartition]) -> None:
        """Take their starts back: whoever starts them next is not to think that this worker has died."""
        for record in list(self._working.values()):
            if record.holding in holdings:
                await self._withdraw(record)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._queued.pop(task, None)
        self._working.pop(task, None)
        self._ending.discard(task)
        self.moved()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("the stream runtime failed, this process ends", group=self.group, exc_info=error)
            self.wiring.fatal()

    async def _work(self, record: ConsumedRecord) -> None:
        await self._permits.acquire(self._priority)
        try:
            task = asyncio.current_task()
            assert task is not None
            if task in self._queued:  # else it was given back in the very moment its turn came
                self._working[task] = self._queued.pop(task)
                await self._handle(record)
        finally:
            self._permits.release()

    async def _handle(self, record: ConsumedRecord) -> None:
        started = time.monotonic()
        labels = {"group": self.group}
        IN_FLIGHT.add(1, labels)
        try:
            postponed = await self._settle_and_deliver(record)
        except asyncio.CancelledError:
            record.give_back()
            raise
        finally:
            IN_FLIGHT.add(-1, labels)
        HANDLER_SECONDS.record(time.monotonic() - started, labels)
        if postponed is not None:
            record.give_back()
            log.info("partition paused", group=self.group, partition=str(record.partition),
                     seconds=round(postponed.seconds, 2), reason=postponed.reason)  # fmt: skip
            self.postpone(record.holding, postponed)
            return
        record.holding.ledger.finish(record.offset)
        RECORDS.add(1, labels)
        await self.commit()

    async def _settle_and_deliver(self, record: ConsumedRecord) -> Postponed | None:
        """None when the record is handled and its facts are acknowledged."""
        if not self.settler.breaker.admits():
            return self.settler.breaker_open()
        try:
            # A record that was there when its worker died runs alone: nobody else pays for what it does,
            # nor it for them. Its start is counted once it is alone, for while it waits others may die.
            if not await self._starts.died(*_place(record)):
                async with self._permits.together():
                    return await self._settle_counted(record)
            async with self.wiring.quarantine.record(), self._permits.alone():
                return await self._settle_counted(record)
        except Busy as busy:
            self.settler.breaker.undecided()
            return Postponed(busy.retry_after, busy.reason)

    async def _settle_counted(self, record: ConsumedRecord) -> Postponed | None:
        """Count the start of a record, handle it, and count it out again unless the process dies."""
        starts, over = await self._starts.start(*_place(record)), False
        try:
            verdict = await self._settle(record, starts)
            if isinstance(verdict, Processed):
                await self.wiring.publisher.deliver(verdict.records)
                over = True
        finally:
            await asyncio.shield(self._stopped_working(record, over=over))
        return verdict if isinstance(verdict, Postponed) else None

    async def _settle(self, record: ConsumedRecord, starts: int) -> Processed | Postponed:
        if starts < MAX_ATTEMPTS:
            return await self.settler.settle(record)
        reason = Reason(
            f"it was started {starts - 1} times and its worker died every time", "killed_its_worker"
        )
        return await self.settler.give_up(record, reason)

    async def _stopped_working(self, record: ConsumedRecord, *, over: bool) -> None:
        if over:
            await self._starts.end(*_place(record))
        elif not record.holding.lost:  # its start was taken back when it was lost
            await self._starts.withdraw(*_place(record))

    async def _withdraw(self, record: ConsumedRecord) -> None:
        try:
            await self._starts.withdraw(*_place(record))
        except Busy as busy:
            log.warning("a start could not be taken back", group=self.group, reason=busy.reason)


def _place(record: ConsumedRecord) -> tuple[str, int, int]:
    return record.partition.topic, record.partition.partition, record.offset
