"""Handled records whose facts are on their way: acknowledged, then committed, behind the handling."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from framewell_contracts.sentences import say
from framewell_kafka.broker_reach import refusal
from framewell_kit.stream.consumer.record import ConsumedRecord, Postponed
from framewell_kit.stream.consumer.strategy import ConsumerControl
from framewell_kit.stream.producer.publisher import Publisher
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)

Ack: TypeAlias = "asyncio.Future[None]"
Acks: TypeAlias = "asyncio.Future[None] | tuple[asyncio.Future[None], ...]"


@dataclass(slots=True)
class CommittedBatch:
    """The records that one commit covers: so many, the first polled at `began` (monotonic seconds).

    `newest_ms` is when the newest of them was written (ms since 1970); `traces` are the traceparents of the
    spans that were made for those that are sampled.
    """

    began: float
    records: int = 0
    newest_ms: int = 0
    traces: list[str] = field(default_factory=list)


class InFlight:
    """Records whose handlers have returned and whose facts were handed to the producer.

    A record is finished when every one of its facts is acknowledged, and committed behind that. One whose
    facts are not acknowledged is given back and its partition postponed. Nothing here waits for ever for one
    broker while others answer. `committed` is called with every batch once it is committed.
    """

    def __init__(
        self,
        control: ConsumerControl,
        publisher: Publisher,
        timing: StreamTiming,
        committed: Callable[[CommittedBatch], None],
    ) -> None:
        self._control, self._publisher, self._timing, self._report = control, publisher, timing, committed
        # By the futures they wait for: facts that leave in one prepared batch share its acknowledgement.
        self._sent: dict[Acks, list[ConsumedRecord]] = {}
        self._count = 0
        self._batch: CommittedBatch | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._committing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return self._count

    def polled(self) -> None:
        """Note that records were polled: the time of their batch begins, unless it has begun."""
        if self._batch is None:
            self._batch = CommittedBatch(time.monotonic())

    def add(self, record: ConsumedRecord, acks: Acks, trace: str | None = None) -> None:
        """Finish the record once this future is done, or all of these are; `trace` is that of its span."""
        self._count += 1
        together = self._sent.get(acks)
        if together is None:
            self._sent[acks] = [record]
        else:
            together.append(record)
        if trace is not None:
            self._current_batch().traces.append(trace)
        if self._acknowledging is None:
            self._acknowledging = asyncio.create_task(self._acknowledge())

    def close(self) -> None:
        """Wait no longer: what is not finished stays uncommitted, whoever reads it next does it again."""
        for task in (self._acknowledging, self._committing):
            if task is not None:
                task.cancel()

    async def _acknowledge(self) -> None:
        try:
            while self._sent:
                failures = self._take_done()
                if failures:
                    await self._publisher.recover(failures)
                if self._sent:
                    # The oldest and the newest: they may wait for different brokers.
                    ends = (_outstanding(next(iter(self._sent))), _outstanding(next(reversed(self._sent))))
                    if outstanding := {ack for ack in ends if ack is not None}:
                        await asyncio.wait(
                            outstanding, timeout=self._timing.watch, return_when=asyncio.FIRST_COMPLETED
                        )
        except Exception:  # noqa: BLE001 - logged there
            self._control.failed()
        finally:
            self._acknowledging = None

    def _take_done(self) -> list[BaseException]:
        """Finish or give back every record that waits for nothing any more; return the failures."""
        failures: list[BaseException] = []
        finished, newest_ms = 0, 0
        for acks in [acks for acks in self._sent if _outstanding(acks) is None]:
            records = self._sent.pop(acks)
            self._count -= len(records)
            failure = _failure(acks)
            if failure is not None:
                failures.append(failure)
                for record in records:
                    self._redo(record, failure)
                continue
            finished += len(records)
            newest_ms = max(newest_ms, *[record.timestamp_ms for record in records])
            for record in records:
                record.assigned.offsets.finish(record.offset)
        if finished or failures:
            self._control.notify()
        if finished:
            batch = self._current_batch()
            batch.records += finished
            batch.newest_ms = max(batch.newest_ms, newest_ms)
            if self._committing is None:
                self._committing = asyncio.create_task(self._commit())
        return failures

    def _redo(self, record: ConsumedRecord, failure: BaseException) -> None:
        record.give_back()
        if not record.assigned.blocked:
            log.warning(
                "facts not acknowledged, their records are redone",
                group=self._control.group, partition=str(record.partition), error=repr(failure),
            )  # fmt: skip
        reason = refusal(failure) or say(
            "broker_away.did_not_acknowledge", "the broker did not acknowledge: {why}", why=repr(failure)
        )
        self._control.postpone(record.assigned, Postponed(self._timing.broker_away, reason))

    async def _commit(self) -> None:
        try:
            while self._batch is not None and self._batch.records:
                batch, self._batch = self._batch, CommittedBatch(time.monotonic()) if self._sent else None
                await self._control.commit()
                self._report(batch)
                await asyncio.sleep(self._timing.commit_interval)
        except Exception:  # noqa: BLE001 - logged there
            self._control.failed()
        finally:
            self._committing = None

    def _current_batch(self) -> CommittedBatch:
        self.polled()
        assert self._batch is not None
        return self._batch


def _outstanding(acks: Acks) -> Ack | None:
    """Return the first future that is not done; None when all are."""
    if isinstance(acks, tuple):
        return next((ack for ack in acks if not ack.done()), None)
    return None if acks.done() else acks


def _failure(acks: Acks) -> BaseException | None:
    """Return why the first one failed that did; all are done."""
    for ack in acks if isinstance(acks, tuple) else (acks,):
        if ack.cancelled():
            return asyncio.CancelledError("the acknowledgement was given up")
        if failure := ack.exception():
            return failure
    return None
