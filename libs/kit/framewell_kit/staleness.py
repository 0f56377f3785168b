"""How long something in the database has not changed, by this process's own monotonic clock.

Times of day that other processes wrote decide nothing here: their clocks may be an hour off, or jump. What
counts is what this process saw, and when.
"""

from collections.abc import Collection

from framewell_kit.clock import Clock


class StalenessTracker:
    """Remembers when each document was first seen in its present state."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[object, float]] = {}

    def seconds(self, name: str, state: object) -> float:
        """Return for how long this process has seen the document in this state; 0 the first time."""
        now = self._clock.monotonic()
        before = self._seen.get(name)
        if before is None or before[0] != state:
            self._seen[name] = (state, now)
            return 0.0
        return now - before[1]

    def retain(self, names: Collection[str]) -> None:
        """Forget all others: one that is gone and comes back is seen for the first time."""
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
