"""training.requested: a run by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.training.v1.training_pb2 import TrainingRequested
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Conflict, Rejected
from framewell_training.domain.completion import failed
from framewell_training.domain.runs import Run, RunKey
from framewell_training.steps.find_snapshot import FindSnapshot
from framewell_training.steps.request_run import RequestRun


@dataclass(frozen=True, slots=True)
class StartRequestedRun:
    """Start the run that was asked for. Raise NotYet while the snapshot has not arrived here.

    What cannot be run ends at once as a failed run, which says why. A redelivery finds the same run.
    """

    snapshots: FindSnapshot
    request: RequestRun

    async def __call__(self, fact: TrainingRequested, cause: Cause) -> Sequence[Outgoing]:
        try:
            await self.start(fact, cause)
        except (Rejected, Conflict) as refusal:
            run_id = RunKey(fact.snapshot_id, fact.recipe, dict(fact.parameters), fact.seed).run_id
            code = refusal.code if isinstance(refusal, Rejected) else "snapshot_withdrawn"
            return [failed(run_id, fact.dataset_id, code, refusal.reason)]
        return ()

    async def start(self, fact: TrainingRequested, cause: Cause) -> Run:
        """Return the run, new or found. Raise NotYet, Rejected or Conflict."""
        snapshot = await self.snapshots(fact)
        return await self.request(
            snapshot, fact.recipe, dict(fact.parameters), fact.seed, cause, actor=fact.actor
        )
