"""A limit on records per second, however long each send takes."""

import asyncio
from dataclasses import dataclass, field

# Records of a batch are sent together; low rates make small batches, so that the rate is even.
MAX_BATCH = 100
_BATCHES_PER_SECOND = 4


@dataclass(slots=True)
class RateLimit:
    """At most `per_second` on average since the first `acquire`; 0 means no limit."""

    per_second: float = 0.0
    _started: float | None = field(default=None, init=False)
    _acquired: int = field(default=0, init=False)

    @property
    def batch(self) -> int:
        """Return how many records to send together."""
        if not self.per_second:
            return MAX_BATCH
        return max(1, min(MAX_BATCH, int(self.per_second / _BATCHES_PER_SECOND)))

    async def acquire(self, count: int) -> None:
        """Wait until `count` more records may be sent, and count them as sent."""
        now = asyncio.get_running_loop().time()
        if self._started is None:
            self._started = now
        if self.per_second:
            await asyncio.sleep(self._started + self._acquired / self.per_second - now)
        self._acquired += count
