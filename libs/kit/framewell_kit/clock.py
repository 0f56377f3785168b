"""Time as a port, so that a test can hold it still."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Time, and waiting."""

    def now(self) -> datetime:
        """Return the time of day in UTC; it may jump."""
        ...

    def monotonic(self) -> float:
        """Return seconds since some moment; it never jumps."""
        ...

    async def sleep(self, seconds: float) -> None:
        """Return after that many seconds."""
        ...


class SystemClock:
    """The machine's clock; its time of day is `skew_seconds` ahead, where a test wants it to be."""

    def __init__(self, skew_seconds: float = 0.0) -> None:
        self._skew = timedelta(seconds=skew_seconds)

    def now(self) -> datetime:
        return datetime.now(UTC) + self._skew

    def monotonic(self) -> float:
        return time.monotonic()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
