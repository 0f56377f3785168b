"""The work of jobs about assets, which ends once its asset is gone or its generation replaced."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from framewell_kit.facts import Outgoing
from framewell_kit.jobs.model import Job, Lease, Work
from framewell_kit.tombstones import Forget, Tombstones, asset_subject
from framewell_kit.watched_work import until_unwanted


@dataclass(frozen=True, slots=True)
class WorkUnlessGone:
    """Do the work of a job whose key is the id of an asset, or begins with it and a slash.

    The counterpart of `UnlessGone`: tombstones are asked before the work, while it runs and after it wrote.
    Of an asset that is gone nothing stays and no fact leaves, also when an earlier worker died over the job.
    A job that `is_current` denies, since its asset is worked on anew, ends without a fact, also midway.
    """

    work: Work
    tombstones: Tombstones
    forget: Forget
    is_current: Callable[[Job], Awaitable[bool]] | None = None

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        """Return the facts of the work, none for an asset that is gone or a job that was replaced."""
        asset_id = job.key.partition("/")[0]

        async def gone() -> bool:
            return await self.tombstones.find(asset_subject(asset_id)) is not None

        async def unwanted() -> bool:
            return await gone() or (self.is_current is not None and not await self.is_current(job))

        facts: Sequence[Outgoing] | None = None
        if not await unwanted():
            facts = await until_unwanted(self.work(job, lease), unwanted)
        if await gone():
            await self.forget(asset_id)
            return ()
        return facts or ()
