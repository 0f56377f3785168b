"""Handled records on their way to being finished: acknowledged, then committed, behind the handling."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from framewell_contracts.broker_reach import refusal
from framewell_kit.stream.delivery import Delivery, Holding, Postponed
from framewell_kit.stream.publisher import Publisher
from framewell_kit.telemetry import logger

log = logger(__name__)

BROKER_AWAY_SECONDS = 1.0
# While the broker does not answer, how often it is looked whether any acknowledgement came.
LOOK_AGAIN_SECONDS = 1.0
# Commits follow each other no faster than this; the first after a silence goes out at once.
COMMIT_EVERY_SECONDS = 0.025
# A span has no more links than this by default.
MAX_LINKS = 128


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

    def postpone(self, holding: Holding, postponed: Postponed) -> None: ...
    def moved(self) -> None: ...
    def failed(self) -> None: ...
    def report(self, batch: Batch) -> None: ...
    async def commit(self) -> None: ...


class Sheaf:
    """Records whose handlers have returned and whose facts are sent.

    A record is finished when every one of its facts is acknowledged. One that is not is given back and done
    again: its partition pauses first. Nothing here waits for ever for one broker while others answer.
    """

    def __init__(self, owner: Owner, publisher: Publisher) -> None:
        self._owner, self._publisher = owner, publisher
        self._sent: list[tuple[Delivery, Sequence[Any]]] = []
        self._batch: Batch | None = None
        self._acknowledging: asyncio.Task[None] | None = None
        self._committing: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._sent)

    def polled(self) -> None:
        """Records have been polled: the time of the batch they will be in begins, unless it has begun."""
        if self._batch is None:
            self._batch = Batch(time.monotonic())

    def add(self, record: Delivery, acks: Sequence[Any], trace: str | None = None) -> None:
        """The record is handled; it is finished once these futures are done."""
        self._sent.append((record, acks))
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
                    ends = {self._undone(self._sent[0]), self._undone(self._sent[-1])} - {None}
                    if ends:
                        await asyncio.wait(
                            ends, timeout=LOOK_AGAIN_SECONDS, return_when=asyncio.FIRST_COMPLETED
                        )
        except Exception:  # noqa: BLE001 - told and logged there
            self._owner.failed()
        finally:
            self._acknowledging = None

    def _settle_done(self) -> list[BaseException]:
        """Finish or give back every record that nothing is outstanding for; why those failed that did."""
        undone: list[tuple[Delivery, Sequence[Any]]] = []
        failures: list[BaseException] = []
        finished, newest_ms = 0, 0
        well = None  # the last acknowledgement that was one: records of one batch share it
        for entry in self._sent:
            record, acks = entry
            failure = None
            for ack in acks:
                if ack is well:
                    continue
                if not ack.done():
                    undone.append(entry)
                    break
                failure = failure or _failure(ack)
                well = well if failure else ack
            else:
                if failure is None:
                    record.holding.ledger.finish(record.offset)
                    finished += 1
                    newest_ms = max(newest_ms, record.timestamp_ms)
                else:
                    failures.append(failure)
                    self._redo(record, failure)
        if len(undone) != len(self._sent):
            self._sent = undone
            self._owner.moved()
        if finished:
            batch = self._of_now()
            batch.records += finished
            batch.newest_ms = max(batch.newest_ms, newest_ms)
            if self._committing is None:
                self._committing = asyncio.create_task(self._commit())
        return failures

    def _redo(self, record: Delivery, failure: BaseException) -> None:
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

    @staticmethod
    def _undone(entry: tuple[Delivery, Sequence[Any]]) -> Any:
        return next((ack for ack in entry[1] if not ack.done()), None)


def _failure(ack: Any) -> BaseException | None:
    if ack.cancelled():
        return asyncio.CancelledError("the acknowledgement was given up")
    failure: BaseException | None = ack.exception()
    return failure
