"""What a changed sample means for snapshots: withdraw those that hold it, ask for the next."""

from collections.abc import Iterable
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_contracts.identity import derived_id
from framewell_dataset.domain.samples import Sample
from framewell_dataset.domain.snapshots import SnapshotState, snapshot_id
from framewell_dataset.ports import PublishQueue, SnapshotStore
from framewell_kit.facts import Cause, Fact


@dataclass(frozen=True, slots=True)
class SnapshotUpkeep:
    """Idempotent: a withdrawn snapshot is not withdrawn again, a turn is asked for once."""

    snapshots: SnapshotStore
    queue: PublishQueue

    async def renew(self, dataset_id: str, actor: Actor, cause: Cause) -> str:
        """Ask for the dataset's next snapshot; its id, known before it is made."""
        turn = await self.snapshots.turn(dataset_id)
        await self.queue.ask(dataset_id, turn, actor, cause)
        return snapshot_id(dataset_id, turn)

    async def withdraw_with(
        self, samples: Iterable[Sample], reason: str, actor: Actor, cause: Cause
    ) -> list[str]:
        """Withdraw every snapshot that holds one of the samples; ids of those that were withdrawn.

        A draft is voided, so that it can never be published with them.
        """
        gone: dict[str, set[str]] = {}
        for sample in samples:
            for kept in await self.snapshots.containing(sample.sample_id):
                gone.setdefault(kept.published.snapshot_id, set()).add(sample.sample_id)
        for name, sample_ids in sorted(gone.items()):
            await self._withdraw(name, sorted(sample_ids), reason, actor, cause)
        return sorted(gone)

    async def _withdraw(
        self, name: str, sample_ids: list[str], reason: str, actor: Actor, cause: Cause
    ) -> None:
        while (kept := await self.snapshots.get(name)) is not None:
            if kept.state is SnapshotState.WITHDRAWN:
                return
            if kept.state is SnapshotState.DRAFT:
                if await self.snapshots.void(kept):
                    return
                continue
            dataset_id = kept.published.dataset_id
            told = SnapshotWithdrawn(
                snapshot_id=name,
                dataset_id=dataset_id,
                reason=reason,
                superseded_by=await self.renew(dataset_id, actor, cause),
                actor=actor,
                sample_ids=sample_ids,
            )
            fact = Fact(told, id=derived_id(name, "framewell.snapshot.withdrawn", ""))
            if await self.snapshots.withdraw(kept, told, fact, cause):
                return
