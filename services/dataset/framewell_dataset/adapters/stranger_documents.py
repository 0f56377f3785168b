"""Unnamed faces as documents, one an asset."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_dataset.domain.snapshots import Stranger
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents

STRANGERS = "strangers"
DIMENSIONS = 128


@dataclass(frozen=True, slots=True)
class StrangerDocuments:
    """Collection `strangers`: raw float32 vectors, some hundred bytes a face."""

    documents: Documents
    clock: Clock

    async def prepare(self) -> None:
        await self.documents.ensure_index(STRANGERS, ["kept_at"])

    async def keep(self, asset_id: str, strangers: Sequence[Stranger]) -> None:
        faces = [
            {"face": each.face, "rows": np.ascontiguousarray(each.vectors, np.float32).tobytes()}
            for each in strangers
        ]
        fields = {"faces": faces, "kept_at": self.clock.now()}
        await self.documents.update(STRANGERS, asset_id, {"$set": fields}, upsert=True)

    async def newest(self, limit: int) -> list[Stranger]:
        found = await self.documents.find(STRANGERS, {}, sort=[("kept_at", -1), ("_id", 1)], limit=limit)
        return [stranger for document in found for stranger in _strangers(document)][:limit]

    async def forget(self, asset_id: str) -> int:
        found = await self.documents.get(STRANGERS, asset_id)
        await self.documents.delete(STRANGERS, asset_id)
        return len(found["faces"]) if found else 0


def _strangers(document: Document) -> list[Stranger]:
    return [
        Stranger(
            face["face"],
            document["_id"],
            np.frombuffer(face["rows"], np.float32).reshape(-1, DIMENSIONS),
        )
        for face in document["faces"]
    ]
