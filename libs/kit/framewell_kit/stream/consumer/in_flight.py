"""Handled records on their way to being finished: acknowledged, then committed, behind the handling."""

import asyncio
import time
from dataclasses import dataclass, field
from typing import Protocol, TypeAlias

from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.telemetry import logger

log = logger(__name__)

BROKER_AWAY_SECONDS = 1.0
# While the broker does not answer, how often it is looked whether any acknowledgement came.
LOOK_AGAIN_SECONDS = 1.0
# Commits follow each other no faster than this; the first after a silence goes out at once.
COMMIT_EVERY_SECONDS = 0.025
# A span has no more links than this by default.
MAX_LINKS = 128


# The futures that a record waits for: one for every fact it led to.
Acks: TypeAlias = tuple["asyncio.Future[None]", ...]


@dataclass(slots=True)
class Batch:
    """The records that one commit covers: so many, the first polled at `began` (monotonic seconds).

    `newest_ms` is when the newest of them was written (ms since 1970); `traces` are the traceparents of the
    spans that were made for those that are sampled, the first 128.
    """

    began: float
    records: int = 0
    newest_ms: int = 0
    traces: list[str] = field(default_factory=list)


class Owner(Protocol):
    """What a sheaf needs of its feed."""

    group: str

    def postpone(self, holding: AssignedPartition, postponed: Postponed) -> None: ...
    def moved(self) -> None: ...
    def failed(self) -> None: ...
    def report(self, batch: Batch) -> None: ...
    async def commit(self) -> None: ...


class InFlight:
    """Records whose handlers have returned and whose facts are sent.

    A record is finished when every one of its facts is acknowledged. One that is not is given back and done
    again: its partition pauses first. Nothing here waits for ever for one broker while others answer.
    """

    def __init__(self, owner: Owner, publisher: Publisher) -> None:
        self._owner, self._publisher = owner, publisher
        # By what they wait for: facts that leave in one prepared batch share its acknowledgement.
        self._sent: dict[Acks, list[ConsumedRecord]] = {}
        self._count = 0
        self._batch: Batch | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._committing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return self._count

    def polled(self) -> None:
        """Records have been polled: the time of the batch they will be in begins, unless it has begun."""
        if self._batch is None:
            self._batch = Batch(time.monotonic())

    def add(self, record: ConsumedRecord, acks: Acks, trace: str | None = None) -> None:
        """The record is handled; it is finished once these futures are done."""
        self._count += 1
        together = self._sent.get(acks)
        if together is None:
            self._sent[acks] = [record]
        else:
            together.append(record)
        if trace is not None:
            self._of_now().traces.append(trace)
        if self._acknowledging is None:
            self._acknowledging = asyncio.create_task(self._acknowledge())

    def close(self) -> None:
        """Wait no longer; what is not finished stays uncommitted and is done again by whoever comes next."""
        for task in (self._acknowledging, self._committing):
            if task is not None:
                task.cancel()

    async def _acknowledge(self) -> None:
        try:
            while self._sent:
                failures = self._settle_done()
                if failures:
                    await self._publisher.recover(failures)
                if self._sent:
                    # The oldest and the newest: they may wait for different brokers.
                    ends = (_undone(next(iter(self._sent))), _undone(next(reversed(self._sent))))
                    if outstanding := {ack for ack in ends if ack is not None}:
                        await asyncio.wait(
                            outstanding, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
                        )
        except Exception:  # noqa: BLE001 - told and logged there
            self._owner.failed()
        finally:
            self._acknowledging = None

    def _settle_done(self) -> list[BaseException]:
        """Finish or give back every record that nothing is outstanding for; why those failed that did."""
        failures: list[BaseException] = []
        finished, newest_ms = 0, 0
        for acks in [acks for acks in self._sent if _undone(acks) is None]:
            records = self._sent.pop(acks)
            self._count -= len(records)
            failure = next(filter(None, map(_failure, acks)), None)
            if failure is not None:
                failures.append(failure)
                for record in records:
                    self._redo(record, failure)
                continue
            finished += len(records)
            for record in records:
                record.holding.ledger.finish(record.offset)
                newest_ms = max(newest_ms, record.timestamp_ms)
        if finished or failures:
            self._owner.moved()
        if finished:
            batch = self._of_now()
            batch.records += finished
            batch.newest_ms = max(batch.newest_ms, newest_ms)
            if self._committing is None:
                self._committing = asyncio.create_task(self._commit())
        return failures

    def _redo(self, record: ConsumedRecord, failure: BaseException) -> None:
        record.give_back()
        if not record.holding.blocked:
            log.warning(
                "facts not acknowledged, their records are redone",
                group=self._owner.group, partition=str(record.partition), error=repr(failure),
            )  # fmt: skip
        reason = refusal(failure) or f"the broker did not acknowledge: {failure!r}"
        self._owner.postpone(record.holding, Postponed(BROKER_AWAY_SECONDS, reason))

    async def _commit(self) -> None:
        try:
            while self._batch is not None and self._batch.records:
                batch, self._batch = self._batch, Batch(time.monotonic()) if self._sent else None
                await self._owner.commit()
                self._owner.report(batch)
                await asyncio.sleep(COMMIT_EVERY_SECONDS)
        except Exception:  # noqa: BLE001 - told and logged there
            self._owner.failed()
        finally:
            self._committing = None

    def _of_now(self) -> Batch:
        self.polled()
        assert self._batch is not None
        return self._batch


def _undone(acks: Acks) -> "asyncio.Future[None] | None":
    """The first that is outstanding."""
    return next((ack for ack in acks if not ack.done()), None)


def _failure(ack: "asyncio.Future[None]") -> BaseException | None:
    if ack.cancelled():
        return asyncio.CancelledError("the acknowledgement was given up")
    failure: BaseException | None = ack.exception()
    return failure
