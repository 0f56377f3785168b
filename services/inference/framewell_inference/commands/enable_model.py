"""Let a declared model look at chunks, and no longer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell.model.v1.model_pb2 import ModelScope
from framewell_contracts.sentences import say
from framewell_inference.domain.face_spaces import describes_faces
from framewell_inference.domain.registrations import disabled_for, enabled_for
from framewell_inference.ports.models import LoadedModel, ModelRegistry
from framewell_inference.steps.change_registration import ChangeRegistration, loaded
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class EnableModel:
    """Enable the version in force of a name, on every replica, for all programmes or for some.

    A face embedding describes every face from then on, beside the one in force. Raises NotFound for a name
    that is not loaded, Conflict for a model that cannot look at chunks by what its manifest declares, and
    what a change raises.
    """

    registry: ModelRegistry
    change: ChangeRegistration

    async def __call__(
        self, name: str, scopes: Sequence[ModelScope], actor: Actor, cause: Cause
    ) -> LoadedModel:
        manifest = loaded(self.registry, name).model.manifest
        if describes_faces(manifest):
            if scopes:
                raise Conflict(
                    say(
                        "describes_faces",
                        "{model} describes faces: it is enabled for every programme, or for none, since "
                        "people are "
                        "compared across programmes",
                        model=manifest.ref,
                    )
                )
        elif manifest.analyser:
            raise Conflict(
                say(
                    "serves_analyser",
                    "{model} serves the analyser {analyser}, which looks at every programme",
                    model=name,
                    analyser=manifest.analyser,
                )
            )
        elif not manifest.declared:
            raise Conflict(
                say(
                    "only_answers",
                    "{model} declares no preprocessing and postprocessing, so it only answers requests: "
                    "import "
                    "a version that declares them",
                    model=manifest.ref,
                )
            )
        await self.change(name, partial(enabled_for, scopes=scopes), actor, cause)
        return loaded(self.registry, name)


@dataclass(frozen=True, slots=True)
class DisableModel:
    """Take that back, for all programmes or for some. What was observed stays.

    Raises NotFound for a name that is not loaded, and what a change raises.
    """

    registry: ModelRegistry
    change: ChangeRegistration

    async def __call__(
        self, name: str, scopes: Sequence[ModelScope], actor: Actor, cause: Cause
    ) -> LoadedModel:
        loaded(self.registry, name)
        await self.change(name, partial(disabled_for, scopes=scopes), actor, cause)
        return loaded(self.registry, name)
