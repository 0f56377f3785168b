"""The breakers of a process, kept in its service's database: a restart does not forget, and when a person
resumes one, every replica does.

One document a group holds when its breaker opened last and how often somebody resumed it. A replica whose
breaker is open looks there every few seconds; a count higher than the one it saw when it opened half-opens
it. Counts are compared, never times: the replicas' clocks may differ.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress

from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Documents
from framewell_kit.outcomes import Busy
from framewell_kit.stream.policy.breaker import HALF_OPEN_AFTER_SECONDS, Breaker
from framewell_kit.stream.timing import StreamTiming
from framewell_kit.telemetry import logger

log = logger(__name__)

COLLECTION = "stream_breakers"


class Breakers(Mapping[str, Breaker]):
    """By group. `resumed` is called with a group whose breaker a person half-opened."""

    def __init__(
        self,
        documents: Documents,
        clock: Clock,
        resumed: Callable[[str], None],
        *,
        look_seconds: float = StreamTiming().breaker_look,
    ) -> None:
        self._documents, self._clock, self._resumed = documents, clock, resumed
        self._look_seconds = look_seconds
        self._breakers: dict[str, Breaker] = {}
        self._resumes: dict[str, int] = {}  # as last read
        self._unwritten: set[str] = set()
        self._wake = asyncio.Event()

    def __getitem__(self, group: str) -> Breaker:
        return self._breakers[group]

    def __iter__(self) -> Iterator[str]:
        return iter(self._breakers)

    def __len__(self) -> int:
        return len(self._breakers)

    def add(self, group: str) -> Breaker:
        """Return a closed breaker for a group of this process."""
        breaker = Breaker(self._clock, lambda opened_at: self._changed(group, opened_at))
        self._breakers[group], self._resumes[group] = breaker, 0
        return breaker

    async def restore(self) -> None:
        """Set every breaker to its kept state. Raises Busy while the database is away."""
        for group, breaker in self._breakers.items():
            kept = await self._documents.get(COLLECTION, group) or {}
            self._resumes[group] = kept.get("resumes", 0)
            breaker.restore(kept.get("opened_at"))

    async def resume(self, group: str) -> Breaker:
        """Half-open the group's breaker here at once, in the other replicas within a few seconds.

        KeyError when it is no group of this process; raises Busy while the database is away.
        """
        breaker = self._breakers[group]
        kept = await self._documents.get(COLLECTION, group) or {}
        change: dict[str, dict[str, float]] = {"$inc": {"resumes": 1}}
        if kept.get("opened_at") is not None:  # a replica that restarts now is to try at once, too
            change["$set"] = {"opened_at": self._clock.now().timestamp() - HALF_OPEN_AFTER_SECONDS}
        after = await self._documents.update(COLLECTION, group, change, upsert=True)
        self._half_open(group, after["resumes"] if after else 0)
        return breaker

    async def follow(self) -> None:
        """Write what changes, and half-open what a person resumed elsewhere; returns only by cancellation."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._look_seconds):
                    await self._wake.wait()
            self._wake.clear()
            try:
                await self.flush()
                await self._look()
            except Busy as busy:
                log.warning("breakers cannot be kept while the database is away", reason=busy.reason)

    async def flush(self) -> None:
        """Write what has changed. Raises Busy, and then writes it the next time."""
        for group in list(self._unwritten):
            opened_at = self._breakers[group].opened_at
            change = {"$set": {"opened_at": opened_at}}
            after = await self._documents.update(COLLECTION, group, change, upsert=True)
            self._resumes[group] = (after or {}).get("resumes", 0)
            if self._breakers[group].opened_at == opened_at:  # else it changed meanwhile: once more
                self._unwritten.discard(group)

    async def _look(self) -> None:
        for group, breaker in self._breakers.items():
            if breaker.is_open:
                kept = await self._documents.get(COLLECTION, group) or {}
                self._half_open(group, kept.get("resumes", 0))

    def _half_open(self, group: str, resumes: int) -> None:
        if resumes > self._resumes[group]:
            self._resumes[group] = resumes
            self._breakers[group].resume()
            self._resumed(group)

    def _changed(self, group: str, opened_at: float | None) -> None:
        if opened_at is None:
            log.info("breaker closed", group=group)
        else:
            log.error("breaker open", group=group)
        self._unwritten.add(group)
        self._wake.set()
