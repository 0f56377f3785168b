"""Re-labelling as a leased job of the mesh."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE
from framewell_inference.handlers.relabel import Relabel
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.jobs import Job, JobKind, Jobs, Lease
from framewell_models.manifest import ModelRef

KIND: Final = "relabel"


@dataclass(frozen=True, slots=True)
class StoredRelabelJobs:
    """The RelabelJobs port: one job a version and revision, in the live lane."""

    jobs: Jobs

    async def put(self, ref: ModelRef, revision: int, cause: Cause) -> None:
        payload = {"model": str(ref), "revision": revision}
        await self.jobs.put(KIND, f"{ref}/{revision}", payload, cause=cause, lane=LANE_LIVE)


def relabel_kind(relabel: Relabel) -> JobKind:
    """How such a job is done: one at a time, so that two versions do not race for the cores."""

    async def work(job: Job, lease: Lease) -> Sequence[Outgoing]:
        ref = ModelRef.parse(job.payload["model"])
        return [await relabel(ref, int(job.payload["revision"]), lease.check)]

    return JobKind(KIND, work)
