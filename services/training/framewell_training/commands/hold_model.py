"""A person holds a candidate back, so that no rule puts it into service, or releases it."""

from __future__ import annotations

from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, Conflict, Rejected
from framewell_training.domain import completion
from framewell_training.domain.models import Hold, Model
from framewell_training.ports import DeploymentRepository, ModelRepository
from framewell_training.steps.promote_model import PromoteModel


@dataclass(frozen=True, slots=True)
class HoldModel:
    """Written down first; a version that is about to enter service is then dismissed.

    Whoever puts a version into service nominates it, asks whether it is held, and lets it in then. So either
    the hold is seen there, or the nomination is found here. A second hold leaves the first one as it is.
    """

    models: ModelRepository
    deployments: DeploymentRepository
    promoter: PromoteModel
    clock: Clock

    async def hold(self, name: str, version: str, reason: str, actor: Actor, cause: Cause) -> Model:
        """Hold a version back. Raise NotFound, Rejected without a reason, Conflict for one in service."""
        model = await self.promoter.candidate(name, version)
        made = self._decision(reason, actor)
        if model.hold is not None:
            return model
        if model.withdrawn:
            raise Conflict(
                say(
                    "model_unusable.withdrawn",
                    "{model} must not be used anyway: {reason}",
                    model=model.ref,
                    reason=model.withdrawn,
                )
            )
        await self._refuse_in_service(model)
        held = await self._write(model, made, made, cause)
        await self.deployments.dismiss(name, version)
        await self._release_if_it_entered(held, cause)
        return held

    async def release(self, name: str, version: str, reason: str, actor: Actor, cause: Cause) -> Model:
        """Release a version. Raise NotFound, or Rejected without a reason."""
        model = await self.promoter.candidate(name, version)
        made = self._decision(reason, actor)
        return model if model.hold is None else await self._write(model, None, made, cause)

    async def _write(self, model: Model, hold: Hold | None, made: Hold, cause: Cause) -> Model:
        fact = completion.held(model, made, now=hold is not None)
        after = await self.models.hold(model, hold, fact, cause)
        if after is None:
            raise Busy(
                say(
                    "model_busy",
                    "{model} was changed by somebody else at this moment: look at it and try again",
                    model=model.ref,
                )
            )
        return after

    async def _release_if_it_entered(self, held: Model, cause: Cause) -> None:
        """Take a hold back that came too late, so that nothing in service reads as held."""
        try:
            await self._refuse_in_service(held)
        except Conflict:
            await self._write(held, None, self._decision("it had entered service", _rule(self.clock)), cause)
            raise

    async def _refuse_in_service(self, model: Model) -> None:
        if (await self.deployments.get(model.name)).version == model.version:
            raise Conflict(
                say(
                    "model_in_service",
                    "{model} is in service: go back to the version before, then hold this one",
                    model=model.ref,
                )
            )

    def _decision(self, reason: str, actor: Actor) -> Hold:
        if not reason.strip():
            raise Rejected(
                say("no_reason", "say why: the reason stands beside the model for whoever looks at it")
            )
        decided = Actor()
        decided.CopyFrom(actor)
        decided.decided_at.FromDatetime(self.clock.now())
        return Hold(reason.strip(), decided)


def _rule(clock: Clock) -> Actor:
    return completion.rule_actor("promotion", clock.now())
