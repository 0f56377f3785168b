"""Fetching as a leased job, one an asset."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_ingest.domain.assets import Asset
from framewell_ingest.ports import FETCH
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs


@dataclass(frozen=True, slots=True)
class FetchJobs:
    """FetchQueue on the mesh's jobs."""

    jobs: Jobs

    async def put(self, asset: Asset, cause: Cause) -> None:
        payload = {"work": asset.work().SerializeToString(), "uri": asset.request.uri}
        await self.jobs.put(FETCH, asset.asset_id, payload, cause=cause, lane=asset.request.lane)

    async def cancel(self, asset_id: str, reason: str) -> None:
        await self.jobs.cancel(FETCH, asset_id, reason)
