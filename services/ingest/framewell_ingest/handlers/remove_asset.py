"""asset.removed → what ingest holds of the asset goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_ingest.steps.forget_asset import ForgetAsset
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.tombstones import Going, Tombstones, asset_subject


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Writes the asset's tombstone, then forgets it. Repeating it finds nothing left to delete."""

    tombstones: Tombstones
    forget: ForgetAsset

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:
        await self.tombstones.put(asset_subject(fact.asset_id), Going.REMOVED, cause.id)
        await self.forget(fact.asset_id)
        return []
