"""What transcode made of an asset goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from framewell_kit.object_references import ObjectReferences
from framewell_transcode.ports.assets import AssetProgressRepository, KeptPictures, MaterialRepository
from framewell_transcode.ports.recordings import RecordingRepository


@dataclass(frozen=True, slots=True)
class ForgetAsset:
    """Delete an asset's plan, parts and notes, and every object that no other asset refers to.

    Whoever calls it has written the asset's tombstone before, so that work still under way makes nothing that
    stays. Objects go first: a crash in between leaves the documents that a second call finds again. Repeating
    it finds nothing left to delete.
    """

    progress: AssetProgressRepository
    materials: MaterialRepository
    kept_pictures: KeptPictures
    recordings: RecordingRepository
    references: ObjectReferences

    async def __call__(self, asset_id: str) -> Mapping[str, int]:
        """Return how many things went, by store; objects of every kind are counted as proxies."""
        noted = [key for one in await self.materials.of(asset_id) for key in one.keys]
        objects = await self.references.release(asset_id)
        for key in noted:  # noted, but not held yet when its worker died
            objects += await self.references.discard(key)
        assets, parts = await self.progress.remove(asset_id)
        recordings, segments = await self.recordings.remove(asset_id)
        return {
            "objects/video/iso.segment": objects,
            "materials": await self.materials.remove(asset_id),
            "pictures": await self.kept_pictures.remove(asset_id),
            "assets": assets,
            "parts": parts,
            "recordings": recordings,
            "segments": segments,
        }
