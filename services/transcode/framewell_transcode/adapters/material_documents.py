"""What was made for analysis alone, one document a part of a generation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Final

from framewell_kit.documents import Document, Documents
from framewell_kit.rights_decisions import Passages
from framewell_transcode.domain.material import Material

COLLECTION: Final = "materials"


@dataclass(frozen=True, slots=True)
class MaterialDocuments:
    """MaterialRepository on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the index that an asset's notes are read by."""
        await self.documents.ensure_index(COLLECTION, ["asset_id"])

    async def keep(self, material: Material) -> None:
        intervals = [list(one) for one in material.withheld.intervals]
        fields = {**asdict(material), "withheld": intervals, "keys": list(material.keys)}
        name = _id(material.asset_id, material.generation, material.part)
        await self.documents.update(COLLECTION, name, {"$set": fields}, upsert=True)

    async def get(self, asset_id: str, generation: int, part: str) -> Material | None:
        found = await self.documents.get(COLLECTION, _id(asset_id, generation, part))
        return None if found is None else _material(found)

    async def of(self, asset_id: str) -> Sequence[Material]:
        found = await self.documents.find(COLLECTION, {"asset_id": asset_id}, sort=[("_id", 1)])
        return [_material(document) for document in found]

    async def drop(self, material: Material) -> None:
        name = _id(material.asset_id, material.generation, material.part)
        await self.documents.delete(COLLECTION, name)

    async def remove(self, asset_id: str) -> int:
        return await self.documents.delete_where(COLLECTION, {"asset_id": asset_id})


def _id(asset_id: str, generation: int, part: str) -> str:
    return f"{asset_id}@{generation}/{part}"


def _material(document: Document) -> Material:
    return Material(
        asset_id=document["asset_id"],
        generation=int(document["generation"]),
        part=document["part"],
        start_pts=int(document["start_pts"]),
        end_pts=int(document["end_pts"]),
        withheld=Passages.of((int(start), int(end)) for start, end in document["withheld"]),
        keys=tuple(document["keys"]),
    )
