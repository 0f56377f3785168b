"""A run is asked for: by a published snapshot, by a fact, or by a call."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Protocol

from framewell.mesh.v1.mesh_pb2 import LANE_LIVE, Actor, Lane
from framewell.rights.v1.rights_pb2 import PURPOSE_OWN_TRAINING, Purpose
from framewell_contracts.json_mapping import enum_word
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, Rejected
from framewell_training.domain.runs import WAITS, Run, RunKey, RunState
from framewell_training.domain.snapshots import Snapshot
from framewell_training.ports import RunRepository
from framewell_training.recipes.identity.heads import Thresholds
from framewell_training.recipes.identity.parameters import IdentityParameters, InvalidParameter
from framewell_training.recipes.identity.recipe import NAME as IDENTITY

RECIPES: Mapping[str, Purpose.ValueType] = MappingProxyType({IDENTITY: PURPOSE_OWN_TRAINING})
"""Each recipe, and the purpose that a snapshot must have been published for."""


def _word(purpose: Purpose.ValueType) -> str:
    return enum_word(Purpose.DESCRIPTOR, purpose) or "none"


class JobQueue(Protocol):
    """Where work of seconds and minutes is put."""

    async def put(
        self, kind: str, key: str, payload: dict[str, Any], *, cause: Cause, lane: Lane.ValueType
    ) -> bool: ...


@dataclass(frozen=True, slots=True)
class RequestRun:
    """Register a run once and put its job. The same snapshot, recipe, parameters and seed are one run.

    Raises Rejected for a recipe or a parameter that does not exist and for a snapshot of another purpose
    (code `other_purpose`), Conflict for a withdrawn snapshot.
    """

    runs: RunRepository
    jobs: JobQueue
    clock: Clock
    thresholds: Thresholds

    async def __call__(
        self,
        snapshot: Snapshot,
        recipe: str,
        parameters: Mapping[str, str],
        seed: int,
        cause: Cause,
        *,
        actor: Actor | None = None,
    ) -> Run:
        key = self.key(snapshot, recipe, parameters, seed)
        if snapshot.withdrawn:
            raise Conflict(
                say(
                    "snapshot_withdrawn.training",
                    "snapshot {snapshot_id} was withdrawn and is not trained on: {reason}",
                    snapshot_id=key.snapshot_id,
                    reason=snapshot.withdrawn,
                )
            )
        return await self.queue(key, snapshot.published.dataset_id, cause, actor)

    async def queue(self, key: RunKey, dataset_id: str, cause: Cause, actor: Actor | None = None) -> Run:
        """Register the run of a key and put its job, both once; the run as it stands."""
        now = self.clock.now()
        run = Run(key.run_id, key, dataset_id, RunState.QUEUED, WAITS, 0.0, now, requested_by=actor)
        await self.runs.insert(run)
        # After the run: a job that finds no run has nothing to do. Put again where a crash came between.
        payload = {"dataset_id": dataset_id}
        await self.jobs.put(key.step.job_kind, run.run_id, payload, cause=cause, lane=LANE_LIVE)
        return await self.runs.get(run.run_id) or run

    def key(self, snapshot: Snapshot, recipe: str, parameters: Mapping[str, str], seed: int) -> RunKey:
        """Return the key with complete parameters. Raise Rejected for an unknown recipe or parameter."""
        if recipe not in RECIPES:
            raise Rejected(
                say(
                    "unknown_recipe",
                    "there is no recipe {recipe}; there is {known}",
                    recipe=f"{recipe!r}",
                    known=", ".join(RECIPES),
                )
            )
        published = snapshot.published
        if published.purpose != RECIPES[recipe]:
            raise Rejected(
                say(
                    "other_purpose",
                    "snapshot {snapshot_id} was published for the purpose {published}; recipe {recipe} "
                    "learns "
                    "from snapshots for {purpose} alone",
                    snapshot_id=published.snapshot_id,
                    published=_word(published.purpose),
                    recipe=recipe,
                    purpose=_word(RECIPES[recipe]),
                ),
            )
        try:
            complete = IdentityParameters.parse(parameters, self.thresholds)
        except InvalidParameter as error:
            raise Rejected(error.reason, code="invalid_parameter") from error
        return RunKey(snapshot.published.snapshot_id, recipe, complete.texts(), seed)
