"""The work of jobs about assets, which ends once its asset is gone."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from framewell_kit.facts import Outgoing
from framewell_kit.jobs.model import Job, Lease, Work
from framewell_kit.tombstones import Forget, Tombstones, asset_subject

LOOK_SECONDS = 1.0
"""So often a running job looks whether its asset is gone."""


@dataclass(frozen=True, slots=True)
class WorkUnlessGone:
    """Do the work of a job whose key is the id of an asset, or begins with it and a slash.

    The counterpart of `UnlessGone`: tombstones are asked before the work, while it runs and after it wrote.
    Of an asset that is gone nothing stays and no fact leaves, also when an earlier worker died over the job.
    """

    work: Work
    tombstones: Tombstones
    forget: Forget

    async def __call__(self, job: Job, lease: Lease) -> Sequence[Outgoing]:
        """Return the facts of the work, none for an asset that is gone."""
        asset_id = job.key.partition("/")[0]
        gone = await self._is_gone(asset_id)
        facts: Sequence[Outgoing] = ()
        if not gone:
            working = asyncio.ensure_future(self.work(job, lease))
            try:
                gone = await self._until_done_or_gone(working, asset_id)
            finally:
                if not working.done():
                    working.cancel()
                    await asyncio.wait([working])
            facts = () if gone else working.result()
            gone = gone or await self._is_gone(asset_id)
        if gone:
            await self.forget(asset_id)
            return ()
        return facts

    async def _until_done_or_gone(self, working: "asyncio.Future[Sequence[Outgoing]]", asset_id: str) -> bool:
        while True:
            done, _ = await asyncio.wait([working], timeout=LOOK_SECONDS)
            if done:
                return False
            if await self._is_gone(asset_id):
                return True

    async def _is_gone(self, asset_id: str) -> bool:
        return await self.tombstones.find(asset_subject(asset_id)) is not None
