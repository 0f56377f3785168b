"""Tell an asset that nobody ever decided or saw anything about from one of which nothing was seen."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_inference.ports.repositories import ObservationRepository
from framewell_kit.outcomes import NotFound
from framewell_kit.rights_decisions import RightsDecisions


@dataclass(frozen=True, slots=True)
class KnowAsset:
    """Every asset is decided about before anything of it is analysed, and the decision stays."""

    rights: RightsDecisions
    observations: ObservationRepository

    async def __call__(self, asset_id: str) -> None:
        """Return when the asset is known. Raises NotFound."""
        if await self.rights.of(asset_id) is not None:
            return
        async for _ in self.observations.sets(asset_id):
            return
        raise NotFound(
            say(
                "asset_unknown.inference",
                "no asset {asset_id} was analysed or decided about here",
                asset_id=asset_id,
            )
        )
