"""snapshot.withdrawn: what was made from it stops, is marked, and leaves service."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.snapshot.v1.snapshot_pb2 import SnapshotWithdrawn
from framewell_contracts.sentences import worded
from framewell_kit.facts import Cause, Outgoing
from framewell_training.domain.runs import WITHDRAWN, RunStopped
from framewell_training.domain.snapshots import snapshot_withdrawn
from framewell_training.ports import ModelRepository, RunRepository, SnapshotRepository
from framewell_training.steps.promote_model import PromoteModel


@dataclass(frozen=True, slots=True)
class WithdrawSnapshot:
    """Stop its runs, and take its models out of service at once.

    In place of one in service comes the newest that still may be used, or none; the successor of a snapshot
    that was superseded follows by itself, whatever its margin. A redelivery finds everything done.
    """

    snapshots: SnapshotRepository
    runs: RunRepository
    models: ModelRepository
    promoter: PromoteModel

    async def __call__(self, fact: SnapshotWithdrawn, cause: Cause) -> Sequence[Outgoing]:
        await self.snapshots.withdraw(fact)
        reason = snapshot_withdrawn(fact.snapshot_id, worded(fact.reason, fact.wording))
        for run in await self.runs.under_way(fact.dataset_id):
            if run.key.snapshot_id == fact.snapshot_id:
                await self.runs.stop(run.run_id, RunStopped(WITHDRAWN, reason))
        for model in await self.models.made_from(fact.snapshot_id):
            await self.promoter.withdraw(model, reason, cause)
        return ()
