"""One attempt at a job: its work is done, and the job ends, waits for another attempt or is given up."""

import traceback
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol

from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document
from framewell_kit.facts import Outgoing
from framewell_kit.jobs.model import MAX_ATTEMPTS, RETRY_SECONDS, HandOver, Job, JobKind, Lease, LeaseLost
from framewell_kit.jobs.store import Jobs, job_of
from framewell_kit.outcomes import Busy, NotYet, Rejected
from framewell_kit.stream.policy.quarantine import killed_its_worker
from framewell_kit.stream.policy.retry import Reason
from framewell_kit.telemetry import logger

log = logger(__name__)

# How long a write that must not be lost waits between two tries while the database is away.
AWAY_SECONDS = 2.0


class WorkLease(Lease, Protocol):
    """A lease that work runs under."""

    @property
    def cancelled(self) -> str:
        """Return why the job is cancelled; empty while it is not."""
        ...

    async def during(self, work: Awaitable[Sequence[Outgoing]]) -> Sequence[Outgoing]:
        """Return what the work returns. Raises LeaseLost when the lease is lost before its end."""
        ...


@dataclass(frozen=True, slots=True)
class Attempt:
    """One worker's attempt at the job in `document`, which it has claimed.

    `room` is entered before the work begins and its start is counted: whatever has to be waited for first.
    """

    jobs: Jobs
    clock: Clock
    kind: JobKind
    document: Document
    lease: WorkLease
    room: AbstractAsyncContextManager[None]

    async def run(self) -> str:
        """Do the work; return how it went: `done`, `failed` (for good, or for now), `waits` or `continues`.

        Raises LeaseLost when somebody else has the job.
        """
        job, reason = job_of(self.document), _hopeless(self.document)
        try:
            if reason is None:
                facts = await self.lease.during(self._work(job))
                if not self.lease.cancelled:
                    return await self._end("done", facts or ())
                reason = Reason(self.lease.cancelled, "cancelled")
        except (Busy, NotYet) as wait:
            await self._retry_later(wait.retry_after, wait.reason, failed=False)
            return "waits"
        except HandOver:
            await self._insist(lambda: self.jobs.hand_over(self.document))
            return "continues"
        except Rejected as refusal:  # by the work, or its facts are too large to leave
            reason = Reason(refusal.reason, refusal.code)
        except LeaseLost:
            raise
        except Exception as error:  # noqa: BLE001 - a bug of a job must not stop the others
            return await self._failed(job, error)
        return await self._give_up(job, reason)

    async def _work(self, job: Job) -> Sequence[Outgoing]:
        async with self.room:
            await self._insist(lambda: self.jobs.start(self.document))
            return await self.kind.work(job, self.lease)

    async def _failed(self, job: Job, error: Exception) -> str:
        text = "".join(traceback.format_exception(error))
        log.error("job failed", id=job.id, attempt=job.attempt, error=repr(error), traceback=text)
        reason = Reason(f"{type(error).__name__}: {error}"[:500], "failed")
        if job.attempt <= len(RETRY_SECONDS):
            await self._retry_later(RETRY_SECONDS[job.attempt - 1], reason, failed=True)
            return "failed"
        return await self._give_up(job, reason)

    async def _give_up(self, job: Job, reason: Reason) -> str:
        log.error("job given up", id=job.id, reason=str(reason), code=reason.code)
        facts: Sequence[Outgoing] = ()
        try:
            facts = self.kind.gave_up(job, reason.for_senders()) if self.kind.gave_up is not None else ()
        except Exception:  # the job must end all the same
            log.exception("gave_up failed: no fact says that the job was given up", id=job.id)
        return await self._end("failed", facts, reason)

    async def _end(self, state: str, facts: Sequence[Outgoing], reason: Reason | None = None) -> str:
        """End the job; what was done must not be lost. Raises LeaseLost."""
        sentence, code = (reason.sentence, reason.code) if reason is not None else ("", "")
        await self._insist(lambda: self.jobs.end(self.document, state, facts, reason=sentence, code=code))
        return state

    async def _insist(self, write: Callable[[], Awaitable[bool]]) -> None:
        """Write, and try on while the database is away. Raises LeaseLost."""
        while True:
            try:
                if not await write():
                    raise LeaseLost(self.document["_id"])
            except Busy as busy:
                log.warning("job cannot be written yet", id=self.document["_id"], reason=busy.reason)
                await self.clock.sleep(AWAY_SECONDS)
            else:
                return

    async def _retry_later(self, seconds: float, reason: str, *, failed: bool) -> None:
        if not await self.jobs.give_back(self.document, seconds=seconds, reason=reason, failed=failed):
            raise LeaseLost(self.document["_id"])


def _hopeless(document: Document) -> Reason | None:
    """Return why the job should not even be begun, or None."""
    if document.get("cancelled"):
        return Reason(document["cancelled"], "cancelled")
    died = document["starts"]
    if died >= MAX_ATTEMPTS - 1:
        return Reason(killed_its_worker(died), "killed_its_worker")
    return None
