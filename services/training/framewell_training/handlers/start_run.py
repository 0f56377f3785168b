"""snapshot.published: the dataset's own recipe starts by itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_contracts.sentences import say
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import Conflict, Rejected
from framewell_training.domain.completion import failed
from framewell_training.domain.runs import RunKey, RunStopped, Step
from framewell_training.domain.snapshots import Snapshot
from framewell_training.ports import RunRepository, SnapshotRepository
from framewell_training.steps.request_run import RequestRun


@dataclass(frozen=True, slots=True)
class StartRun:
    """Remember the snapshot, stop challengers that it overtakes, and start its recipe.

    A redelivery finds the same run. A recipe that does not exist is a failed run, so that whoever waits
    for the dataset's model learns of it. A snapshot that was withdrawn before it arrived starts nothing.
    """

    snapshots: SnapshotRepository
    runs: RunRepository
    request: RequestRun

    async def __call__(self, fact: SnapshotPublished, cause: Cause) -> Sequence[Outgoing]:
        await self.snapshots.record(fact)
        await self._overtake(fact)
        if not fact.recipe:
            return ()
        snapshot = await self.snapshots.get(fact.snapshot_id) or Snapshot(fact)
        try:
            await self.request(snapshot, fact.recipe, {}, 0, cause, actor=fact.actor)
        except Rejected as refusal:
            run_id = RunKey(fact.snapshot_id, fact.recipe, {}, 0).run_id
            return [failed(run_id, fact.dataset_id, refusal.code, refusal.reason)]
        except Conflict:
            return ()
        return ()

    async def _overtake(self, fact: SnapshotPublished) -> None:
        order = RunStopped(
            "overtaken",
            say(
                "run_stopped.overtaken",
                "snapshot {number} of the dataset takes its place",
                number=fact.number,
            ),
        )
        for run in await self.runs.under_way(fact.dataset_id):
            older = await self.snapshots.get(run.key.snapshot_id)
            if run.key.step is Step.CHALLENGE and older and _is_overtaken(older.published, fact):
                await self.runs.stop(run.run_id, order)


def _is_overtaken(older: SnapshotPublished, newer: SnapshotPublished) -> bool:
    """Return whether a snapshot takes the place of another: one in another space stands beside it."""
    return older.number < newer.number and older.embedding == newer.embedding
