"""model.catalogued -> the models of others on this replica: loaded, in force, enabled, dropped."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.model.v1.model_pb2 import ModelCatalogued
from framewell_inference.ports.catalogue import CataloguedModels
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class FollowCatalogue:
    """Bring this replica to what the catalogue says of a name.

    Every replica reads the topic from its beginning, so one that was away has every model before it takes
    work. An older revision, and a redelivery, change nothing. Raises Busy while objects cannot be read.
    """

    models: CataloguedModels

    async def __call__(self, fact: ModelCatalogued, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self.models.follow(fact)
        return []
