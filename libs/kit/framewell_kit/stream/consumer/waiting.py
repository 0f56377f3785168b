"""How records wait: a partition for some seconds, a record for its time, all of them for room."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any

from aiokafka import TopicPartition

from framewell_kit.clock import Clock
from framewell_kit.stream.consumer.delay_queue import DelayQueue
from framewell_kit.stream.consumer.pauses import PauseController
from framewell_kit.stream.consumer.record import AssignedPartition, ConsumedRecord, Postponed
from framewell_kit.telemetry.metrics import PAUSES


class Waiting(ABC):
    """The waiting of one consumer's partitions, for a feed to stand on.

    What holds at every moment: a record that was read and is not finished is under way, or lies at or
    behind the place from which its partition will be read next. So whoever gives a record back rewinds.
    """

    def __init__(self, group: str, clock: Clock, consumer: Callable[[], Any]) -> None:
        self.group = group
        self.holdings: dict[
            tuple[str, int], AssignedPartition
        ] = {}  # by TopicPartition, which is such a tuple
        self.stopping = False
        self.gate = PauseController(consumer, self._resumed)
        self.agenda = DelayQueue(self._due)
        self._clock = clock
        self._moved = asyncio.Event()

    @abstractmethod
    def begin(self, record: ConsumedRecord) -> None:
        """Begin with one record that came back before its time, which has now come."""

    @abstractmethod
    def unqueue(self, holding: AssignedPartition | None) -> None:
        """Give back the records of a partition (or of all) that are under way but not begun."""

    # --- a partition

    def postpone(self, holding: AssignedPartition, postponed: Postponed) -> None:
        """Pause a partition, and read it again from the first record that was given back."""
        self.moved()
        if holding.lost or self.stopping:
            return
        self._give_back(holding)
        PAUSES.add(1, {"group": self.group})
        self._block(holding, postponed.seconds, postponed.reason)

    def _block(self, holding: AssignedPartition, seconds: float, reason: str) -> None:
        holding.blocked = True
        self.gate.postpone(holding.partition, holding.ledger.first_waiting(), seconds, reason)

    def _resumed(self, partition: TopicPartition) -> None:
        holding = self.holdings.get(partition)
        if holding is not None:
            holding.blocked = False

    def _rewind(self, holding: AssignedPartition) -> None:
        self.gate.rewind(holding.partition, holding.ledger.first_waiting())

    def _give_back(self, holding: AssignedPartition) -> None:
        self.unqueue(holding)
        self.agenda.give_back(holding)
        self.moved()

    # --- a record that came back through the retry topic

    def _keep_for_later(self, record: ConsumedRecord) -> bool:
        """Keep a record that came back before its time, or refuse it; False when its time has come."""
        waited = record.waited
        seconds = 0.0 if waited is None else waited.seconds_left(self._clock.now())
        if waited is None or seconds <= 0:
            return False
        if not self.agenda.is_full:
            self.agenda.add(record, seconds)
            return True
        record.give_back()
        reason = f"{len(self.agenda)} records wait for their time: {waited.reason}"
        self._block(record.holding, self.agenda.seconds_to_next, reason)
        return True

    def _due(self, record: ConsumedRecord) -> None:
        if record.holding.blocked:  # paused since: it is read again
            record.give_back()
            self._rewind(record.holding)
        else:
            self.begin(record)

    # --- everything

    def moved(self) -> None:
        """Something was finished or given back: whoever waits for that looks again."""
        self._moved.set()

    async def until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until the condition holds, looking whenever something `moved`; False when time is over."""
        loop = asyncio.get_running_loop()
        deadline = None if seconds is None else loop.time() + seconds
        while not condition():
            self._moved.clear()
            try:
                async with asyncio.timeout_at(deadline):
                    await self._moved.wait()
            except TimeoutError:
                return condition()
        return True

    async def while_alive(self, waiting: Coroutine[Any, Any, object]) -> None:
        """Wait with every partition held and polled, so that the broker counts us as alive.

        Ends early when the process is to stop.
        """
        wait = asyncio.create_task(waiting)
        stopped = asyncio.create_task(self.until(lambda: self.stopping))
        alive = asyncio.create_task(self.gate.keep_alive())
        self.gate.hold()
        try:
            await asyncio.wait([wait, stopped, alive], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (wait, stopped, alive):
                task.cancel()
            ended = await asyncio.gather(wait, stopped, alive, return_exceptions=True)
            if not self.stopping:
                self.gate.release()
        for result in ended:
            if isinstance(result, Exception):
                raise result
