"""The next snapshot as a leased job, one a batch of the dataset."""

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Actor
from framewell_dataset.ports.snapshots import PUBLISH
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs


@dataclass(frozen=True, slots=True)
class PublishJobs:
    """Put once a batch: whoever changes the dataset before the batch is taken shares its job."""

    jobs: Jobs

    async def request(self, dataset_id: str, batch: int, actor: Actor, cause: Cause) -> None:
        payload = {"dataset_id": dataset_id, "batch": batch, "actor": actor.SerializeToString()}
        # A person waits for what follows: in the live lane, before any backfill.
        await self.jobs.put(PUBLISH, f"{dataset_id}/{batch}", payload, cause=cause, lane=LANE_LIVE)
