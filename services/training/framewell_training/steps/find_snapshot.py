"""Which snapshot a request for a run means."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.training.v1.training_pb2 import TrainingRequested
from framewell_contracts.sentences import say
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
                say(
                    "snapshot_not_heard",
                    "training has not heard of {snapshot} of dataset {dataset_id}: publish one first",
                    snapshot=wanted,
                    dataset_id=fact.dataset_id,
                )
            )
        if fact.dataset_id and snapshot.published.dataset_id != fact.dataset_id:
            raise Rejected(
                say(
                    "other_dataset.training",
                    "snapshot {snapshot_id} belongs to dataset {dataset_id}, not to {wanted}",
                    snapshot_id=fact.snapshot_id,
                    dataset_id=snapshot.published.dataset_id,
                    wanted=fact.dataset_id,
                ),
            )
        return snapshot
