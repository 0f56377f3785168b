"""The fan-in of an asset's parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from framewell_kit.fanin import FanIn

COLLECTION: Final = "analyses"


@dataclass(frozen=True, slots=True)
class StoredAssetParts:
    """The AssetParts port: one document an asset and generation."""

    fan_in: FanIn

    async def arrive(self, asset_id: str, part: str, value: bytes, generation: int) -> Mapping[str, bytes]:
        document = await self.fan_in.arrive(asset_id, part, value, generation)
        parts: Mapping[str, bytes] = document["parts"]
        return parts

    async def forget(self, asset_id: str) -> int:
        return await self.fan_in.forget(asset_id)
