"""How slowly something may arrive before its sender is given up."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sized
from dataclasses import dataclass, field
from typing import TypeVar

from framewell_contracts.sentences import Sentence, say

T = TypeVar("T")


class Stalled(Exception):
    """The sender was too slow; `reason` says in which way."""

    def __init__(self, reason: Sentence) -> None:
        super().__init__(reason)
        self.reason = reason


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

    def _reason(self, *, between: bool) -> Sentence:
        if between:
            return say(
                "stalled.between",
                "nothing more arrived for {seconds} s, after {arrived} bytes",
                seconds=f"{self.stall_seconds:g}",
                arrived=self._arrived,
            )
        return say(
            "stalled.slow",
            "it arrives more slowly than {least} bytes a second",
            least=self.least_bytes_a_second,
        )
