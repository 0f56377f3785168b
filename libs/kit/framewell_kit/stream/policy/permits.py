"""A bounded number of workers, given to live work before archive work. Pure asyncio; no broker."""

import asyncio
import heapq
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import count

LIVE, ARCHIVE = 0, 1
"""Priorities of the two lanes at their permits."""

QUIET_SECONDS = 0.25
"""So long a permit has been free before it counts as idle; a record that waits is polled sooner."""


class Permits:
    """Like a semaphore whose waiters have a priority: LIVE first, then the oldest.

    `live` permits more than `permits` are kept for LIVE alone, so that it never waits for what the archive
    has begun. Whoever has a permit works `together` with the others, or `alone` while they wait. What is to
    be done below all records, jobs over the archive, takes its turns `when_idle`.
    """

    def __init__(self, permits: int, live: int = 0) -> None:
        self._free = permits + live
        self._archive = permits
        self._live = 0
        self._taken = 0  # how often a permit was taken
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._changed = asyncio.Event()  # set, and replaced, whenever a permit is given back
        self._together, self._alone = 0, False
        self._company = asyncio.Condition()

    def free(self, priority: int) -> int:
        """Return how many permits work of this priority could take now."""
        return self._free if priority == LIVE else min(self._free, self._archive)

    async def acquire(self, priority: int) -> None:
        """Wait for a permit; cancellation while waiting takes none."""
        if self.free(priority) and not any(waits <= priority for waits, _, _ in self._waiting):
            self._take(priority)
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), future))
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.release(priority)  # it was given in the same moment
            raise

    def release(self, priority: int) -> None:
        """Give a permit of this priority back: to the first that waits and may have it, if any does."""
        self._free += 1
        self._archive += priority != LIVE
        self._live -= priority == LIVE
        while self._waiting and self.free(self._waiting[0][0]):
            waits, _, future = heapq.heappop(self._waiting)
            if not future.done():
                self._take(waits)
                future.set_result(None)
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_free(self, priority: int) -> None:
        """Return when work of this priority could take a permit."""
        while not self.free(priority):
            await self._changed.wait()

    @asynccontextmanager
    async def when_idle(
        self, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    ) -> AsyncIterator[None]:
        """Work with a permit of the archive that no record has wanted for a while, nor a live one works.

        A record that comes meanwhile waits for this turn at most and comes before the next: turns are short.
        """
        while True:
            seen, changed = self._taken, self._changed
            await sleep(QUIET_SECONDS)
            if self._taken == seen and not self._live and self.free(ARCHIVE) and not self._waiting:
                break
            if self._live or not self.free(ARCHIVE):
                await changed.wait()
        self._take(ARCHIVE)
        try:
            async with self.together():
                yield
        finally:
            self.release(ARCHIVE)

    @asynccontextmanager
    async def together(self) -> AsyncIterator[None]:
        """Work beside others; begins when nobody works, or waits to work, alone."""
        async with self._company:
            await self._company.wait_for(lambda: not self._alone)
            self._together += 1
        try:
            yield
        finally:
            self._together -= 1
            await self._notify()

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Work while nobody else does; begins when all others have ended."""
        async with self._company:
            await self._company.wait_for(lambda: not self._alone)
            self._alone = True
        try:
            async with self._company:
                await self._company.wait_for(lambda: not self._together)
            yield
        finally:
            self._alone = False
            await self._notify()

    async def _notify(self) -> None:
        async with self._company:
            self._company.notify_all()

    def _take(self, priority: int) -> None:
        self._free -= 1
        self._archive -= priority != LIVE
        self._live += priority == LIVE
        self._taken += 1
