"""A lease that renews itself while its work runs, and stops the work when it is lost."""

import asyncio
from collections.abc import Awaitable, Sequence
from typing import Any

from framewell_kit.cancellation import is_cancelled
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document
from framewell_kit.facts import Outgoing
from framewell_kit.jobs.model import LeaseLost
from framewell_kit.jobs.store import Jobs
from framewell_kit.telemetry import logger

log = logger(__name__)


class RenewedLease:
    """Renewed three times per lease. Lost when another worker has the job, or when it could not be renewed
    for a whole lease (the database is away, or this process was stopped and woke up as a zombie)."""

    def __init__(self, jobs: Jobs, document: Document, seconds: float, clock: Clock, since: float) -> None:
        """Begin to renew; `since` is the monotonic time before the claim: others count from then."""
        self._jobs, self._document = jobs, document
        self._seconds, self._clock = seconds, clock
        self._good_until = since + seconds
        self._lost = False
        self.cancelled = ""
        self._work: asyncio.Future[Sequence[Outgoing]] | None = None
        self._heart = asyncio.create_task(self._beat())

    @property
    def epoch(self) -> int:
        """Return the fencing token."""
        return int(self._document["epoch"])

    def check(self) -> None:
        """Raise LeaseLost when another worker may have the job."""
        if self._lost or self._clock.monotonic() > self._good_until:
            raise LeaseLost(self._document["_id"])

    async def save(self, progress: dict[str, Any]) -> None:
        """Keep how far the work has come."""
        self.check()
        if not await self._jobs.save(self._document, progress):
            self._lost = True
            raise LeaseLost(self._document["_id"])

    async def during(self, work: Awaitable[Sequence[Outgoing]]) -> Sequence[Outgoing]:
        """Run the work; it is cancelled when the lease is lost or somebody cancels the job."""
        self._work = asyncio.ensure_future(work)
        try:
            return await self._work
        except asyncio.CancelledError as error:
            if self._lost:
                raise LeaseLost(self._document["_id"]) from None
            if self.cancelled:
                return ()
            if is_cancelled():
                self._work.cancel()
                raise
            raise RuntimeError("something that the job waited for was cancelled") from error

    def cancel(self, reason: str) -> None:
        """Stop the work, since somebody cancelled the job."""
        self.cancelled = reason
        self._stop_work(lost=False)

    async def stop(self) -> None:
        """Stop renewing."""
        self._heart.cancel()
        await asyncio.gather(self._heart, return_exceptions=True)

    async def _beat(self) -> None:
        while True:
            await self._clock.sleep(self._seconds / 3)
            asked = self._clock.monotonic()
            try:
                async with asyncio.timeout(max(self._good_until - asked, 0)):
                    after = await self._jobs.renew(self._document, self._seconds)
            except Exception as error:  # noqa: BLE001 - whatever it is, the lease is not renewed
                log.warning("lease not renewed", id=self._document["_id"], error=repr(error))
                if self._clock.monotonic() >= self._good_until:
                    self._stop_work(lost=True)
                    return
                continue
            if after is None:
                self._stop_work(lost=True)
                return
            self._good_until = asked + self._seconds
            if after.get("cancelled"):
                self.cancel(str(after["cancelled"]))

    def _stop_work(self, *, lost: bool) -> None:
        self._lost = self._lost or lost
        if self._work is not None:
            self._work.cancel()
