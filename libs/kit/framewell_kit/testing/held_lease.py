"""A lease that nobody takes away."""

from collections.abc import Awaitable, Sequence
from typing import Any

from framewell_kit.documents.protocol import Document
from framewell_kit.facts import Outgoing
from framewell_kit.jobs.model import LeaseLost
from framewell_kit.jobs.store import Jobs


class HeldLease:
    """The lease of a job that was claimed, without renewals: it holds for as long as the test works on it."""

    cancelled = ""

    def __init__(self, jobs: Jobs, document: Document) -> None:
        self._jobs, self._document = jobs, document

    @property
    def epoch(self) -> int:
        """Return the fencing token."""
        return int(self._document["epoch"])

    def check(self) -> None:
        """Do nothing: the lease is held."""

    async def save(self, progress: dict[str, Any]) -> None:
        """Keep how far the work has come. Raises LeaseLost when the test let another worker claim the job."""
        if not await self._jobs.save(self._document, progress):
            raise LeaseLost(self._document["_id"])

    async def during(self, work: Awaitable[Sequence[Outgoing]]) -> Sequence[Outgoing]:
        """Return what the work returns."""
        return await work
