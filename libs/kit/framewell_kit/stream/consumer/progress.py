"""Waiting until something that changes from step to step has become true."""

import asyncio
from collections.abc import Callable


class Progress:
    """Whoever changes something notifies; whoever waits for a condition then looks again."""

    def __init__(self) -> None:
        self._moved = asyncio.Event()

    def notify(self) -> None:
        """Let everybody who waits look at their condition again."""
        self._moved.set()

    async def until(self, condition: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until the condition holds; return False when the time is over before it does."""
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
