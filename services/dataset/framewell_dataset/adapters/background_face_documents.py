"""Faces that nobody named as documents, so many a document that none grows with its asset."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from framewell_dataset.domain.observations import Vectors
from framewell_dataset.domain.snapshots import BackgroundFace
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import BY_ID, Order, scan

BACKGROUND_FACES = "background_faces"
DIMENSIONS = 128
FACES_A_DOCUMENT = 100
"""Some hundred bytes a vector, a few vectors a face."""

READ_AT_ONCE = 50
NEWEST_FIRST = Order("kept_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class BackgroundFaceDocuments:
    """Collection `background_faces`: raw float32 vectors, `<asset>/<generation>/<segment>/<part>`."""

    documents: Documents
    clock: Clock

    async def prepare(self) -> None:
        await self.documents.ensure_index(BACKGROUND_FACES, NEWEST_FIRST.fields)
        await self.documents.ensure_index(BACKGROUND_FACES, ["asset_id", "generation"])

    async def keep(
        self, asset_id: str, generation: int, segment: int, faces: Sequence[BackgroundFace]
    ) -> None:
        for part in range(0, len(faces), FACES_A_DOCUMENT):
            name = f"{asset_id}/{generation}/{segment}/{part // FACES_A_DOCUMENT}"
            fields = {
                "asset_id": asset_id,
                "generation": generation,
                "faces": [_entry(each) for each in faces[part : part + FACES_A_DOCUMENT]],
                "kept_at": self.clock.now(),
            }
            await self.documents.update(BACKGROUND_FACES, name, {"$set": fields}, upsert=True)

    async def forget_older(self, asset_id: str, generation: int) -> None:
        older = {"asset_id": asset_id, "generation": {"$lt": generation}}
        await self.documents.delete_where(BACKGROUND_FACES, older)

    async def newest(self, limit: int) -> list[BackgroundFace]:
        newest: list[BackgroundFace] = []
        documents = scan(self.documents, BACKGROUND_FACES, {}, NEWEST_FIRST, batch=READ_AT_ONCE)
        async for document in documents:
            newest += _faces(document)
            if len(newest) >= limit:
                break
        return newest[:limit]

    async def near(self, faces: Sequence[Vectors], distance: float) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        if not faces:
            return found
        known = np.stack(faces)
        async for document in scan(self.documents, BACKGROUND_FACES, {}, BY_ID, batch=READ_AT_ONCE):
            for face in _faces(document):
                apart = np.linalg.norm(face.vectors[:, None, :] - known[None, :, :], axis=2)
                if apart.size and float(apart.min()) < distance:
                    found.setdefault(face.asset_id, set()).add(face.face)
        return found

    async def forget_faces(self, asset_id: str, faces: Collection[str]) -> int:
        count = 0
        mine = {"asset_id": asset_id}
        async for document in scan(self.documents, BACKGROUND_FACES, mine, BY_ID, batch=READ_AT_ONCE):
            current: Document | None = document
            while current is not None:
                kept = [each for each in current["faces"] if each["face"] not in faces]
                change = {"$set": {"faces": kept}}
                before = {"kept_at": current["kept_at"], "faces": {"$size": len(current["faces"])}}
                if len(kept) == len(current["faces"]):
                    break
                if await self.documents.update(BACKGROUND_FACES, current["_id"], change, expect=before):
                    count += len(current["faces"]) - len(kept)
                    break
                current = await self.documents.get(BACKGROUND_FACES, current["_id"])  # kept anew meanwhile
        return count

    async def forget(self, asset_id: str) -> int:
        mine, count = {"asset_id": asset_id}, 0
        async for document in scan(self.documents, BACKGROUND_FACES, mine, BY_ID, batch=READ_AT_ONCE):
            count += len(document["faces"])
        await self.documents.delete_where(BACKGROUND_FACES, mine)
        return count


def _entry(face: BackgroundFace) -> Document:
    return {"face": face.face, "rows": np.ascontiguousarray(face.vectors, np.float32).tobytes()}


def _faces(document: Document) -> list[BackgroundFace]:
    return [
        BackgroundFace(
            face["face"],
            document["asset_id"],
            np.frombuffer(face["rows"], np.float32).reshape(-1, DIMENSIONS),
        )
        for face in document["faces"]
    ]
