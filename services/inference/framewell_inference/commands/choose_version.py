"""Choose which version of an imported model answers when a caller names none."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.model.v1.model_pb2 import ModelRegistered
from framewell_contracts.sentences import say
from framewell_inference.domain.face_spaces import describes_faces
from framewell_inference.domain.registrations import RegistrationError, in_force, scope_text
from framewell_inference.ports.models import LoadedModel, ModelRegistry
from framewell_inference.steps.change_registration import ChangeRegistration, loaded
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class ChooseVersion:
    """Put a version in force, on every replica.

    Raises NotFound for a version that is not loaded, Conflict for identity models (promotion puts them in
    force), for models of an analyser (whose version is a setting) and for a version that looks at nothing
    while its name is enabled, and what a change raises. Of a face embedding it is the version that is
    enabled; which describes faces for the identity models they say.
    """

    registry: ModelRegistry
    change: ChangeRegistration

    async def __call__(self, ref: ModelRef, actor: Actor, cause: Cause) -> LoadedModel:
        manifest = loaded(self.registry, ref.name, ref.version).model.manifest
        if manifest.analyser and not describes_faces(manifest):
            raise Conflict(
                say(
                    "version_is_setting",
                    "{model} serves the analyser {analyser}, whose version is a setting",
                    model=ref,
                    analyser=manifest.analyser,
                )
            )
        looks = manifest.declared or describes_faces(manifest)
        await self.change(ref.name, partial(_chosen, ref=ref, looks=looks), actor, cause)
        return loaded(self.registry, ref.name, ref.version)


def _chosen(entry: ModelRegistered, ref: ModelRef, *, looks: bool) -> ModelRegistered:
    if entry.enabled and not looks:
        raise RegistrationError(
            f"{ref} declares no preprocessing and postprocessing, so nothing would look at "
            f"{', '.join(map(scope_text, entry.enabled))} any more: disable {ref.name} first"
        )
    return in_force(entry, ref.version)
