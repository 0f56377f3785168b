"""Attempts are counted before they are made, so that many at once do not slip through."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from framewell_contracts.sentences import say
from framewell_gateway.domain.attempt_limits import Limit, counted, taken_back, wait_until
from framewell_gateway.domain.sources import nets_of
from framewell_gateway.ports.access import AttemptRepository, TooMany
from framewell_gateway.telemetry import ATTEMPTS_LIMITED
from framewell_kit.clock import Clock
from framewell_kit.telemetry import logger

_MOST_TRIES: Final = 20
log = logger(__name__)


@dataclass(frozen=True, slots=True)
class LimitAttempts:
    """Count attempts in the store, the same for all replicas."""

    attempts: AttemptRepository
    clock: Clock

    async def count(self, limit: Limit, who: str) -> None:
        """Count an attempt of somebody, which may then be made. Raises TooMany while they have to wait.

        Of several at once each finds what the one before left.
        """
        for _ in range(_MOST_TRIES):
            now = self.clock.now()
            kept = await self.attempts.get(limit.name, who)
            self._refuse_until(wait_until(kept, now), limit, now)
            if await self.attempts.change(limit.name, who, kept, counted(kept, limit, now)):
                return
        raise TooMany(say("too_many_attempts.at_once", "too many attempts at once: wait a moment"), 1.0)

    async def count_from(self, limit: Limit, source: str) -> None:
        """Count an attempt from an address: of its networks first, then of itself. Raises TooMany.

        Counters are few and shared: whoever has a network full of addresses would else fill them all. What an
        address tries while it has to wait is not counted of its networks: others there need not wait for it.
        """
        now = self.clock.now()
        self._refuse_until(wait_until(await self.attempts.get(limit.name, source), now), limit, now)
        for net in nets_of(source):
            await self.count(limit.of_net(net), net)
        await self.count(limit, source)

    async def take_back_from(self, limit: Limit, source: str) -> None:
        """Let an attempt from an address that was right not count."""
        for net in nets_of(source):
            await self.take_back(limit.of_net(net), net)
        await self.take_back(limit, source)

    async def take_back(self, limit: Limit, who: str) -> None:
        """Let an attempt that was right not count; one that meanwhile counted anew stays."""
        kept = await self.attempts.get(limit.name, who)
        if kept is not None:
            await self.attempts.change(limit.name, who, kept, taken_back(kept))

    def _refuse_until(self, until: datetime | None, limit: Limit, now: datetime) -> None:
        if until is not None:
            raise self._too_many(limit, until, now)

    def _too_many(self, limit: Limit, until: datetime, now: datetime) -> TooMany:
        seconds = max(1.0, (until - now).total_seconds())
        log.warning(ATTEMPTS_LIMITED, limit=limit.name, retry_after=round(seconds, 1))
        return TooMany(
            say(
                "too_many_attempts",
                "too many attempts were wrong: the next is taken in {seconds} s",
                seconds=f"{seconds:.0f}",
            ),
            seconds,
        )
