"""Single pictures that were taken, one document an asset, generation and name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell_kit.clock import Clock
from framewell_kit.documents import Documents
from framewell_media.timeline import Moment
from framewell_transcode.domain.pictures import KeptPicture

COLLECTION: Final = "pictures"
_MOST_OF_AN_ASSET: Final = 200


@dataclass(frozen=True, slots=True)
class KeptPictureDocuments:
    """KeptPictures on documents."""

    documents: Documents
    clock: Clock
    most: int = _MOST_OF_AN_ASSET

    async def prepare(self) -> None:
        """Make the index that an asset's pictures are read by."""
        await self.documents.ensure_index(COLLECTION, ["asset_id", "taken_at"])

    async def find(self, asset_id: str, generation: int, name: str) -> KeptPicture | None:
        found = await self.documents.get(COLLECTION, _id(asset_id, generation, name))
        if found is None:
            return None
        moment = Moment(int(found["pts"]), int(found["frame"]))
        return KeptPicture(asset_id, generation, name, found["key"], moment)

    async def keep(self, picture: KeptPicture) -> Sequence[str]:
        fields = {
            "asset_id": picture.asset_id,
            "generation": picture.generation,
            "key": picture.key,
            "pts": picture.moment.pts,
            "frame": picture.moment.frame,
            "taken_at": self.clock.now(),
        }
        name = _id(picture.asset_id, picture.generation, picture.name)
        await self.documents.update(COLLECTION, name, {"$set": fields}, upsert=True)
        of_asset = await self.documents.find(
            COLLECTION, {"asset_id": picture.asset_id}, sort=[("taken_at", -1), ("_id", 1)]
        )
        newest = [one for one in of_asset if one["generation"] >= picture.generation][: self.most]
        stay = {one["_id"] for one in newest}
        for one in of_asset:
            if one["_id"] not in stay:
                await self.documents.delete(COLLECTION, one["_id"])
        return sorted({one["key"] for one in of_asset} - {one["key"] for one in newest})

    async def remove(self, asset_id: str) -> int:
        return await self.documents.delete_where(COLLECTION, {"asset_id": asset_id})


def _id(asset_id: str, generation: int, name: str) -> str:
    return f"{asset_id}@{generation}/{name}"
