"""Cheap records: lanes per key, bounded concurrency, acknowledgements and commits behind the handling.

Records flow through three places, and are under way in all of them: a lane (waiting for those of the same
key before them), a handler, and the sheaf of those whose facts are not acknowledged yet. Handling goes on
while acknowledgements and commits are waited for; how much may be in flight is bounded, so a slow handler
or a broker that is away stop the polling and nothing grows.
"""

import asyncio
import time
from collections import deque
from collections.abc import Sequence

from aiokafka.errors import KafkaError

from framewell_contracts.topics import retry_topic
from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.consumer.group_consumer import GroupConsumer, StreamContext
from framewell_kit.stream.consumer.in_flight import Acks, Batch, InFlight
from framewell_kit.stream.consumer.processor import RecordProcessor
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed
from framewell_kit.stream.stages import Stage
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.batches import BatchTelemetry

log = logger(__name__)

MAX_RECORDS = 500
POLL_MS = 5
# More is polled when no more than so many are in flight: two polls at most are in memory.
ROOM = MAX_RECORDS
# A partition none of whose queued records begins for so long is stuck behind its keys: they are given back.
STUCK_SECONDS = 2.0
# Handlers that keep all the room for so long: partitions are held, and polled to stay in the group.
HOLD_AFTER_SECONDS = 20.0
BROKER_AWAY_SECONDS = 1.0
# A handler that never waits lets the rest of the process run after so many records.
YIELD_AFTER = 64


class KeyQueueConsumer(GroupConsumer):
    """Runs a `Stage`: records of one key in order, up to `concurrency` keys at once."""

    def __init__(self, wiring: StreamContext, settler: RecordProcessor, stage: Stage) -> None:
        topics = [name for kind in stage.types for name in kind.topic_names]
        super().__init__(
            wiring, settler, [*topics, retry_topic(stage.group)], max_records=MAX_RECORDS, poll_ms=POLL_MS
        )
        self._concurrency = stage.concurrency
        self._live: deque[tuple[AssignedPartition, bytes | int]] = deque()
        self._ready: deque[tuple[AssignedPartition, bytes | int]] = deque()
        self._queued = 0
        self._workers: set[asyncio.Task[None]] = set()
        self._sheaf = InFlight(self, wiring.publisher)
        self._told = BatchTelemetry(self.group)
        self._handling = 0.0  # seconds in handlers since the last batch was told

    @property
    def in_flight(self) -> int:
        """Records taken and neither finished nor given back, those kept for their time aside."""
        return self._queued + len(self._workers) + len(self._sheaf)

    async def handle(self, taken: list[ConsumedRecord]) -> None:
        self._sheaf.polled()
        for record in taken:
            self._put(record)
        self._employ()
        if self.in_flight > ROOM:
            await self._room()

    def begin(self, record: ConsumedRecord) -> None:
        self._put(record)
        self._employ()

    def unqueue(self, holding: AssignedPartition | None) -> None:
        for one in self.holdings.values() if holding is None else (holding,):
            for lane in one.lanes.values():  # emptied, not removed: whoever works on it or finds it does that
                for record in lane:
                    record.give_back()
                self._queued -= len(lane)
                lane.clear()

    async def drain(self, seconds: float) -> None:
        done = await self.until(lambda: not self.in_flight, seconds)
        self._sheaf.close()
        self._told.flush()
        if done:
            await self.commit()
            return
        late = list(self._workers)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        raise TimeoutError(
            f"{self.group}: {len(late)} records being handled, {len(self._sheaf)} not acknowledged"
        )

    async def kept(self, holdings: Sequence[AssignedPartition]) -> None:
        """Nothing: light records are idempotent, and whoever has the partition now does them again."""

    # --- lanes

    def _put(self, record: ConsumedRecord) -> None:
        holding, key = record.holding, record.key or record.offset
        lane = holding.lanes.get(key)
        if lane is None:
            holding.lanes[key] = [record]
            (self._live if holding.live else self._ready).append((holding, key))
        else:
            lane.append(record)
        self._queued += 1

    def _employ(self, more: int = 1) -> None:
        """See to it that lanes that are ready have workers.

        A task costs more than a record whose handler never waits, so there is first one; when it waits,
        two more, then four, up to `concurrency`.
        """
        ready = len(self._live) + len(self._ready)
        free = self._concurrency - len(self._workers)
        if not ready or free <= 0:
            return
        for _ in range(min(more, ready, free)):
            task = asyncio.create_task(self._work())
            self._workers.add(task)
            task.add_done_callback(self._left)
        asyncio.get_running_loop().call_soon(self._employ, more * 2)

    def _left(self, task: asyncio.Task[None]) -> None:
        self._workers.discard(task)
        self._employ()
        self.moved()

    async def _work(self) -> None:
        handled = 0
        try:
            while self._live or self._ready:
                holding, key = (self._live or self._ready).popleft()
                lane = holding.lanes[key]
                while lane:
                    record = lane.pop(0)  # short; and a deque costs a microsecond more
                    self._queued -= 1
                    await self._one(record)
                    handled += 1
                    if not handled % YIELD_AFTER:
                        await asyncio.sleep(0)
                del holding.lanes[key]
        except Exception:  # noqa: BLE001 - the runtime's own; those of handlers end in their verdict
            self.failed()

    async def _one(self, record: ConsumedRecord) -> None:
        holding = record.holding
        if self.settler.breaker.tripped and not self.settler.breaker.admits():
            record.give_back()
            self.postpone(holding, self.settler.breaker_open())
            return
        holding.starts += 1
        try:
            began = time.perf_counter()
            verdict = await self.settler.settle(record)
            self._handling += time.perf_counter() - began
            if isinstance(verdict, Postponed):
                self._postponed(record, verdict)
                return
            publisher = self.wiring.publisher
            acks: Acks = ()
            for out in verdict.records:
                acks += (publisher.put(out) or await publisher.send(out),)
            self._sheaf.add(record, acks, verdict.trace)
        except KafkaError as error:
            reason = refusal(error) or f"the broker takes nothing: {error!r}"
            self._postponed(record, Postponed(BROKER_AWAY_SECONDS, reason))
        except asyncio.CancelledError:
            record.give_back()
            raise

    def _postponed(self, record: ConsumedRecord, postponed: Postponed) -> None:
        record.give_back()
        if not record.holding.blocked:
            log.info("partition paused", group=self.group, partition=str(record.partition),
                     seconds=round(postponed.seconds, 2), reason=postponed.reason)  # fmt: skip
        self.postpone(record.holding, postponed)

    def report(self, batch: Batch) -> None:
        """Say what a commit covered: the one place for metrics, the line and the span of a batch."""
        spent, self._handling = self._handling, 0.0
        self._told.done(
            batch.records,
            time.monotonic() - batch.began,
            handler_seconds=spent,
            newest_ms=batch.newest_ms,
            links=batch.traces,
        )

    # --- room

    async def _room(self) -> None:
        """Wait until more may be polled. Whoever waits long stays a member of the group all the same."""

        def room() -> bool:
            return self.stopping or self.in_flight <= ROOM

        waited = 0.0
        while waited < HOLD_AFTER_SECONDS:
            starts = {holding: holding.starts for holding in self.holdings.values()}
            if await self.until(room, STUCK_SECONDS):
                return
            self._free_stuck(starts)
            waited += STUCK_SECONDS
        await self.while_alive(self.until(room))

    def _free_stuck(self, starts: dict[AssignedPartition, int]) -> None:
        """Give back what is queued behind records that do not end, so that other partitions go on."""
        for holding, before in starts.items():
            if holding.starts == before and any(holding.lanes.values()):
                self.postpone(holding, Postponed(STUCK_SECONDS, "records wait for one that takes long"))
