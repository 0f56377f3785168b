"""No faster than so many a second, however long each step takes."""

import asyncio
from dataclasses import dataclass, field

# Steps of a batch are sent together; slow paces make small batches, so that the pace is even.
MAX_BATCH = 100
_BATCHES_A_SECOND = 4


@dataclass(slots=True)
class Pace:
    """At most `per_second` on average since the first step; 0 means as fast as it goes."""

    per_second: float = 0.0
    _began: float | None = field(default=None, init=False)
    _steps: int = field(default=0, init=False)

    @property
    def batch(self) -> int:
        """How many steps to take together."""
        if not self.per_second:
            return MAX_BATCH
        return max(1, min(MAX_BATCH, int(self.per_second / _BATCHES_A_SECOND)))

    async def step(self, steps: int) -> None:
        """Wait until so many more steps may be taken, and count them."""
        now = asyncio.get_running_loop().time()
        if self._began is None:
            self._began = now
        if self.per_second:
            await asyncio.sleep(self._began + self._steps / self.per_second - now)
        self._steps += steps
