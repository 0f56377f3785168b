"""model.promoted -> a leased job that re-labels what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_inference.domain.identity import IDENTITY_PREFIX
from framewell_inference.domain.messages import model_ref
from framewell_inference.ports.models import IdentityModelRepository, RelabelQueue
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outcomes import NotFound
from framewell_kit.telemetry import logger

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class RequestRelabel:
    """Put the job once per version and revision.

    A promotion older than the newest known, or of a model erased since, is ignored.
    """

    identities: IdentityModelRepository
    relabel: RelabelQueue

    async def __call__(self, fact: ModelPromoted, cause: Cause) -> Sequence[Outgoing]:
        if not fact.model.name.startswith(IDENTITY_PREFIX):
            return []
        try:
            if await self.identities.register(fact):
                await self.relabel.put(model_ref(fact.model), fact.revision, cause)
        except NotFound as missing:
            log.warning("nothing is re-labelled", model=str(model_ref(fact.model)), reason=missing.reason)
        return []
