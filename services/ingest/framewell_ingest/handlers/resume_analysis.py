"""asset.permitted → the asset done again, with what may be analysed now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetPermitted
from framewell_ingest.ports import AssetRepository
from framewell_ingest.steps.raise_generation import RaiseGeneration
from framewell_kit.facts import Cause, Outgoing


@dataclass(frozen=True, slots=True)
class ResumeAnalysis:
    """Raises the generation once: whoever asks for the same generation again, or an older one, is ignored."""

    assets: AssetRepository
    raise_generation: RaiseGeneration

    async def __call__(self, fact: AssetPermitted, cause: Cause) -> Sequence[Outgoing]:
        asset = await self.assets.get(fact.work.asset_id)
        if asset is not None and asset.ingested is not None and asset.generation == fact.work.generation:
            await self.raise_generation(asset, cause, rights_revision=fact.rights_revision)
        return []
