"""Which snapshot a request for a run means."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.training.v1.training_pb2 import TrainingRequested
from framewell_kit.outcomes import NotYet, Rejected
from framewell_training.domain.snapshots import Snapshot
from framewell_training.ports import SnapshotRepository


@dataclass(frozen=True, slots=True)
class FindSnapshot:
    """Find the snapshot that is named, or the newest of the dataset."""

    snapshots: SnapshotRepository

    async def __call__(self, fact: TrainingRequested) -> Snapshot:
        """Return the snapshot that is meant. Raise NotYet where it is not known, Rejected for another's."""
        if fact.snapshot_id:
            snapshot = await self.snapshots.get(fact.snapshot_id)
        else:
            snapshot = await self.snapshots.newest(fact.dataset_id)
        if snapshot is None:
            wanted = f"snapshot {fact.snapshot_id}" if fact.snapshot_id else "any snapshot"
            raise NotYet(
                f"training has not heard of {wanted} of dataset {fact.dataset_id}: publish one first"
            )
        if fact.dataset_id and snapshot.published.dataset_id != fact.dataset_id:
            raise Rejected(
                f"snapshot {fact.snapshot_id} belongs to dataset {snapshot.published.dataset_id},"
                f" not to {fact.dataset_id}",
                code="other_dataset",
            )
        return snapshot
