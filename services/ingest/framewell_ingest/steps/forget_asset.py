"""What ingest holds of an asset goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from framewell_ingest.domain.assets import Asset
from framewell_ingest.ports import (
    AssetRepository,
    DownloadRepository,
    OriginalStore,
    RecordingRepository,
    UploadRepository,
)
from framewell_kit.tombstones import Going, Tombstones, asset_subject

ORIGINALS: Final = "objects/application/octet-stream"


@dataclass(frozen=True, slots=True)
class ForgetAsset:
    """Deletes what ingest holds of an asset that has its tombstone: uploads, originals, request and end.

    Of one that was removed it stays that it was; of one that was erased the tombstone alone. A fetch under
    way finds the tombstone and stops. Running again finds nothing left to delete.
    """

    assets: AssetRepository
    recordings: RecordingRepository
    originals: OriginalStore
    uploads: UploadRepository
    downloads: DownloadRepository
    tombstones: Tombstones

    async def __call__(self, asset_id: str) -> Mapping[str, int]:
        """Return how many things went, by store."""
        asset = await self.assets.get(asset_id)
        gone = await self.tombstones.find(asset_subject(asset_id))
        uploads = 0
        for uri in _addresses(asset) if asset else ():
            uploads += await self.uploads.forget(uri)
            self.downloads.forget(uri)
        counts = {"uploads": uploads, ORIGINALS: await self.originals.release(asset_id)}
        recordings, segments = await self.recordings.remove(asset_id)
        erased = gone is not None and gone.going is Going.ERASED
        await (self.assets.erase(asset_id) if erased else self.assets.remove(asset_id))
        counts |= {"recordings": recordings, "segments": segments}
        return counts | {"assets": int(asset is not None)}


def _addresses(asset: Asset) -> list[str]:
    """Return where everything came from that the asset was made of."""
    request = asset.request
    return [request.uri, request.existing_proxy, *(captions.uri for captions in request.captions)]
