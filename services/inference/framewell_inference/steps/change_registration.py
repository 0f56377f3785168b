"""One change of what is registered of a name: read, changed, kept with its fact, followed on this replica."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_contracts.sentences import say
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.registrations import RegistrationError
from framewell_inference.ports.models import LoadedModel, ModelRegistry
from framewell_inference.ports.registrations import ModelRegistrations, RegisteredModels
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy, Conflict, NotFound, Rejected

TRIES: Final = 50
"""How often a change is tried before somebody else's changes of the name are waited for no longer."""

PAUSE_SECONDS: Final = 0.05
"""Longest pause between two tries."""

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

        A change that somebody else's came before is made again, of what the name is then. Raises Conflict for
        a change that cannot be made, Busy when others go on changing the name, or it cannot be kept or read.
        """
        before, kept = await self._kept(name, change, actor, cause)
        await self.models.follow(kept)
        return before, kept

    async def _kept(
        self, name: str, change: Change, actor: Actor, cause: Cause
    ) -> tuple[ModelRegistered, ModelRegistered]:
        for _ in range(TRIES - 1):
            try:
                return await self._once(name, change, actor, cause)
            except Busy:
                await asyncio.sleep(random.uniform(0, PAUSE_SECONDS))
        return await self._once(name, change, actor, cause)

    async def _once(
        self, name: str, change: Change, actor: Actor, cause: Cause
    ) -> tuple[ModelRegistered, ModelRegistered]:
        before = await self.registrations.get(name)
        try:
            after = change(before)
        except RegistrationError as error:
            raise Conflict(str(error)) from error
        if after == before and before.revision:
            return before, before
        after.actor.CopyFrom(actor)
        return before, await self.registrations.change(before, after, cause)


def loaded(registry: ModelRegistry, name: str, version: str = "") -> LoadedModel:
    """Return a model of this replica, the version in force where none is named.

    Raises NotFound for one that is not there, with the reason where it is in quarantine, and Conflict for
    identity models, which the training service puts into service.
    """
    if name.startswith(IDENTITY_PREFIX):
        raise Conflict(
            say(
                "identity_model",
                "{model} is an identity model: promote it in the training service instead",
                model=name,
            )
        )
    for one in registry.all():
        ref = one.model.manifest.ref
        if ref.name == name and (ref.version == version if version else one.in_force):
            return one
    for broken in registry.quarantined():
        if broken.name == name and version in {"", broken.version}:
            raise NotFound(
                say(
                    "model_quarantined",
                    "{model}@{version} is in quarantine: {reason}",
                    model=name,
                    version=broken.version,
                    reason=broken.reason,
                )
            )
    which = f"{name}@{version}" if version else name
    raise NotFound(
        say(
            "model_unknown.loaded", "{model} is not loaded: 'framewell models list' says what is", model=which
        )
    )


def loaded_or_refused(registry: ModelRegistry, name: str, version: str) -> LoadedModel:
    """Return the model that was just taken in. Raises Rejected when it could not be loaded after all."""
    try:
        return loaded(registry, name, version)
    except NotFound as missing:
        raise Rejected(missing.reason, code="bad_model") from missing
