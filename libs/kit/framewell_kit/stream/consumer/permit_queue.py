"""The strategy of a `HeavyStage`: records that cost seconds, one per permit, one commit a record."""

import asyncio
import time
from collections.abc import Sequence

from framewell_kit.outcomes import Busy
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed, Processed
from framewell_kit.stream.consumer.strategy import ConsumerControl, ProcessingStrategy
from framewell_kit.stream.policy.attempts import MAX_ATTEMPTS, AttemptCounter
from framewell_kit.stream.policy.permits import Permits
from framewell_kit.stream.policy.quarantine import killed_its_worker
from framewell_kit.stream.policy.retry import Reason
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import HANDLER_SECONDS, IN_FLIGHT, RECORDS

log = logger(__name__)

# A poll of a consumer with this strategy reads no more: what is not read, another replica may take.
MAX_RECORDS = 1
# How long records that are cancelled at the end may take to notice.
CANCEL_SECONDS = 2.0


class PermitQueue(ProcessingStrategy):
    """Handles one record per permit. The lanes of a stage share their permits, but those kept for live.

    A record is polled only while a permit is free. While none is, every partition is paused and polled once a
    second, so that the consumer stays a member of its group while it works.
    """

    def __init__(
        self,
        context: StreamContext,
        control: ConsumerControl,
        processor: RecordProcessor,
        permits: Permits,
        attempts: AttemptCounter,
        *,
        priority: int,
    ) -> None:
        self._context, self._control, self._processor = context, control, processor
        self._permits, self._attempts, self._priority = permits, attempts, priority
        self._queued: dict[asyncio.Task[None], ConsumedRecord] = {}  # waiting for a permit
        self._working: dict[asyncio.Task[None], ConsumedRecord] = {}
        self._ending: set[asyncio.Task[None]] = set()  # given back, and not gone yet

    @property
    def in_flight(self) -> int:
        """Return how many records were handed over and are neither finished nor given back."""
        return len(self._queued) + len(self._working)

    async def submit(self, records: Sequence[ConsumedRecord]) -> None:
        """Begin with the record, there is but one; return when a permit is free."""
        for record in records:
            self.start(record)
        await asyncio.sleep(0)  # it takes its permit, if there is one
        if not self._permits.free(self._priority):
            await self._control.stay_member_while(self._permits.wait_free(self._priority))

    def start(self, record: ConsumedRecord) -> None:
        """Begin with a record as soon as it has a permit."""
        task = asyncio.create_task(self._work(record))
        self._queued[task] = record
        task.add_done_callback(self._ended)

    def give_back(self, partition: AssignedPartition | None) -> None:
        """Give back the records of the partition (None: of all) that wait for a permit."""
        for task, record in list(self._queued.items()):
            if partition is None or record.assigned is partition:
                del self._queued[task]
                self._ending.add(task)
                record.give_back()
                task.cancel()

    async def abandon(self, partitions: Sequence[AssignedPartition]) -> None:
        """Withdraw their attempts: whoever begins them next must not believe that this worker has died."""
        for record in list(self._working.values()):
            if record.assigned in partitions:
                try:
                    await self._attempts.withdraw(*_place(record))
                except Busy as busy:
                    log.warning(
                        "an attempt could not be withdrawn", group=self._control.group, reason=busy.reason
                    )

    async def drain(self, seconds: float) -> None:
        """Wait for the records that were begun; give back those that take longer."""
        if await self._control.until(lambda: not self._working, seconds):
            return
        late = list(self._working)
        log.warning("records given back unfinished", group=self._control.group, count=len(late))
        for task in late:
            task.cancel()
        await asyncio.wait(late, timeout=CANCEL_SECONDS)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._queued.pop(task, None)
        self._working.pop(task, None)
        self._ending.discard(task)
        self._control.notify()
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error(
                "the stream runtime failed, this process ends", group=self._control.group, exc_info=error
            )
            self._context.fatal()

    async def _work(self, record: ConsumedRecord) -> None:
        await self._permits.acquire(self._priority)
        try:
            task = asyncio.current_task()
            assert task is not None
            if task in self._queued:  # else it was given back in the very moment its turn came
                self._working[task] = self._queued.pop(task)
                await self._handle(record)
        finally:
            self._permits.release(self._priority)

    async def _handle(self, record: ConsumedRecord) -> None:
        started, labels = time.monotonic(), {"group": self._control.group}
        IN_FLIGHT.add(1, labels)
        try:
            postponed = await self._process_and_deliver(record)
        except asyncio.CancelledError:
            record.give_back()
            raise
        finally:
            IN_FLIGHT.add(-1, labels)
        HANDLER_SECONDS.record(time.monotonic() - started, labels)
        if postponed is not None:
            record.give_back()
            log.info("partition paused", group=self._control.group, partition=str(record.partition),
                     seconds=round(postponed.seconds, 2), reason=postponed.reason)  # fmt: skip
            self._control.postpone(record.assigned, postponed)
            return
        record.assigned.offsets.finish(record.offset)
        RECORDS.add(1, labels)
        await self._control.commit()

    async def _process_and_deliver(self, record: ConsumedRecord) -> Postponed | None:
        """Return None when the record is handled and its facts are acknowledged."""
        breaker = self._processor.breaker
        if not breaker.admits():
            return self._processor.breaker_open()
        try:
            # A record that was there when its worker died runs alone: nobody else pays for what it does,
            # nor it for them. Its attempt is counted once it is alone, for while it waits others may die.
            if not await self._attempts.died(*_place(record)):
                async with self._permits.together():
                    return await self._process_counted(record)
            async with self._context.quarantine.record(), self._permits.alone():
                return await self._process_counted(record)
        except Busy as busy:
            breaker.undecided()
            return Postponed(busy.retry_after, busy.reason)

    async def _process_counted(self, record: ConsumedRecord) -> Postponed | None:
        """Count an attempt, process the record, and take the attempt back unless the process dies."""
        attempts, over = await self._attempts.start(*_place(record)), False
        try:
            outcome = await self._process(record, attempts)
            if isinstance(outcome, Processed):
                await self._context.publisher.deliver(outcome.records)
                over = True
        finally:
            await asyncio.shield(self._stopped_working(record, over=over))
        return outcome if isinstance(outcome, Postponed) else None

    async def _process(self, record: ConsumedRecord, attempts: int) -> Processed | Postponed:
        if attempts < MAX_ATTEMPTS:
            return await self._processor.process(record)
        return self._processor.give_up(record, Reason(killed_its_worker(attempts - 1), "killed_its_worker"))

    async def _stopped_working(self, record: ConsumedRecord, *, over: bool) -> None:
        if over:
            await self._attempts.end(*_place(record))
        elif not record.assigned.revoked:  # its attempt was withdrawn when it was revoked
            await self._attempts.withdraw(*_place(record))


def _place(record: ConsumedRecord) -> tuple[str, int, int]:
    return record.partition.topic, record.partition.partition, record.offset
