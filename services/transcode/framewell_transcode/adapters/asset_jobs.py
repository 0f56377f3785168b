"""Planning and sound as leased jobs: put once by asset and generation, done by whoever gets the lease."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs
from framewell_transcode.domain.jobs import PLAN, SOUND, asset_payload


@dataclass(frozen=True, slots=True)
class AssetJobs:
    """WorkQueue on the kit's jobs."""

    jobs: Jobs

    async def plan(self, asset: AssetIngested, cause: Cause) -> None:
        await self._put(PLAN, asset, cause)

    async def extract_audio(self, asset: AssetIngested, cause: Cause) -> None:
        await self._put(SOUND, asset, cause)

    async def _put(self, kind: str, asset: AssetIngested, cause: Cause) -> None:
        key = f"{asset.work.asset_id}/{asset.work.generation}"
        await self.jobs.put(kind, key, asset_payload(asset), cause=cause, lane=asset.work.lane)
