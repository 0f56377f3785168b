"""Works on jobs: claims, renews leases, ends or gives back. One runner a process."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from uuid import uuid4

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Document
from framewell_kit.jobs.attempt import Attempt
from framewell_kit.jobs.lease import RenewedLease
from framewell_kit.jobs.model import JobKind, LeaseLost
from framewell_kit.jobs.store import Jobs, job_of
from framewell_kit.outcomes import Busy
from framewell_kit.stream.policy.quarantine import Quarantine
from framewell_kit.telemetry import handling, logger
from framewell_kit.telemetry.metrics import IN_FLIGHT, JOB_SECONDS, JOBS_ENDED

log = logger(__name__)

# What this process puts wakes it at once; other processes' jobs are found within this time.
POLL_SECONDS = 2.0


class JobRunner:
    """Runs the kinds of jobs a service declares, `permits` of each at a time and a few live ones beside.

    A running job that somebody cancels stops at the next look, POLL_SECONDS later at most.

    A job whose worker died while it ran is quarantined: it begins when all other jobs of this process have
    ended, nothing of any kind is claimed until it has ended, and no quarantined heavy record runs beside it
    (`quarantine`), so that neither is blamed for the other. While it waits it keeps its lease, and its start
    is not counted.
    """

    def __init__(
        self,
        jobs: Jobs,
        kinds: Sequence[JobKind],
        clock: Clock | None = None,
        quarantine: Quarantine | None = None,
    ) -> None:
        self._jobs, self._clock = jobs, clock or SystemClock()
        self._quarantine = quarantine or Quarantine()
        self._kinds = {kind.kind: kind for kind in kinds}
        self._wakes = {kind: asyncio.Event() for kind in self._kinds}
        self._running: dict[str, set[asyncio.Task[None]]] = {kind: set() for kind in self._kinds}
        self._began: dict[asyncio.Task[None], float] = {}
        self._archive: set[asyncio.Task[None]] = set()
        self._leases: dict[str, RenewedLease] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._reasons: dict[str, str] = {}
        self._worker = uuid4().hex
        self._claiming = asyncio.Lock()  # one at a time, so that at most one job is quarantined here
        self._quarantined: asyncio.Task[None] | None = None
        jobs.listen(self._wake)

    async def start(self) -> None:
        """Begin to claim."""
        if self._kinds:
            await self._jobs.prepare()
        self._loops = [asyncio.create_task(self._loop(kind)) for kind in self._kinds.values()]

    async def stop(self, seconds: float) -> None:
        """Claim no more, let jobs end within the time, and give back the rest for others to take at once."""
        for loop in self._loops:
            loop.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        tasks = self._tasks()
        if self._quarantined is not None and len(tasks) > 1:
            self._quarantined.cancel()  # it still waits for the others: another process begins it sooner
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("jobs given back unfinished", count=len(late))
                await asyncio.wait(late, timeout=2)

    def unready(self) -> list[str]:
        """Return the reasons why jobs are not claimed; empty when they are."""
        return [
            say("jobs_wait", "jobs {kind}: {why}", kind=kind, why=reason)
            for kind, reason in self._reasons.items()
            if reason
        ]

    def running_seconds(self) -> dict[str, float]:
        """Return how long the oldest running job of each kind has run in this process; 0 when none runs."""
        now = time.monotonic()
        return {
            kind: max((now - self._began[task] for task in running), default=0.0)
            for kind, running in self._running.items()
        }

    async def waiting_seconds(self) -> dict[str, float]:
        """Return how long the oldest waiting job of each kind has waited; 0 when none waits. Raises Busy."""
        now = self._clock.now()
        put = {kind: await self._jobs.oldest_waiting(kind) for kind in self._kinds}
        return {kind: max((now - when).total_seconds(), 0.0) if when else 0.0 for kind, when in put.items()}

    def _tasks(self) -> set[asyncio.Task[None]]:
        return {task for running in self._running.values() for task in running}

    def _wake(self, kind: str) -> None:
        if kind in self._wakes:
            self._wakes[kind].set()

    async def _loop(self, kind: JobKind) -> None:
        running, wake = self._running[kind.kind], self._wakes[kind.kind]
        while True:
            wake.clear()
            wait = POLL_SECONDS * random.uniform(0.75, 1.25)
            try:
                soonest = await self._jobs.revive(kind.kind)
                wait = min(wait, soonest + 0.01) if soonest is not None else wait
                if running:
                    await self._stop_cancelled(kind)
                while (room := self._room(kind)) and await self._claim(kind, live_only=room == "live"):
                    pass
                self._reasons[kind.kind] = ""
            except Busy as busy:
                self._reasons[kind.kind] = busy.reason
            except Exception as error:
                self._reasons[kind.kind] = say("claiming_fails", "claiming fails: {why}", why=repr(error))
                log.exception("claiming jobs failed, goes on", kind=kind.kind)
            try:
                async with asyncio.timeout(wait):
                    await wake.wait()
            except TimeoutError:
                continue

    async def _stop_cancelled(self, kind: JobKind) -> None:
        for job_id, reason in (await self._jobs.cancelled(kind.kind)).items():
            if (lease := self._leases.get(job_id)) is not None:
                lease.cancel(reason)

    def _room(self, kind: JobKind) -> str:
        """Return what may be claimed: `any` job, a `live` one, or "" for none."""
        running = self._running[kind.kind]
        if len(running) >= kind.permits + kind.live_permits:
            return ""
        return "any" if len(running & self._archive) < kind.permits else "live"

    async def _claim(self, kind: JobKind, *, live_only: bool) -> bool:
        """Claim one job and begin it; return False when none waits, or a quarantined one is here."""
        if not await self._jobs.any_waiting(kind.kind, live_only=live_only):
            return False
        async with self._claiming:
            if self._quarantined is not None:
                return False
            asked = self._clock.monotonic()
            document = await self._jobs.claim(
                kind.kind, self._worker, kind.lease_seconds, live_only=live_only
            )
            if document is None:
                return False
            lease = RenewedLease(self._jobs, document, kind.lease_seconds, self._clock, since=asked)
            quarantined = document["starts"] > 0
            task = asyncio.create_task(self._run(kind, document, lease, self._tasks() if quarantined else ()))
            if quarantined:
                self._quarantined = task
            self._running[kind.kind].add(task)
            self._began[task] = time.monotonic()
            self._leases[document["_id"]] = lease
            if document["lane"] != LANE_LIVE:
                self._archive.add(task)
            task.add_done_callback(lambda done: self._ended(kind, document, done))
            return True

    def _ended(self, kind: JobKind, document: Document, task: asyncio.Task[None]) -> None:
        self._running[kind.kind].discard(task)
        self._archive.discard(task)
        del self._began[task], self._leases[document["_id"]]
        self._wakes[kind.kind].set()
        if task is self._quarantined:
            self._quarantined = None
            for wake in self._wakes.values():
                wake.set()
        if not task.cancelled() and task.exception() is not None:
            log.error("job left to the next worker", id=document["_id"], exc_info=task.exception())

    async def _run(
        self, kind: JobKind, document: Document, lease: RenewedLease, beside: Collection[asyncio.Task[None]]
    ) -> None:
        job, started = job_of(document), time.monotonic()
        labels = {"kind": kind.kind}
        IN_FLIGHT.add(1, labels)
        with handling(job.cause, f"job {kind.kind}"):
            try:
                room = self._alone(document, beside)
                outcome = await Attempt(self._jobs, self._clock, kind, document, lease, room).run()
                log.info(
                    "job ended", id=job.id, outcome=outcome, seconds=round(time.monotonic() - started, 3)
                )
                JOBS_ENDED.add(1, {**labels, "outcome": outcome})
            except LeaseLost:
                log.warning("job lost to another worker", id=job.id, epoch=lease.epoch)
            except asyncio.CancelledError:
                reason = say("worker_stopped", "its worker had to stop")
                await asyncio.shield(
                    self._jobs.give_back(
                        document, seconds=0, reason=reason, failed=False, starts=document["starts"]
                    )
                )
                raise
            finally:
                await lease.stop()
                IN_FLIGHT.add(-1, labels)
                JOB_SECONDS.record(time.monotonic() - started, labels)

    @asynccontextmanager
    async def _alone(self, document: Document, beside: Collection[asyncio.Task[None]]) -> AsyncIterator[None]:
        """Wait until a quarantined job runs alone: jobs `beside` it and a quarantined record have ended."""
        if beside:
            log.info("job waits to run alone: its worker died before", id=document["_id"], beside=len(beside))
            await asyncio.wait(beside)
        async with self._quarantine.job(document["_id"]) if document["starts"] else nullcontext():
            yield
