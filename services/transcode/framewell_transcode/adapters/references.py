"""Which asset holds which object, in the document store: one document a pair, written once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.documents import Documents
from framewell_kit.objects import Objects

_COLLECTION = "references"


@dataclass(frozen=True, slots=True)
class DocumentReferences:
    """References on documents; objects nobody holds are deleted from the object store."""

    documents: Documents
    objects: Objects

    async def prepare(self) -> None:
        """Make the indexes that releasing reads by."""
        await self.documents.ensure_index(_COLLECTION, ["asset_id"])
        await self.documents.ensure_index(_COLLECTION, ["key"])

    async def hold(self, asset_id: str, refs: Sequence[ObjectRef]) -> None:
        keys = {ref.key for ref in refs if ref.key}
        pairs = [{"_id": f"{asset_id} {key}", "asset_id": asset_id, "key": key} for key in sorted(keys)]
        if pairs:
            await self.documents.insert_each_once(_COLLECTION, pairs)

    async def release(self, asset_id: str) -> int:
        held = await self.documents.find(_COLLECTION, {"asset_id": asset_id})
        deleted = 0
        for pair in held:
            await self.documents.delete(_COLLECTION, pair["_id"])
            if await self.documents.count(_COLLECTION, {"key": pair["key"]}) == 0:
                deleted += await self.objects.delete(pair["key"])
        return deleted
