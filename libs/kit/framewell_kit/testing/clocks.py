"""A clock that stands still until a test moves it, and whose time of day a test makes jump."""

import asyncio
from datetime import UTC, datetime, timedelta

START = datetime(2026, 1, 1, tzinfo=UTC)


class HeldClock:
    """Time as a test wants it. Several clocks may share one true time and differ in their time of day."""

    def __init__(self, *, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead
        self._seconds = 0.0

    def now(self) -> datetime:
        return START + timedelta(seconds=self._seconds) + self.ahead

    def monotonic(self) -> float:
        return self._seconds

    async def sleep(self, seconds: float) -> None:
        """Let the time pass at once, and other tasks run."""
        self.advance(seconds)
        await asyncio.sleep(0)

    def advance(self, seconds: float) -> None:
        """Let true time pass."""
        self._seconds += seconds

    def jump(self, by: timedelta) -> None:
        """Change the time of day; no time passes."""
        self.ahead += by
