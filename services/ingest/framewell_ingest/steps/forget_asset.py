"""What ingest holds of an asset goes."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_ingest.ports import AssetRepository, FetchQueue, OriginalStore


@dataclass(frozen=True, slots=True)
class ForgetAsset:
    """Stops a fetch under way and deletes the originals that nobody else holds.

    Only that the asset was removed stays. Running again finds nothing left to delete.
    """

    assets: AssetRepository
    originals: OriginalStore
    queue: FetchQueue

    async def __call__(self, asset_id: str, reason: str) -> int:
        """Return how many originals and proxies were deleted."""
        await self.queue.cancel(asset_id, f"the asset was removed: {reason or 'no reason given'}")
        await self.assets.remove(asset_id)
        return await self.originals.release(asset_id)
