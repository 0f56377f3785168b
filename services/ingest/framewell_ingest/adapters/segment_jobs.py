"""Segments fetched, and recordings closed, by leased jobs."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_ingest.ports import CLOSE, SEGMENT
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs


@dataclass(frozen=True, slots=True)
class SegmentJobs:
    """SegmentQueue on the mesh's jobs."""

    jobs: Jobs

    async def fetch(self, asset_id: str, sequence: int, cause: Cause, *, is_new: bool) -> None:
        if is_new:
            await self.jobs.forget(SEGMENT, f"{asset_id}/{sequence}")  # one that ended had it from elsewhere
        await self._put(SEGMENT, asset_id, sequence, cause)

    async def close(self, asset_id: str, closing: int, cause: Cause) -> None:
        await self.jobs.forget(CLOSE, f"{asset_id}/{closing}")  # one that ended found nothing to close
        await self._put(CLOSE, asset_id, closing, cause)

    async def _put(self, kind: str, asset_id: str, number: int, cause: Cause) -> None:
        caused = cause._replace(subject=asset_id)
        await self.jobs.put(kind, f"{asset_id}/{number}", {"number": number}, cause=caused, lane=LANE_LIVE)
