"""Work that nobody asks for, done again and again beside streams and jobs."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy
from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(slots=True)
class Periodic:
    """A part of the process. `waits` is logged while what it needs is away, `failed` after any error."""

    name: str
    work: Callable[[], Awaitable[object]]
    clock: Clock
    every_seconds: float
    waits: str
    failed: str
    _task: asyncio.Task[None] | None = field(default=None, repr=False)

    async def start(self) -> None:
        """Begin, and return at once."""
        self._task = asyncio.create_task(self._run())

    async def stop(self, seconds: float) -> None:  # noqa: ARG002 - what it does can be cut off anywhere
        """Cut the work off."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def waiting(self) -> str:
        """Return nothing: the process is ready without it."""
        return ""

    async def _run(self) -> None:
        while True:
            try:
                await self.work()
            except Busy as busy:
                log.warning(self.waits, reason=busy.reason)
            except Exception:
                log.exception(self.failed)
            await self.clock.sleep(self.every_seconds)
