"""The work of jobs that others wait for, who learn when its last attempt has failed, too."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from framewell_kit.facts import Outgoing
from framewell_kit.jobs.model import RETRY_SECONDS, HandOver, Job, Lease, LeaseLost, Work
from framewell_kit.outcomes import Busy, NotYet, Rejected


@dataclass(frozen=True, slots=True)
class NoteLastFailure:
    """Do the work of a job, and have `note` write that nothing comes of it before its last failure ends it.

    Outcomes are no failures. Raises what the work raises. A job whose worker dies is not noted.
    """

    work: Work
    note: Callable[[Job], Awaitable[None]]

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        """Return the facts of the work."""
        try:
            return await self.work(job, lease)
        except (Busy, NotYet, Rejected, HandOver, LeaseLost):
            raise
        except Exception:
            if job.attempt > len(RETRY_SECONDS):
                await self.note(job)
            raise
