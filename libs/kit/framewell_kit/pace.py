"""How slowly something may arrive before its sender is given up."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sized
from dataclasses import dataclass, field
from typing import TypeVar

T = TypeVar("T")


class Stalled(Exception):
    """The sender was too slow; the text says in which way."""


@dataclass(slots=True)
class Pace:
    """Bounds the time that is spent waiting for one sender: between two pieces, and on the whole.

    On the whole it may take `grace_seconds`, and for every second beyond them `least_bytes_a_second` must
    have arrived. Only waiting counts: a reader that is slow itself holds nothing against the sender.
    """

    stall_seconds: float = 30.0
    grace_seconds: float = 60.0
    least_bytes_a_second: int = 16 << 10
    _waited: float = field(default=0.0, init=False)
    _arrived: int = field(default=0, init=False)

    async def arrives(self, piece: Awaitable[T], content: Callable[[T], Sized]) -> T:
        """Return the piece, whose bytes are its `content`. Raises Stalled when it does not come in time."""
        on_the_whole = self.grace_seconds + self._arrived / self.least_bytes_a_second - self._waited
        began = time.monotonic()
        try:
            async with asyncio.timeout(min(self.stall_seconds, on_the_whole)):
                arrived = await piece
        except TimeoutError:
            raise Stalled(self._reason(between=self.stall_seconds < on_the_whole)) from None
        self._waited += time.monotonic() - began
        self._arrived += len(content(arrived))
        return arrived

    def _reason(self, *, between: bool) -> str:
        if between:
            return f"nothing more arrived for {self.stall_seconds:g} s, after {self._arrived} bytes"
        return f"it arrives more slowly than {self.least_bytes_a_second} bytes a second"
