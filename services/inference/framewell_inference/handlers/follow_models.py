"""model.promoted, model.retired -> the identity models of this replica, loaded and ready."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.messages import model_ref
from framewell_inference.ports.models import IdentityModelRepository
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import NotFound
from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class FollowModels:
    """Load a promoted identity model beside the one in force; the re-labelling job switches to it later.

    Every replica reads the topic from its beginning, so one that was away knows the models in force before
    it takes work. No request fails meanwhile: the old version serves until the switch. Promotions of other
    models are ignored.
    """

    identities: IdentityModelRepository

    async def __call__(self, fact: ModelPromoted | ModelRetired, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        if not fact.model.name.startswith(IDENTITY_PREFIX):
            return []
        if isinstance(fact, ModelRetired):
            await self.identities.retire(fact.model.name, fact.revision)
            return []
        try:
            if await self.identities.register(fact):
                await self.identities.load(model_ref(fact.model))
        except NotFound as missing:  # erased since: it names nobody any more
            log.warning(
                "promoted model is passed over", model=str(model_ref(fact.model)), reason=missing.reason
            )
        return []
