"""Asks whether broker and database answer, and keeps the gauges up to date. One task a process."""

import asyncio
import time
from collections.abc import Awaitable, Callable

from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Documents
from framewell_kit.health import Health
from framewell_kit.jobs import JobRunner
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import Busy
from framewell_kit.stream import Publisher, StreamRuntime
from framewell_kit.telemetry import logger
from framewell_kit.telemetry.metrics import JOB_AGE, OUTBOX_AGE, READY

log = logger(__name__)

EVERY_SECONDS = 5.0
# Questions to the database about ages: less often, for they cost a query per kind of job and collection.
AGES_EVERY_SECONDS = 15.0
ANSWER_SECONDS = 3.0


class ProcessMonitor:
    """Asks broker and database every five seconds; `Health` shows why one does not answer."""

    def __init__(
        self,
        health: Health,
        *,
        documents: Documents,
        publisher: Publisher,
        outbox: Outbox,
        runner: JobRunner,
        clock: Clock,
    ) -> None:
        self._health, self._documents, self._publisher = health, documents, publisher
        self._outbox, self._runner, self._clock = outbox, runner, clock
        self._away = {"broker": "", "database": ""}
        self._aged_at = float("-inf")
        self.runtime: StreamRuntime | None = None
        for name in self._away:
            health.parts[name] = lambda name=name: self._away[name]  # type: ignore[misc]

    async def run(self) -> None:
        """Check every five seconds until cancelled."""
        while True:
            await asyncio.sleep(EVERY_SECONDS)
            try:
                await self.check()
            except Exception:
                log.exception("looking after the process failed, goes on")

    async def check(self) -> None:
        """Ask broker and database once, and set every gauge."""
        self._away["broker"], self._away["database"] = await asyncio.gather(
            _answers(say("what.broker", "the broker"), self._publisher.ping),
            _answers(say("what.database", "the database"), self._documents.ping),
        )
        if self.runtime is not None:
            await self.runtime.measure()
        if not self._away["database"] and time.monotonic() - self._aged_at >= AGES_EVERY_SECONDS:
            self._aged_at = time.monotonic()
            await self._ages()
        for part, reason in self._health.reasons().items():
            READY.set(0 if reason else 1, {"part": part})

    async def _ages(self) -> None:
        try:
            waiting, oldest = await self._runner.waiting_seconds(), await self._outbox.oldest_unsent()
        except Busy:
            return  # the next check shows that the database is away
        for kind, seconds in waiting.items():
            JOB_AGE.set(seconds, {"kind": kind, "state": "waiting"})
        for kind, seconds in self._runner.running_seconds().items():
            JOB_AGE.set(seconds, {"kind": kind, "state": "running"})
        waited = (self._clock.now() - oldest).total_seconds() if oldest else 0.0
        OUTBOX_AGE.set(max(waited, 0.0), {})


async def _answers(what: str, ping: Callable[[], Awaitable[object]]) -> str:
    """Return an empty text when it answers in time, otherwise the reason why not."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            await ping()
    except Busy as busy:
        return busy.reason
    except TimeoutError:
        return say(
            "no_answer_within",
            "{what} does not answer within {seconds} s",
            what=what,
            seconds=f"{ANSWER_SECONDS:g}",
        )
    return ""
