"""Which partitions of a consumer are paused, why, and when they go on by themselves."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from aiokafka import TopicPartition

from framewell_kit.telemetry import logger

log = logger(__name__)

KEEP_ALIVE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class PausedPartition:
    """A partition that is not read for a while. `topic` is the broker's name of it."""

    topic: str
    partition: int
    seconds_left: float
    reason: str
    group: str = ""


class Gate:
    """Pauses and resumes the partitions of one consumer, for two reasons that do not know each other.

    A partition is *postponed* for some seconds (Busy, not yet due, breaker open); the whole consumer is
    *held* while no permit is free. It flows when neither is the case.
    """

    def __init__(self, consumer: Callable[[], Any]) -> None:
        self._consumer = consumer
        self._postponed: dict[TopicPartition, str] = {}
        self._timers: dict[TopicPartition, asyncio.TimerHandle] = {}
        self._held = False

    @property
    def reasons(self) -> list[str]:
        """Why partitions are postponed, each reason once."""
        return sorted(set(self._postponed.values()))

    def paused(self) -> list[PausedPartition]:
        """Every postponed partition, and for how long."""
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
        """Pause the partition and read it again from `offset` after `seconds`."""
        consumer = self._consumer()
        if consumer is None or partition not in consumer.assignment():
            return
        if offset is not None:
            consumer.seek(partition, offset)
        consumer.pause(partition)
        self._postponed[partition] = reason
        self._cancel(partition)
        seconds = max(seconds, 0.01)
        self._timers[partition] = asyncio.get_running_loop().call_later(seconds, self._due, partition)

    def hold(self) -> None:
        """Pause everything; `keep_alive` must run meanwhile."""
        self._held = True
        self._apply()

    def release(self) -> None:
        """Let everything flow again that is not postponed."""
        self._held = False
        self._apply()

    def release_postponed(self) -> None:
        """Read every postponed partition again at once."""
        for partition in list(self._timers):
            self._cancel(partition)
        self._postponed.clear()
        self._apply()

    async def keep_alive(self) -> None:
        """Poll while held, so that the broker counts us as alive; returns only by cancellation."""
        while True:
            consumer = self._consumer()
            if consumer is not None:
                await consumer.getmany(timeout_ms=0)  # every partition is paused: returns nothing
            await asyncio.sleep(KEEP_ALIVE_SECONDS)

    def assigned(self) -> None:
        """After a rebalance: pause again what must not flow (the flags do not survive it)."""
        self._apply()

    def revoked(self, partitions: Iterable[TopicPartition]) -> None:
        """These are no longer ours."""
        for partition in partitions:
            self._postponed.pop(partition, None)
            self._cancel(partition)

    def close(self) -> None:
        """Forget every timer."""
        for partition in list(self._timers):
            self._cancel(partition)

    def _due(self, partition: TopicPartition) -> None:
        self._postponed.pop(partition, None)
        self._timers.pop(partition, None)
        self._apply()

    def _cancel(self, partition: TopicPartition) -> None:
        timer = self._timers.pop(partition, None)
        if timer is not None:
            timer.cancel()

    def _apply(self) -> None:
        consumer = self._consumer()
        if consumer is None:
            return
        ours = consumer.assignment()
        still = ours if self._held else ours & self._postponed.keys()
        flowing = (consumer.paused() & ours) - still
        if still:
            consumer.pause(*still)
        if flowing:
            consumer.resume(*flowing)
