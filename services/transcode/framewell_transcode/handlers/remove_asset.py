"""asset.removed → everything transcode made of the asset goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.object_references import ObjectReferences
from framewell_transcode.ports import AssetProgressRepository


@dataclass(frozen=True, slots=True)
class RemoveAsset:
    """Forget an asset: its plan and parts, and every object that no other asset refers to.

    The asset is marked as removed first, so that work still under way makes nothing that stays. Running
    again finds nothing left to remove.
    """

    progress: AssetProgressRepository
    references: ObjectReferences

    async def __call__(self, fact: AssetRemoved, cause: Cause) -> Sequence[Outgoing]:  # noqa: ARG002
        await self._remove(fact.asset_id)
        return []

    async def erase(self, asset_id: str) -> Mapping[str, int]:
        """Remove the asset; return how many things went, by store."""
        documents, objects = await self._remove(asset_id)
        return {"parts": documents, "objects/video/iso.segment": objects}

    async def _remove(self, asset_id: str) -> tuple[int, int]:
        documents = await self.progress.remove(asset_id)
        return documents, await self.references.release(asset_id)
