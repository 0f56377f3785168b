"""snapshot.withdrawn: what was made from it stops, is marked, and leaves service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_kit.facts import Cause, Outgoing
from framewell_training.domain.runs import RunStopped
from framewell_training.ports import DeploymentRepository, ModelRepository, RunRepository, SnapshotRepository
from framewell_training.steps.promote_model import PromoteModel


@dataclass(frozen=True, slots=True)
class WithdrawSnapshot:
    """Stop its runs and mark its models as ones to be trained again without it.

    A model of it in service stays until its successor when the snapshot was superseded (the successor is
    a second away, and goes in whatever its margin); otherwise it is replaced at once by an earlier one, or
    by none. A redelivery finds everything done.
    """

    snapshots: SnapshotRepository
    runs: RunRepository
    models: ModelRepository
    deployments: DeploymentRepository
    promoter: PromoteModel

    async def __call__(self, fact: SnapshotWithdrawn, cause: Cause) -> Sequence[Outgoing]:
        await self.snapshots.withdraw(fact)
        reason = f"snapshot {fact.snapshot_id} was withdrawn: {fact.reason}"
        for run in await self.runs.under_way(fact.dataset_id):
            if run.key.snapshot_id == fact.snapshot_id:
                await self.runs.stop(run.run_id, RunStopped("snapshot_withdrawn", reason))
        for model in await self.models.made_from(fact.snapshot_id):
            await self.models.withdraw(model, reason)
            in_service = await self.deployments.get(model.name)
            if in_service.version == model.version and not fact.superseded_by:
                await self.promoter.step_back(model.name, reason, cause)
        return ()
