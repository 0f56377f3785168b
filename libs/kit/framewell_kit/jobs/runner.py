"""Works on jobs: claims, renews leases, ends or gives back. One runner a process."""

import asyncio
import random
import time
import traceback
from collections.abc import Awaitable, Callable, Collection, Sequence
from contextlib import nullcontext
from uuid import uuid4

from framewell_kit.clock import Clock, SystemClock
from framewell_kit.documents.protocol import Document
from framewell_kit.facts import Outgoing
from framewell_kit.jobs.lease import RenewedLease
from framewell_kit.jobs.model import MAX_STARTS, RETRY_SECONDS, Job, JobKind, LeaseLost
from framewell_kit.jobs.store import Jobs, job_of
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.declare import Reason
from framewell_kit.suspects import Suspects
from framewell_kit.telemetry import handling, logger
from framewell_kit.telemetry.metrics import IN_FLIGHT, JOB_SECONDS, JOBS_ENDED

log = logger(__name__)

# What this process puts wakes it at once; other processes' jobs are found within this time.
POLL_SECONDS = 2.0
AWAY_SECONDS = 2.0


class JobRunner:
    """Runs the kinds of jobs a service declares, `permits` of each at a time.

    A job that was at work when its worker died is a suspect: it begins when all that run in this process have
    ended, and nothing of any kind is claimed until it has ended, so that nobody else pays for what it does,
    or it for them; nor does it begin beside a heavy record that is one (`suspects`). While it waits it keeps
    its lease, and its start is not counted.
    """

    def __init__(
        self,
        jobs: Jobs,
        kinds: Sequence[JobKind],
        clock: Clock | None = None,
        suspects: Suspects | None = None,
    ) -> None:
        self._jobs, self._clock = jobs, clock or SystemClock()
        self._suspects = suspects or Suspects()
        self._kinds = {kind.kind: kind for kind in kinds}
        self._wakes = {kind: asyncio.Event() for kind in self._kinds}
        self._running: dict[str, set[asyncio.Task[None]]] = {kind: set() for kind in self._kinds}
        self._began: dict[asyncio.Task[None], float] = {}
        self._loops: list[asyncio.Task[None]] = []
        self._reasons: dict[str, str] = {}
        self._worker = uuid4().hex
        self._claiming = asyncio.Lock()  # one at a time, so that at most one suspect is here
        self._suspect: asyncio.Task[None] | None = None
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
        if self._suspect is not None and len(tasks) > 1:
            self._suspect.cancel()  # it still waits for the others: another process begins it sooner
        if tasks:
            _, late = await asyncio.wait(tasks, timeout=seconds)
            for task in late:
                task.cancel()
            if late:
                log.warning("jobs given back unfinished", count=len(late))
                await asyncio.wait(late, timeout=2)

    def why(self) -> list[str]:
        """What keeps jobs from being claimed; empty when nothing does."""
        return [f"jobs {kind}: {reason}" for kind, reason in self._reasons.items() if reason]

    def running_seconds(self) -> dict[str, float]:
        """For how long this process has had the oldest running job of each kind; 0 when none runs."""
        now = time.monotonic()
        return {
            kind: max((now - self._began[task] for task in running), default=0.0)
            for kind, running in self._running.items()
        }

    async def waiting_seconds(self) -> dict[str, float]:
        """For how long the oldest waiting job of each kind has waited; 0 when none waits. Raises Busy."""
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
                if len(running) < kind.permits and await self._jobs.any_waiting(kind.kind):
                    while len(running) < kind.permits and await self._claim(kind):
                        pass
                self._reasons[kind.kind] = ""
            except Busy as busy:
                self._reasons[kind.kind] = busy.reason
            except Exception as error:
                self._reasons[kind.kind] = f"claiming fails: {error!r}"
                log.exception("claiming jobs failed, goes on", kind=kind.kind)
            try:
                async with asyncio.timeout(wait):
                    await wake.wait()
            except TimeoutError:
                continue

    async def _claim(self, kind: JobKind) -> bool:
        """Claim one job and begin it; False when none waits, or a suspect is here."""
        async with self._claiming:
            if self._suspect is not None:
                return False
            asked = self._clock.monotonic()
            document = await self._jobs.claim(kind.kind, self._worker, kind.lease_seconds)
            if document is None:
                return False
            lease = RenewedLease(self._jobs, document, kind.lease_seconds, self._clock, since=asked)
            suspect = document["starts"] > 0
            task = asyncio.create_task(self._run(kind, document, lease, self._tasks() if suspect else ()))
            if suspect:
                self._suspect = task
            self._running[kind.kind].add(task)
            self._began[task] = time.monotonic()
            task.add_done_callback(lambda done: self._ended(kind, document, done))
            return True

    def _ended(self, kind: JobKind, document: Document, task: asyncio.Task[None]) -> None:
        self._running[kind.kind].discard(task)
        del self._began[task]
        self._wakes[kind.kind].set()
        if task is self._suspect:
            self._suspect = None
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
                outcome = await self._attempt(kind, job, document, lease, beside)
                log.info(
                    "job ended", id=job.id, outcome=outcome, seconds=round(time.monotonic() - started, 3)
                )
                JOBS_ENDED.add(1, {**labels, "outcome": outcome})
            except LeaseLost:
                log.warning("job lost to another worker", id=job.id, epoch=lease.epoch)
            except asyncio.CancelledError:
                reason = "its worker was told to stop"
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

    async def _attempt(
        self,
        kind: JobKind,
        job: Job,
        document: Document,
        lease: RenewedLease,
        beside: Collection[asyncio.Task[None]],
    ) -> str:
        reason = _hopeless(document)
        try:
            if reason is None:
                facts = await lease.during(self._work(kind, job, document, lease, beside))
                if not lease.cancelled:
                    return await self._end(document, "done", facts or ())
                reason = Reason(lease.cancelled, "cancelled")
        except (Busy, NotYet) as wait:
            await self._later(document, wait.retry_after, wait.reason, failed=False)
            return "waits"
        except Rejected as refusal:  # by the work, or its facts are too large to leave
            reason = Reason(refusal.reason, refusal.code)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of a job must not stop the others
            return await self._failed(kind, job, document, error)
        return await self._give_up(kind, job, document, reason)

    async def _work(
        self,
        kind: JobKind,
        job: Job,
        document: Document,
        lease: RenewedLease,
        beside: Collection[asyncio.Task[None]],
    ) -> Sequence[Outgoing]:
        """Do it with its start counted; a suspect once all `beside` it have ended. Raises LeaseLost."""
        if beside:
            log.info("job waits to run alone: its worker died before", id=job.id, beside=len(beside))
            await asyncio.wait(beside)
        async with self._suspects.job(job.id) if document["starts"] else nullcontext():
            await self._insist(document, lambda: self._jobs.start(document))
            return await kind.work(job, lease)

    async def _failed(self, kind: JobKind, job: Job, document: Document, error: Exception) -> str:
        told = "".join(traceback.format_exception(error))
        log.error("job failed", id=job.id, attempt=job.attempt, error=repr(error), traceback=told)
        reason = f"{type(error).__name__}: {error}"[:500]
        if job.attempt <= len(RETRY_SECONDS):
            await self._later(document, RETRY_SECONDS[job.attempt - 1], reason, failed=True)
            return "failed"
        return await self._give_up(kind, job, document, Reason(reason, "failed"))

    async def _give_up(self, kind: JobKind, job: Job, document: Document, reason: Reason) -> str:
        log.error("job given up", id=job.id, reason=str(reason), code=reason.code)
        facts: Sequence[Outgoing] = ()
        try:
            facts = kind.gave_up(job, reason) if kind.gave_up is not None else ()
        except Exception:  # the job must end all the same
            log.exception("gave_up failed: nobody is told that the job was given up", id=job.id)
        return await self._end(document, "failed", facts, reason)

    async def _end(
        self, document: Document, state: str, facts: Sequence[Outgoing], reason: Reason | None = None
    ) -> str:
        """End it; its work is done and must not be lost. Raises LeaseLost."""
        told, code = (str(reason), reason.code) if reason is not None else ("", "")
        await self._insist(document, lambda: self._jobs.end(document, state, facts, reason=told, code=code))
        return state

    async def _insist(self, document: Document, write: Callable[[], Awaitable[bool]]) -> None:
        """Write it, and while the database is away try on. Raises LeaseLost."""
        while True:
            try:
                if not await write():
                    raise LeaseLost(document["_id"])
            except Busy as busy:
                log.warning("job cannot be written yet", id=document["_id"], reason=busy.reason)
                await self._clock.sleep(AWAY_SECONDS)
            else:
                return

    async def _later(self, document: Document, seconds: float, reason: str, *, failed: bool) -> None:
        if not await self._jobs.give_back(document, seconds=seconds, reason=reason, failed=failed):
            raise LeaseLost(document["_id"])


def _hopeless(document: Document) -> Reason | None:
    """Why the job should not even be begun, or None."""
    if document.get("cancelled"):
        return Reason(document["cancelled"], "cancelled")
    died = document["starts"]
    if died >= MAX_STARTS - 1:
        return Reason(f"it was started {died} times and its worker died every time", "killed_its_worker")
    return None
