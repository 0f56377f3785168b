"""Remove a model that was taken in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import say
from framewell_inference.domain.outside_names import shipped_names
from framewell_inference.domain.registrations import without_version
from framewell_inference.ports.registrations import ModelObjects, ModelRegistrations
from framewell_inference.steps.change_registration import ChangeRegistration
from framewell_inference.steps.face_spaces import FaceSpaces
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class RemoveModel:
    """Take a version, or every version of a name, from all replicas and the object store.

    Runs under way finish, and what was observed stays. Raises Conflict for what was never taken in (models
    that ship, and folders of a machine's own), for the version in force while there are others, for an
    embedding that an identity model in force reads, and what a change raises; of a removal that broke off the
    rest goes then.
    """

    change: ChangeRegistration
    registrations: ModelRegistrations
    objects: ModelObjects
    spaces: FaceSpaces

    async def __call__(self, name: str, version: str, actor: Actor, cause: Cause) -> Sequence[ModelRef]:
        """Return what was removed; an empty `version` names all of them."""
        if name in shipped_names():
            raise Conflict(say("model_ships", "{model} ships: it cannot be removed", model=name))
        await self._refuse_what_is_read(name, version)
        try:
            before, after = await self.change(name, partial(without_version, version=version), actor, cause)
        except Conflict:
            await self._release_leftovers(name, version)
            raise
        left = {one.version for one in after.versions}
        gone = [ModelRef(name, one.version) for one in before.versions if one.version not in left]
        for ref in gone:
            await self.objects.release(ref)
        return gone

    async def _refuse_what_is_read(self, name: str, version: str) -> None:
        await self.spaces.follow()
        for one in (await self.registrations.get(name)).versions:
            ref = ModelRef(name, one.version)
            if version in {"", one.version} and self.spaces.is_used(ref):
                raise Conflict(
                    say(
                        "embedding_in_use",
                        "{model} describes the faces that identity models in force read: it goes when "
                        "another "
                        "version of these that reads another embedding was promoted",
                        model=ref,
                    )
                )

    async def _release_leftovers(self, name: str, version: str) -> None:
        """Let go of what a removal that broke off left of a version that is registered no more."""
        entry = await self.registrations.get(name)
        if version and version not in {one.version for one in entry.versions}:
            await self.objects.release(ModelRef(name, version))
