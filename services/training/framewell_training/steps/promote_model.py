"""Put model versions into service and take them out: by the promotion policy, a person, or for rights."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, Conflict, NotFound
from framewell_training.domain.completion import promoted, retired, rule_actor
from framewell_training.domain.models import Deployment, Model
from framewell_training.ports import DeploymentRepository, ModelRepository, SnapshotRepository


@dataclass(frozen=True, slots=True)
class PromoteModel:
    """Every change is one document and one fact with the next revision; a change that came between is seen.

    Repeating what is already so changes nothing.
    """

    models: ModelRepository
    deployments: DeploymentRepository
    snapshots: SnapshotRepository
    clock: Clock

    async def promote(self, name: str, version: str, actor: Actor, cause: Cause) -> Model:
        """Put a version into service. Raise NotFound, or Conflict for one that must not be used."""
        model = await self._usable(name, version)
        before = await self.deployments.get(name)
        if before.version != version and not await self.enter(model, before, actor, cause):
            raise Busy(f"{name} was changed by somebody else at this moment: look at it and try again")
        return model

    async def enter(self, model: Model, before: Deployment, actor: Actor, cause: Cause) -> bool:
        """Put a version into service unless something changed since `before`; whether it went in.

        The rights are looked at again afterwards: a withdrawal that arrived in between takes it out.
        """
        fact = promoted(model, _now(actor, self.clock), before.revision + 1)
        if await self.deployments.promote(before, fact, cause) is None:
            return False
        snapshot = await self.snapshots.get(model.snapshot_id)
        if snapshot is not None and snapshot.withdrawn and not snapshot.superseded_by:
            await self.step_back(model.name, snapshot.withdrawn, cause)
        return True

    async def rollback(self, name: str, actor: Actor, cause: Cause) -> Model:
        """Put the previous version back into service. Raise NotFound, or Conflict when there is none."""
        before = await self.deployments.get(name)
        if not before.history:
            raise NotFound(f"no version of {name} was ever in service")
        earlier = await self._earlier(before)
        if earlier is None:
            raise Conflict(f"{name} has no earlier version that may be used; promote a candidate instead")
        if not await self.enter(earlier, before, actor, cause):
            raise Busy(f"{name} was changed by somebody else at this moment: look at it and try again")
        return earlier

    async def step_back(self, name: str, reason: str, cause: Cause) -> None:
        """Replace the version in service by the newest earlier one that may be used, or by none."""
        actor = rule_actor("rights", self.clock.now())
        before = await self.deployments.get(name)
        if not before.version:
            return
        earlier = await self._earlier(before)
        if earlier is not None:
            fact = promoted(earlier, actor, before.revision + 1)
            changed = await self.deployments.promote(before, fact, cause)
        else:
            gone = retired(name, before.version, reason, actor, before.revision + 1)
            changed = await self.deployments.retire(before, gone, cause)
        if changed is None:
            raise Busy(f"{name} is being changed by somebody else", retry_after=0.2)

    async def _usable(self, name: str, version: str) -> Model:
        model = await self.models.get(name, version)
        if model is None:
            raise NotFound(f"there is no model {name}@{version}; list the candidates to see which there are")
        if model.withdrawn:
            raise Conflict(f"{model.ref} must not be used: {model.withdrawn}; train again without")
        return model

    async def _earlier(self, before: Deployment) -> Model | None:
        for version in reversed(before.history):
            model = await self.models.get(before.name, version) if version != before.version else None
            if model is not None and not model.withdrawn:
                return model
        return None


def _now(actor: Actor, clock: Clock) -> Actor:
    """Return the actor with the time of this decision."""
    decided = Actor()
    decided.CopyFrom(actor)
    decided.decided_at.FromDatetime(clock.now())
    return decided
