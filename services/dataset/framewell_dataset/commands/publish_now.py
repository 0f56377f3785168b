"""A person asks for a snapshot now."""

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.sentences import say
from framewell_dataset.commands.publish_snapshot import PublishSnapshot
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.ports.snapshots import PublishQueue, SnapshotRepository
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class PublishNow:
    """Publishes the open batch without waiting for further decisions."""

    datasets: DatasetRepository
    snapshots: SnapshotRepository
    queue: PublishQueue
    publish: PublishSnapshot

    async def __call__(self, dataset_id: str, actor: Actor, cause: Cause) -> SnapshotPublished:
        """Return the snapshot; the newest one when nothing had changed since.

        Raises NotFound for an unknown dataset, Conflict when there was never anything to publish, Busy.
        """
        batch = await self.datasets.batch(dataset_id)
        # The batch's job ends what this call cannot, should its process die.
        await self.queue.request(dataset_id, batch, actor, cause)
        published = await self.publish(dataset_id, batch, actor, cause)
        if published is not None:
            return published
        newest = await self.snapshots.newest(dataset_id)
        if newest is None:
            raise Conflict(
                say(
                    "nothing_accepted",
                    "dataset {dataset_id} has no accepted sample to publish: accept one first",
                    dataset_id=dataset_id,
                )
            )
        return newest.published
