"""Which partitions of a consumer are paused, why, and when they go on by themselves."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError

from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class PausedPartition:
    """A partition that is not read for a while. `topic` is the broker's name of it."""

    topic: str
    partition: int
    seconds_left: float
    reason: str
    group: str = ""


class PauseController:
    """Pauses and resumes the partitions of one consumer, for two independent reasons.

    A partition is *postponed* for some seconds (Busy, not yet due, breaker open); the whole consumer is
    *held* while nothing more can be taken. A partition is read when neither is the case. `resumed` is called
    with every partition whose postponement is over. While it is held, `keep_alive` polls every
    `keep_alive_seconds`.
    """

    def __init__(
        self,
        consumer: Callable[[], Any],
        resumed: Callable[[TopicPartition], None],
        keep_alive_seconds: float,
    ) -> None:
        self._keep_alive_seconds = keep_alive_seconds
        self._consumer = consumer
        self._resumed = resumed
        self._postponed: dict[TopicPartition, str] = {}
        self._timers: dict[TopicPartition, asyncio.TimerHandle] = {}
        self._held = False

    @property
    def reasons(self) -> list[str]:
        """Return the reasons for which partitions are postponed, each once."""
        return sorted(set(self._postponed.values()))

    def paused(self) -> list[PausedPartition]:
        """Return every postponed partition, and for how long."""
        now = asyncio.get_running_loop().time()
        return [
            PausedPartition(
                partition.topic,
                partition.partition,
                max(timer.when() - now, 0.0) if (timer := self._timers.get(partition)) else 0.0,
                reason,
            )
            for partition, reason in sorted(self._postponed.items())
        ]

    def postpone(self, partition: TopicPartition, offset: int | None, seconds: float, reason: str) -> None:
        """Pause the partition and read it again from `offset` after `seconds`.

        Of two reasons at once the one that lasts longer holds.
        """
        if not self.rewind(partition, offset):
            return
        self._consumer().pause(partition)
        loop = asyncio.get_running_loop()
        due = loop.time() + max(seconds, 0.01)
        waits = self._timers.get(partition)
        if waits is not None and waits.when() >= due:
            return
        self._cancel(partition)
        self._postponed[partition] = reason
        self._timers[partition] = loop.call_at(due, self._due, partition)

    def rewind(self, partition: TopicPartition, offset: int | None) -> bool:
        """Read the partition again from `offset`, if there is one; return False when it is not assigned."""
        consumer = self._consumer()
        if consumer is None or partition not in consumer.assignment():
            return False
        if offset is not None:
            consumer.seek(partition, offset)
        return True

    def hold(self) -> None:
        """Pause every partition; `keep_alive` must run meanwhile."""
        self._held = True
        self._apply()

    def release(self) -> None:
        """Read every partition again that is not postponed."""
        self._held = False
        self._apply()

    def release_postponed(self) -> None:
        """Read every postponed partition again at once."""
        for partition in list(self._timers):
            self._cancel(partition)
            self._postponed.pop(partition, None)
            self._resumed(partition)
        self._apply()

    async def keep_alive(self) -> None:
        """Poll while held, so that the consumer stays a member of its group; returns only by cancellation."""
        while True:
            await self._poll_nothing()
            await asyncio.sleep(self._keep_alive_seconds)

    async def _poll_nothing(self) -> None:
        consumer = self._consumer()
        if consumer is None:
            return
        try:
            read = await consumer.getmany(timeout_ms=0)
        except KafkaError as error:
            log.warning("polling failed, goes on", error=repr(error))
            return
        # Every partition is paused, so nothing is read; but one may have been assigned in this very moment.
        for partition, records in read.items():
            self.rewind(partition, records[0].offset)

    def assigned(self) -> None:
        """After a rebalance, which aiokafka's pauses do not survive: pause again what must not be read."""
        self._apply()

    def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """Forget the postponements of partitions that were revoked."""
        for partition in partitions:
            self._postponed.pop(partition, None)
            self._cancel(partition)

    def close(self) -> None:
        """Cancel every timer: nothing is resumed any more."""
        for partition in list(self._timers):
            self._cancel(partition)

    def _due(self, partition: TopicPartition) -> None:
        self._postponed.pop(partition, None)
        self._timers.pop(partition, None)
        self._resumed(partition)
        self._apply()

    def _cancel(self, partition: TopicPartition) -> None:
        timer = self._timers.pop(partition, None)
        if timer is not None:
            timer.cancel()

    def _apply(self) -> None:
        consumer = self._consumer()
        if consumer is None:
            return
        assigned = consumer.assignment()
        paused = assigned if self._held else assigned & self._postponed.keys()
        resumed = (consumer.paused() & assigned) - paused
        if paused:
            consumer.pause(*paused)
        if resumed:
            consumer.resume(*resumed)
