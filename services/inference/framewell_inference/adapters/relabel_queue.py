"""Re-labelling as a leased job of the mesh."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.ports.models import RELABEL_JOB
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs
from framewell_kit.jobs.store import has_ended
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class LeasedRelabelQueue:
    """RelabelQueue on leased jobs, in the live lane: people wait for names."""

    jobs: Jobs

    async def put(self, ref: ModelRef, revision: int, cause: Cause) -> None:
        payload = {"model": str(ref), "revision": revision}
        await self.jobs.put(RELABEL_JOB, _key(ref, revision), payload, cause=cause, lane=LANE_LIVE)

    async def ended(self, ref: ModelRef, revision: int) -> bool:
        document = await self.jobs.get(RELABEL_JOB, _key(ref, revision))
        return document is None or has_ended(document)  # jobs that ended long ago are deleted


def _key(ref: ModelRef, revision: int) -> str:
    return f"{ref}/{revision}"
