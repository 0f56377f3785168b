"""model.promoted -> a leased job that re-labels what is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.model.v1.model_pb2 import ModelPromoted
from framewell_inference.handlers.follow_models import IDENTITY
from framewell_inference.ports import IdentityCatalogue, RelabelJobs
from framewell_kit.facts import Cause, Outgoing
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class RequestRelabel:
    """Put the job; one replica does it. A promotion older than the newest known is ignored.

    Names are waited for by people, so the job travels in the live lane.
    """

    identities: IdentityCatalogue
    jobs: RelabelJobs

    async def __call__(self, fact: ModelPromoted, cause: Cause) -> Sequence[Outgoing]:
        if fact.name.startswith(IDENTITY) and await self.identities.register(fact):
            await self.jobs.put(ModelRef(fact.name, fact.version), fact.revision, cause)
        return []
