"""model.promoted, model.retired: every replica learns which identity models there are, and warms them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_inference.ports import IdentityCatalogue
from framewell_kit.facts import Cause, Outgoing
from framewell_models.manifest import ModelRef

IDENTITY: str = "identity/"
"""Names of identity models begin with this; other models that are promoted are not followed here."""


@dataclass(frozen=True, slots=True)
class FollowModels:
    """Load a promoted version beside the one in force; the re-labelling job switches to it later.

    Heard by every replica from the beginning of the topic, so a replica that was away knows the models
    in force before it takes work. Not one request fails meanwhile: the old version serves until the switch.
    """

    identities: IdentityCatalogue

    async def __call__(self, fact: ModelPromoted | ModelRetired, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        if not fact.name.startswith(IDENTITY):
            return []
        if isinstance(fact, ModelRetired):
            await self.identities.retire(fact.name, fact.revision)
        elif await self.identities.register(fact):
            await self.identities.load(ModelRef(fact.name, fact.version))
        return []
