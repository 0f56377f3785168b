"""Put model versions into service and take them out: by the promotion policy, a person, or for rights."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.training.v1.training_pb2 import VERDICT_PROMOTED, VERDICT_WAITS
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, Conflict, NotFound
from framewell_training.domain.completion import promoted, retired, rule_actor
from framewell_training.domain.models import Deployment, Left, Model, unusable
from framewell_training.domain.reasons_to_promote import REASONS
from framewell_training.domain.snapshots import model_name
from framewell_training.ports import DeploymentRepository, ModelFolders, ModelRepository, UnreadableModel
from framewell_training.recipes.identity.heads import Thresholds
from framewell_training.steps.ask_permission import AskPermission


@dataclass(frozen=True, slots=True)
class PromoteModel:
    """Every change is one document and one fact with the next revision; a change that came between is seen.

    A version is nominated, then it is asked whether it may be used, then it enters: who takes something away
    writes that down, dismisses nominations, and looks at what serves. Repeating what is already so changes
    nothing.
    """

    models: ModelRepository
    deployments: DeploymentRepository
    folders: ModelFolders
    ask: AskPermission
    clock: Clock

    async def promote(self, name: str, version: str, actor: Actor, cause: Cause, reason: str = "") -> Model:
        """Put a version into service. Raise NotFound, or Conflict for one that may not be."""
        model = await self.candidate(name, version)
        before = await self.deployments.get(name)
        if before.version == version:
            await self.ask.for_model(model)
        elif not await self.enter(model, before, actor, cause, reason=reason):
            raise Busy(
                say(
                    "model_busy",
                    "{model} was changed by somebody else at this moment: look at it and try again",
                    model=name,
                )
            )
        return model

    async def candidate(self, name: str, version: str) -> Model:
        """Return a version that people may see. Raise NotFound."""
        model = await self.models.get(name, version)
        if model is None or (model.draft and not model.withdrawn):
            raise NotFound(
                say(
                    "model_unknown.candidate",
                    "there is no model {name}@{version}; list the candidates to see which there are",
                    name=name,
                    version=version,
                )
            )
        return model

    async def enter(
        self,
        model: Model,
        before: Deployment,
        actor: Actor,
        cause: Cause,
        left: Left | None = None,
        *,
        reason: str = "",
    ) -> bool:
        """Put a version into service unless something changed since `before`; return whether it went in.

        Raise NotAllowed for one that must not be used, also when that was written down this very moment, and
        Conflict for one whose files are not what its run made, and for one that a person holds back.
        """
        await self._allowed(model)
        await self._check(model)
        if not await self.deployments.nominate(before, model.version):
            return False
        fresh = await self.models.get(model.name, model.version)
        try:
            await self._allowed(fresh or model)
        except Conflict:
            await self.deployments.dismiss(model.name, model.version)
            raise
        stays = left or before.left
        if stays is not None and model.snapshot_number > stays.snapshot_number:
            stays = None
        fact = promoted(model, _now(actor, self.clock), before.revision + 1, reason)
        return await self.deployments.promote(before, fact, cause, stays) is not None

    async def rollback(self, name: str, actor: Actor, cause: Cause, reason: str = "") -> Model:
        """Put the previous version back into service. Raise NotFound, or Conflict when there is none.

        Versions that must not be used, and those that a person holds back, are passed over.
        """
        before = await self.deployments.get(name)
        if not before.history:
            raise NotFound(say("never_in_service", "no version of {model} was ever in service", model=name))
        for earlier in await self._earlier(before):
            if await self._entered(earlier, before, actor, cause, None, reason=reason):
                return earlier
        raise Conflict(
            say(
                "no_earlier_version",
                "{model} has no earlier version that may be used; promote a candidate instead",
                model=name,
            )
        )

    async def withdraw(self, model: Model, reason: str, cause: Cause) -> None:
        """Mark a model as one that must not be used, and take it out of service at once.

        Whoever calls this has written down what is gone. In its place comes the newest version that may be
        used: a later one that only waited because nothing in it was new, else an earlier one, else none.
        """
        await self.models.withdraw(model, reason)
        await self.deployments.dismiss(model.name, model.version)
        before = await self.deployments.get(model.name)
        if before.version == model.version:
            await self._replace(before, Left(model.snapshot_number, reason), cause)

    async def retire(self, before: Deployment, reason: str, cause: Cause) -> None:
        """Take what is in service out of it, with nothing in its place. Raise Busy after another change."""
        actor = rule_actor("promotion", self.clock.now())
        fact = retired(before.name, before.version, reason, actor, before.revision + 1)
        if await self.deployments.retire(before, fact, cause) is None:
            raise Busy(
                say("model_busy.task", "{model} is being changed by somebody else", model=before.name),
                retry_after=0.2,
            )

    async def _replace(self, before: Deployment, left: Left, cause: Cause) -> None:
        actor = rule_actor("rights", self.clock.now())
        for model in (*await self._successors(before, left), *await self._earlier(before)):
            if await self._entered(model, before, actor, cause, left):
                return
        gone = retired(before.name, before.version, left.reason, actor, before.revision + 1)
        if await self.deployments.retire(before, gone, cause, left) is None:
            raise Busy(
                say("model_busy.task", "{model} is being changed by somebody else", model=before.name),
                retry_after=0.2,
            )

    async def _entered(
        self,
        model: Model,
        before: Deployment,
        actor: Actor,
        cause: Cause,
        left: Left | None,
        *,
        reason: str = "",
    ) -> bool:
        """Return whether a version went in, False for one that may not. Raise Busy after another change."""
        try:
            entered = await self.enter(model, before, actor, cause, left, reason=reason)
        except Conflict:
            return False
        if not entered:
            raise Busy(
                say("model_busy.task", "{model} is being changed by somebody else", model=before.name),
                retry_after=0.2,
            )
        return True

    async def _successors(self, before: Deployment, left: Left) -> list[Model]:
        """Return later versions that were worse in nothing, newest first: they only lacked a reason.

        One that was in service before is none: a person went back from it.
        """
        later = await self.models.newer(before.name, left.snapshot_number)
        return [one for one in later if one.version not in before.entered and _worse_in_nothing(one)]

    async def _earlier(self, before: Deployment) -> list[Model]:
        found = [await self.models.get(before.name, one) for one in reversed(before.history)]
        return [one for one in found if one is not None and one.version != before.version]

    async def _allowed(self, model: Model) -> None:
        """Raise NotAllowed for a version that must not be used, Conflict for one that is held back."""
        await self.ask.for_model(model)
        if model.hold is not None:
            raise Conflict(
                say(
                    "model_held",
                    "{model} is held back by {principal}: {reason}. Release it before it goes into service",
                    model=model.ref,
                    principal=model.hold.actor.principal,
                    reason=model.hold.reason,
                )
            )

    async def _check(self, model: Model) -> None:
        """Raise Conflict unless the model's files are what its run made, for the dataset of that name."""
        if model.name != model_name(model.completed.dataset_id):
            raise Conflict(
                say(
                    "other_dataset.model",
                    "{model} was made from dataset {dataset_id}: it cannot serve as {name}",
                    model=model.ref,
                    dataset_id=model.completed.dataset_id,
                    name=model.name,
                )
            )
        try:
            files = await self.folders.read(model)
        except UnreadableModel as unreadable:
            raise Conflict(unusable(model.ref, unreadable.reason)) from unreadable
        thresholds = files.manifest.thresholds
        if not Thresholds(thresholds.get("hit", 0.0), thresholds.get("review", 0.0)).usable:
            raise Conflict(
                say(
                    "model_unusable.thresholds",
                    "{model} must not be used: its thresholds are no distances: {thresholds}",
                    model=model.ref,
                    thresholds=dict(thresholds),
                )
            )


def _worse_in_nothing(model: Model) -> bool:
    judged = model.completed.verdict in (VERDICT_WAITS, VERDICT_PROMOTED)
    return judged and all(check.passed for check in model.completed.checks if check.check not in REASONS)


def _now(actor: Actor, clock: Clock) -> Actor:
    """Return the actor with the time of this decision."""
    decided = Actor()
    decided.CopyFrom(actor)
    decided.decided_at.FromDatetime(clock.now())
    return decided
