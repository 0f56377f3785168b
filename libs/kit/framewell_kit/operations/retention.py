"""Deletes jobs that are done, and decisions, that no redelivery can ask for any more. One task a process.

A fact comes again by itself for as long as its topic keeps it, so what makes it happen once is kept longer
than that, and for ever where the topic keeps facts for ever. What people hold on to (ledger, audit, reviews,
snapshots, runs) is none of this. Replicas may sweep at once: deleting twice is deleting once. An index with a
time to live would do without a sweep, but the embedded database keeps such an index and expires nothing.
"""

import random
from collections.abc import Sequence
from datetime import timedelta

from framewell_kit.clock import Clock
from framewell_kit.decisions import DecisionLog
from framewell_kit.documents.protocol import Documents
from framewell_kit.erasure import compact_after_erasures
from framewell_kit.jobs import JobKind, Jobs
from framewell_kit.outcomes import Busy
from framewell_kit.telemetry import logger

log = logger(__name__)

EVERY_SECONDS = 3600.0
# So much is deleted together, and then the database serves others for a moment.
AT_ONCE = 500
PAUSE_SECONDS = 0.5


class RetentionSweep:
    """Sweeps once an hour what ended `keep_days` ago; 0: never."""

    def __init__(
        self, jobs: Jobs, kinds: Sequence[JobKind], decisions: DecisionLog, clock: Clock, *, keep_days: float
    ) -> None:
        self._jobs, self._kinds, self._decisions = jobs, [kind.kind for kind in kinds], decisions
        self._clock, self._keep_days = clock, keep_days

    async def run(self) -> None:
        """Sweep every hour until cancelled; the first sweep comes at a random time within the first hour."""
        await self._clock.sleep(random.uniform(0.0, EVERY_SECONDS))
        while self._keep_days:
            try:
                if forgotten := await self.sweep():
                    log.info("forgot what ended long ago", count=forgotten, days=self._keep_days)
            except Busy as busy:
                log.info("nothing is forgotten while the database is away", reason=busy.reason)
            except Exception:
                log.exception("forgetting failed, goes on")
            await self._clock.sleep(EVERY_SECONDS)

    async def sweep(self) -> int:
        """Delete everything that is due, bit by bit; return how much it was. Raises Busy."""
        before = self._clock.now() - timedelta(days=self._keep_days)
        forgotten = 0
        for kind in self._kinds:
            while count := await self._jobs.forget_done(kind, before, at_most=AT_ONCE):
                forgotten += count
                await self._clock.sleep(PAUSE_SECONDS)
        while count := await self._decisions.forget(before, at_most=AT_ONCE):
            forgotten += count
            await self._clock.sleep(PAUSE_SECONDS)
        return forgotten


async def compact_hourly(documents: Documents, clock: Clock) -> None:
    """Have the database give back the space of what was erased, within an hour after it, until cancelled."""
    while True:
        await clock.sleep(random.uniform(0.5, 1.0) * EVERY_SECONDS)
        try:
            if await compact_after_erasures(documents):
                log.info("the database has given back the space of what was erased")
        except Busy as busy:
            log.info("nothing is given back while the database is away", reason=busy.reason)
        except Exception:
            log.exception("giving back space failed, goes on")
