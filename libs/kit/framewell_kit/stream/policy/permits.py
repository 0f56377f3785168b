"""A bounded number of workers, given to live work before archive work. Pure asyncio; no broker."""

import asyncio
import heapq
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import count


class Permits:
    """Like a semaphore whose waiters have a priority: the smallest number first, then the oldest.

    Whoever has a permit works `together` with the others, or `alone` while they wait.
    """

    def __init__(self, permits: int) -> None:
        self._free = permits
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._changed = asyncio.Event()
        self._changed.set()
        self._together, self._alone = 0, False
        self._company = asyncio.Condition()

    @property
    def free(self) -> int:
        """Return how many permits are not taken."""
        return self._free

    async def acquire(self, priority: int) -> None:
        """Wait for a permit; cancellation while waiting takes none."""
        if self._free and not self._waiting:
            self._take()
            return
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (priority, next(self._order), future))
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self.release()  # it was given in the same moment
            raise

    def release(self) -> None:
        """Give a permit back: to the first that waits, if any does."""
        while self._waiting:
            _, _, future = heapq.heappop(self._waiting)
            if not future.done():
                future.set_result(None)
                return
        self._free += 1
        self._changed.set()

    async def wait_free(self) -> None:
        """Return when a permit is free and nobody waits for it."""
        while not self._free:
            await self._changed.wait()

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

    def _take(self) -> None:
        self._free -= 1
        if not self._free:
            self._changed.clear()
