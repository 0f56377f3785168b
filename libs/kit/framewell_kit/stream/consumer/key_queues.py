"""The strategy of a `Stage`: records of one key in order, many keys at once, acknowledgements behind.

A record is in flight in one of three places: in a queue (behind those of the same key before it), in its
handler, and in `InFlight` until its facts are acknowledged. Handling goes on while acknowledgements and
commits are waited for. How much may be in flight is bounded, so a slow handler or a broker that is away stop
the polling, and nothing grows.
"""

import asyncio
import time
from collections import deque
from collections.abc import Iterable, Sequence

from aiokafka.errors import KafkaError

from framewell_contracts.sentences import say
from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.consumer.context import StreamContext
from framewell_kit.stream.consumer.in_flight import CommittedBatch, InFlight
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed, Processed
from framewell_kit.stream.consumer.strategy import ConsumerControl, ProcessingStrategy
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.batches import BatchTelemetry

log = logger(__name__)


class KeyQueues(ProcessingStrategy):
    """Handles records of one key in the order of their partition, up to `concurrency` keys at once.

    Records wait in the order in which they were polled, live before others. One whose key is being handled
    is put behind that key, and goes on when the one before it is done.
    """

    def __init__(
        self, context: StreamContext, control: ConsumerControl, processor: RecordProcessor, concurrency: int
    ) -> None:
        self._context, self._control, self._processor = context, control, processor
        self._limits, self._timing = context.limits, context.timing
        self._concurrency = concurrency
        self._live: deque[ConsumedRecord] = deque()
        self._others: deque[ConsumedRecord] = deque()
        self._behind = 0  # records that wait behind one of their key
        self._workers: set[asyncio.Task[None]] = set()
        self._yielding = 0  # workers that do not wait, but let others run
        self._sent = InFlight(control, context.publisher, context.timing, self._committed)
        self._telemetry = BatchTelemetry(control.group)
        self._handling = 0.0  # seconds in handlers since the last commit

    @property
    def in_flight(self) -> int:
        """Return how many records were handed over and are neither finished nor given back."""
        return len(self._live) + len(self._others) + self._behind + len(self._workers) + len(self._sent)

    async def submit(self, records: Sequence[ConsumedRecord]) -> None:
        """Queue the records; return when more may be polled."""
        self._sent.polled()
        for record in records:
            (self._live if record.assigned.live else self._others).append(record)
        self._employ()
        if self.in_flight > self._limits.room:
            await self._wait_for_room()

    def start(self, record: ConsumedRecord) -> None:
        """Queue one record whose time has come."""
        (self._live if record.assigned.live else self._others).append(record)
        self._employ()

    def give_back(self, partition: AssignedPartition | None) -> None:
        """Give back every queued record of the partition (None: of all)."""
        for queue in (self._live, self._others):
            kept = [record for record in queue if partition is not None and record.assigned is not partition]
            if len(kept) < len(queue):
                _give_back(record for record in queue if partition is None or record.assigned is partition)
                queue.clear()
                queue.extend(kept)
        for assigned in self._control.partitions if partition is None else (partition,):
            for waiting in assigned.busy_keys.values():
                if waiting:  # emptied, not removed: whoever handles the key does that
                    _give_back(waiting)
                    self._behind -= len(waiting)
                    waiting.clear()

    async def abandon(self, partitions: Sequence[AssignedPartition]) -> None:
        """Do nothing: these records are idempotent, and whoever reads them next does them again."""

    async def drain(self, seconds: float) -> None:
        """Finish what was begun and commit it. Raises TimeoutError when that was not possible in the time."""
        done = await self._control.until(lambda: not self.in_flight, seconds)
        self._sent.close()
        self._telemetry.flush()
        if done:
            await self._control.commit()
            return
        late = list(self._workers)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        raise TimeoutError(
            f"{self._control.group}: {len(late)} records being handled, {len(self._sent)} not acknowledged"
        )

    # --- workers

    def _employ(self, more: int = 1) -> None:
        """See to it that queued records have workers.

        A task costs more than a record whose handler never waits, so there is first one; when it waits,
        two more, then four, up to `concurrency`.
        """
        queued = len(self._live) + len(self._others)
        free = self._concurrency - len(self._workers)
        if not queued or free <= 0:
            return
        if not self._yielding:
            for _ in range(min(more, queued, free)):
                task = asyncio.create_task(self._work())
                self._workers.add(task)
                task.add_done_callback(self._left)
            more *= 2
        asyncio.get_running_loop().call_soon(self._employ, more)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._workers.discard(task)
        self._employ()
        self._control.notify()

    async def _work(self) -> None:
        """Handle queued records until there are none."""
        record, handled, processor = self._next(), 0, self._processor
        try:
            while record is not None:
                if processor.breaker.tripped and not processor.breaker.admits():
                    self._postpone(record, processor.breaker_open())
                else:
                    record.assigned.started += 1
                    began = time.perf_counter()
                    outcome = await processor.process(record)
                    self._handling += time.perf_counter() - began
                    if isinstance(outcome, Postponed):
                        self._postpone(record, outcome)
                    elif not self._put(record, outcome):
                        await self._send(record, outcome)
                handled += 1
                record = self._next_of_key(record) or self._next()
                if not handled % self._limits.yield_after:
                    await self._yield()
        except asyncio.CancelledError:
            if record is not None:
                record.give_back()
            raise
        except Exception:  # noqa: BLE001 - the runtime's own; those of handlers end in their outcome
            self._control.failed()

    async def _yield(self) -> None:
        """Let the rest of the process run, which is no reason for more workers."""
        self._yielding += 1
        try:
            await asyncio.sleep(0)
        finally:
            self._yielding -= 1

    def _next(self) -> ConsumedRecord | None:
        """Take the first queued record whose key is not busy, and make it busy; others wait for theirs."""
        while queue := self._live or self._others:
            record = queue.popleft()
            busy, key = record.assigned.busy_keys, record.key or record.offset
            if key not in busy:
                busy[key] = None
                return record
            self._behind += 1
            waiting = busy[key]
            if waiting is None:
                busy[key] = [record]
            else:
                waiting.append(record)
        return None

    def _next_of_key(self, record: ConsumedRecord) -> ConsumedRecord | None:
        """Take the record that waits behind this one; when there is none, its key is not busy any more."""
        busy, key = record.assigned.busy_keys, record.key or record.offset
        waiting = busy[key]
        if waiting:
            self._behind -= 1
            return waiting.pop(0)  # short; and a deque costs a microsecond more
        del busy[key]
        return None

    def _put(self, record: ConsumedRecord, processed: Processed) -> bool:
        """Hand the one fact of a record to the producer; return False for another number, or without room."""
        records, trace = processed
        if len(records) != 1:
            return False
        try:
            ack = self._context.publisher.put(records[0])
        except KafkaError as error:
            self._unsent(record, error)
            return True
        if ack is None:
            return False
        self._sent.add(record, ack, trace)
        return True

    async def _send(self, record: ConsumedRecord, processed: Processed) -> None:
        """Hand the facts of a record to the producer, once it has room for them."""
        publisher = self._context.publisher
        try:
            acks = [publisher.put(one) or await publisher.send(one) for one in processed.records]
        except KafkaError as error:
            self._unsent(record, error)
        else:
            self._sent.add(record, tuple(acks), processed.trace)

    def _unsent(self, record: ConsumedRecord, error: KafkaError) -> None:
        reason = refusal(error) or say(
            "broker_away.takes_nothing", "the broker takes nothing: {why}", why=repr(error)
        )
        self._postpone(record, Postponed(self._timing.broker_away, reason))

    def _postpone(self, record: ConsumedRecord, postponed: Postponed) -> None:
        record.give_back()
        if not record.assigned.blocked:
            log.info("partition paused", group=self._control.group, partition=str(record.partition),
                     seconds=round(postponed.seconds, 2), reason=postponed.reason)  # fmt: skip
        self._control.postpone(record.assigned, postponed)

    def _committed(self, batch: CommittedBatch) -> None:
        """Report what a commit covered: the one place for metrics, the line and the span of a batch."""
        spent, self._handling = self._handling, 0.0
        self._telemetry.done(
            batch.records,
            time.monotonic() - batch.began,
            handler_seconds=spent,
            newest_ms=batch.newest_ms,
            links=batch.traces,
        )

    # --- room

    async def _wait_for_room(self) -> None:
        """Return when more may be polled; whoever waits long stays a member of the group all the same."""

        def room() -> bool:
            return self._control.stopping or self.in_flight <= self._limits.room

        waited = 0.0
        while waited < self._timing.hold_after:
            started = {assigned: assigned.started for assigned in self._control.partitions}
            if await self._control.until(room, self._timing.stuck):
                return
            self._free_stuck(started)
            waited += self._timing.stuck
        await self._control.stay_member_while(self._control.until(room))

    def _free_stuck(self, started: dict[AssignedPartition, int]) -> None:
        """Give back what is queued behind records that do not end, so that other partitions go on."""
        queued = {record.assigned for record in (*self._live, *self._others)}
        for assigned, before in started.items():
            if assigned.started == before and (assigned in queued or any(assigned.busy_keys.values())):
                said = say("records_wait.long", "records wait for one that takes long")
                postponed = Postponed(self._timing.stuck, said)
                self._control.postpone(assigned, postponed)


def _give_back(records: Iterable[ConsumedRecord]) -> None:
    for record in records:
        record.give_back()
