"""One change of what is registered of a name: read, changed, kept with its fact, followed on this replica."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.registrations import RegistrationError
from framewell_inference.ports.models import LoadedModel, ModelRegistry
from framewell_inference.ports.registrations import ModelRegistrations, RegisteredModels
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict, NotFound, Rejected

Change = Callable[[ModelRegistered], ModelRegistered]
"""Returns the entry as it is to be. Raises RegistrationError."""


@dataclass(frozen=True, slots=True)
class ChangeRegistration:
    """Changes what every replica knows of a name."""

    registrations: ModelRegistrations
    models: RegisteredModels

    async def __call__(
        self, name: str, change: Change, actor: Actor, cause: Cause
    ) -> tuple[ModelRegistered, ModelRegistered]:
        """Return the entry before and after; a change that changes nothing makes no fact.

        Raises Conflict for a change that cannot be made, Busy when somebody else changed the
        name at the same time.
        """
        before = await self.registrations.get(name)
        try:
            after = change(before)
        except RegistrationError as error:
            raise Conflict(str(error)) from error
        if after == before and before.revision:
            return before, before
        after.actor.CopyFrom(actor)
        kept = await self.registrations.change(before, after, cause)
        await self.models.follow(kept)
        return before, kept


def loaded(registry: ModelRegistry, name: str, version: str = "") -> LoadedModel:
    """Return a model of this replica, the version in force where none is named.

    Raises NotFound for one that is not there, with the reason where it is in quarantine, and Conflict for
    identity models, which the training service puts into service.
    """
    if name.startswith(IDENTITY_PREFIX):
        raise Conflict(f"{name} is an identity model: promote it in the training service instead")
    for one in registry.all():
        ref = one.model.manifest.ref
        if ref.name == name and (ref.version == version if version else one.in_force):
            return one
    for broken in registry.quarantined():
        if broken.name == name and version in {"", broken.version}:
            raise NotFound(f"{name}@{broken.version} is in quarantine: {broken.reason}")
    which = f"{name}@{version}" if version else name
    raise NotFound(f"{which} is not loaded; ListModels says what is")


def loaded_or_refused(registry: ModelRegistry, name: str, version: str) -> LoadedModel:
    """Return the model that was just taken in. Raises Rejected when it could not be loaded after all."""
    try:
        return loaded(registry, name, version)
    except NotFound as missing:
        raise Rejected(missing.reason, code="bad_model") from missing
