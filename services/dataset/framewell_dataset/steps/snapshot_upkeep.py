"""What a changed sample means for snapshots: withdraw those that hold it, request the next."""

from collections.abc import Iterable
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_contracts.identity import derived_id
from framewell_contracts.sentences import wording_of
from framewell_dataset.domain.samples import Sample
from framewell_dataset.domain.snapshots import SnapshotState, snapshot_id
from framewell_dataset.ports.catalogue import DatasetRepository
from framewell_dataset.ports.snapshots import PublishQueue, SnapshotRepository
from framewell_kit.facts import Cause, Fact


@dataclass(frozen=True, slots=True)
class SnapshotUpkeep:
    """Idempotent: a withdrawn snapshot is not withdrawn again, a batch's snapshot is requested once."""

    datasets: DatasetRepository
    snapshots: SnapshotRepository
    queue: PublishQueue

    async def request_next(self, dataset_id: str, actor: Actor, cause: Cause) -> str:
        """Request the dataset's next snapshot; return its id, which is known before it is made."""
        batch = await self.datasets.batch(dataset_id)
        await self.queue.request(dataset_id, batch, actor, cause)
        return snapshot_id(dataset_id, batch)

    async def withdraw_holding(self, sample: Sample, reason: str, actor: Actor, cause: Cause) -> None:
        """Withdraw every snapshot that holds the sample; void drafts, so that none is published with it."""
        names = [s.published.snapshot_id async for s in self.snapshots.containing(sample.sample_id)]
        await self.withdraw(names, reason, actor, cause)

    async def withdraw(self, names: Iterable[str], reason: str, actor: Actor, cause: Cause) -> None:
        """Withdraw snapshots by id; void drafts, so that none is published as it is."""
        for name in sorted(names):
            await self._withdraw(name, reason, actor, cause)

    async def _withdraw(self, name: str, reason: str, actor: Actor, cause: Cause) -> None:
        while (stored := await self.snapshots.get(name)) is not None:
            if stored.state is SnapshotState.WITHDRAWN:
                return
            if stored.state is SnapshotState.DRAFT:
                if await self.snapshots.void(stored):
                    return
                continue
            dataset_id = stored.published.dataset_id
            withdrawn = SnapshotWithdrawn(
                snapshot_id=name,
                dataset_id=dataset_id,
                reason=reason,
                wording=wording_of(reason),
                superseded_by=await self.request_next(dataset_id, actor, cause),
                actor=actor,
                withdrawn_sample_count=1,
            )
            fact = Fact(withdrawn, id=derived_id(name, "framewell.snapshot.withdrawn", ""))
            if await self.snapshots.withdraw(stored, withdrawn, fact, cause):
                return
