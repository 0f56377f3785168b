"""Tasks that go on only when told to, by one call to a store at a time: every interleaving can be had.

A task of a process that was killed never goes on: what it wrote stays, what it would have written does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, cast

from framewell_kit.documents import Documents

WRITES = ("insert", "update", "delete")
SPINS = 20
"""How often the loop turns before a task that neither ends nor comes to a store counts as held up."""


class _Threads(ThreadPoolExecutor):
    """Knows whether a thread computes."""

    def __init__(self) -> None:
        super().__init__(max_workers=2)
        self.busy = 0

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        self.busy += 1
        future = super().submit(*args, **kwargs)
        future.add_done_callback(self._done)
        return future

    def _done(self, _: object) -> None:
        self.busy -= 1


@dataclass(eq=False)
class Work:
    """One piece of work of one process, under way."""

    name: str
    process: str
    task: asyncio.Task[Any] = field(init=False)
    parked: asyncio.Future[None] | None = None

    @property
    def ended(self) -> bool:
        return self.task.done()


class Turns:
    """Starts work and lets it go on. Work that nobody started here is never held up."""

    def __init__(self) -> None:
        self.under_way: list[Work] = []
        self.taken = 0
        self.calls = 0
        self._by_task: dict[asyncio.Task[Any], Work] = {}
        self._dead: list[Work] = []
        self._threads = _Threads()

    def stores(self, documents: Documents, written: Callable[[], None]) -> Documents:
        """Return the store whose calls are turns; `written` is called after each that changed something."""
        return cast(Documents, _SteppedDocuments(documents, self, written))

    async def start(self, name: str, process: str, work: Coroutine[Any, Any, Any]) -> Work:
        """Begin some work, up to its first call to a store."""
        asyncio.get_running_loop().set_default_executor(self._threads)
        started = Work(name, process)
        started.task = asyncio.get_running_loop().create_task(work)
        self._by_task[started.task] = started
        self.under_way.append(started)
        await self._until_parked(started)
        return started

    async def go_on(self, work: Work) -> bool:
        """Let the work make its call and go on to the next one; return whether it ended. Raises its error."""
        self.taken += 1
        if work.parked is not None:
            parked, work.parked = work.parked, None
            parked.set_result(None)
        await self._until_parked(work)
        if not work.ended:
            return False
        self.under_way.remove(work)
        del self._by_task[work.task]
        await work.task
        return True

    async def finish(self, work: Work) -> None:
        """Let the work go on to its end. Raises its error."""
        while not await self.go_on(work):
            pass

    def kill(self, process: str) -> list[Work]:
        """Leave all work of a process where it stands, for good; return it."""
        killed = [work for work in self.under_way if work.process == process]
        for work in killed:
            self.under_way.remove(work)
            self._dead.append(work)
        return killed

    async def close(self) -> None:
        """End what is left; nothing of it reaches a store any more."""
        left = [*self._dead, *self.under_way]
        self._dead = left
        for work in left:
            work.task.cancel()
        await asyncio.gather(*(work.task for work in left), return_exceptions=True)
        self._threads.shutdown()

    async def wait(self) -> None:
        """Wait for the turn of the task that calls."""
        task = asyncio.current_task()
        work = self._by_task.get(task) if task is not None else None
        if work is None:
            return
        if work in self._dead:
            raise asyncio.CancelledError
        work.parked = asyncio.get_running_loop().create_future()
        await work.parked

    async def _until_parked(self, work: Work) -> None:
        """Return once the work ended, came to a store, or waits for what other work holds."""
        spins = 0
        while spins < SPINS and not work.ended and work.parked is None:
            at_work = self._threads.busy or self.calls
            spins = 0 if at_work else spins + 1
            await asyncio.sleep(0.0002 if at_work else 0)


class _SteppedDocuments:
    def __init__(self, documents: Documents, turns: Turns, written: Callable[[], None]) -> None:
        self._documents, self._turns, self._written = documents, turns, written

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self._documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            await self._turns.wait()
            self._turns.calls += 1
            try:
                answer = await method(*args, **kwargs)
            finally:
                self._turns.calls -= 1
            if answer and name.startswith(WRITES):
                self._written()
            return answer

        return call
