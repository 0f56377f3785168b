"""Turns at what few may do at once, shared out by where those come from who wait.

asyncio.Semaphore is first come, first served: one address that asks without end would have every place.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from framewell_kit.outcomes import Busy


class FairTurns:
    """`at_once` have their turn, `most` wait or have it; sources that wait take turns in a circle.

    Where no place is left, a source that has more of them than the newcomer's gives up its last one: so
    nobody keeps others from waiting, however often they ask.
    """

    def __init__(self, at_once: int, most: int, refusal: str) -> None:
        self._free, self._most, self._refusal = at_once, most, refusal
        self._held = 0
        self._queues: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def waiting(self) -> int:
        """Return how many wait for their turn."""
        return sum(map(len, self._queues.values()))

    @asynccontextmanager
    async def turn(self, source: str) -> AsyncIterator[None]:
        """Wait for a turn, and hold it as long as the context lasts. Raises Busy where none comes soon."""
        await self._wait(source)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, source: str) -> None:
        if self._free and not self._queues:
            self._free -= 1
            self._held += 1
            return
        if self._held + self.waiting >= self._most:
            self._make_room(source)
        place = asyncio.get_running_loop().create_future()
        self._queues.setdefault(source, deque()).append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled() and place.exception() is None:
                self._pass_on()  # the turn came in the moment in which it was given up
            else:
                self._leave(source, place)
            raise

    def _make_room(self, source: str) -> None:
        self._leave_those_gone()
        if self._held + self.waiting < self._most:
            return
        mine = len(self._queues.get(source, ()))
        most = max(self._queues, key=lambda one: len(self._queues[one]), default=source)
        if len(self._queues.get(most, ())) <= mine + 1:
            raise self._busy()
        last = self._queues[most][-1]
        self._leave(most, last)
        last.set_exception(self._busy())

    def _pass_on(self) -> None:
        """Give a turn that has ended to the next source that waits."""
        self._leave_those_gone()
        if not self._queues:
            self._free += 1
            self._held -= 1
            return
        source, queue = next(iter(self._queues.items()))
        place = queue.popleft()
        self._queues.move_to_end(source)
        if not queue:
            del self._queues[source]
        place.set_result(None)

    def _leave_those_gone(self) -> None:
        """Take out the places of who was cancelled and has not run since."""
        gone = [(source, one) for source, queue in self._queues.items() for one in queue if one.done()]
        for source, one in gone:
            self._leave(source, one)

    def _leave(self, source: str, place: "asyncio.Future[None]") -> None:
        queue = self._queues.get(source)
        if queue is None or place not in queue:
            return
        queue.remove(place)
        if not queue:
            del self._queues[source]

    def _busy(self) -> Busy:
        return Busy(self._refusal, retry_after=2.0)
