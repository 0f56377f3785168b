"""How long something in the database has stood still, by this process's own monotonic clock.

Times of day that other processes wrote say nothing here: their clocks may be an hour away from ours, or
jump. What counts is only what this process saw, and when.
"""

from collections.abc import Collection

from framewell_kit.clock import Clock


class Sightings:
    """When each thing was first seen in its present state."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._seen: dict[str, tuple[object, float]] = {}

    def unchanged_seconds(self, name: str, state: object) -> float:
        """Since when it has been in this state, as far as we know; 0 at the first sight of it."""
        now = self._clock.monotonic()
        before = self._seen.get(name)
        if before is None or before[0] != state:
            self._seen[name] = (state, now)
            return 0.0
        return now - before[1]

    def keep(self, names: Collection[str]) -> None:
        """Forget all others: what is gone and comes again is seen for the first time."""
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
