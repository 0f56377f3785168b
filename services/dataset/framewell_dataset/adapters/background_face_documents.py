"""Faces that nobody named as documents, so many a document that none grows with its asset."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from framewell_dataset.domain.observations import Described
from framewell_dataset.domain.snapshots import BackgroundFace
from framewell_dataset.domain.spaces import carried, merged
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import BY_ID, Order, scan

BACKGROUND_FACES = "background_faces"
FACES_A_DOCUMENT = 100
"""Some hundred bytes a vector, a few vectors a face."""

READ_AT_ONCE = 50
NEWEST_FIRST = Order("kept_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class BackgroundFaceDocuments:
    """Collection `background_faces`: raw float32 vectors, `<asset>/<generation>/<segment>/<part>`.

    Each face has the vectors it was seen with, and behind them the same in every further space; `described`
    counts how often such were added.
    """

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
                "described": 0,
            }
            await self.documents.update(BACKGROUND_FACES, name, {"$set": fields}, upsert=True)

    async def forget_older(self, asset_id: str, generation: int) -> None:
        older = {"asset_id": asset_id, "generation": {"$lt": generation}}
        await self.documents.delete_where(BACKGROUND_FACES, older)

    async def describe(self, asset_id: str, spaces: Sequence[Described]) -> None:
        mine = {"asset_id": asset_id}
        async for document in scan(self.documents, BACKGROUND_FACES, mine, BY_ID, batch=READ_AT_ONCE):
            current: Document | None = document
            while current is not None:
                faces = [_described(each, spaces) for each in current["faces"]]
                if faces == current["faces"]:
                    break
                change = {"$set": {"faces": faces, "described": current["described"] + 1}}
                if await self.documents.update(
                    BACKGROUND_FACES, current["_id"], change, expect=_unchanged(current)
                ):
                    break
                current = await self.documents.get(BACKGROUND_FACES, current["_id"])  # kept anew meanwhile

    async def newest(self, limit: int, space: str) -> list[BackgroundFace]:
        newest: list[BackgroundFace] = []
        documents = scan(self.documents, BACKGROUND_FACES, {}, NEWEST_FIRST, batch=READ_AT_ONCE)
        async for document in documents:
            newest += [face for face in _faces(document) if face.described.space == space]
            if len(newest) >= limit:
                break
        return newest[:limit]

    async def near(self, faces: Sequence[Described], distance: float) -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        if not faces:
            return found
        known = {
            space: np.stack([one.rows for one in faces if one.space == space]) for space in _spaces(faces)
        }
        async for document in scan(self.documents, BACKGROUND_FACES, {}, BY_ID, batch=READ_AT_ONCE):
            for face in _faces(document):
                if (there := known.get(face.described.space)) is None:
                    continue
                apart = np.linalg.norm(face.vectors[:, None, :] - there[None, :, :], axis=2)
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
                if len(kept) == len(current["faces"]):
                    break
                if await self.documents.update(
                    BACKGROUND_FACES, current["_id"], change, expect=_unchanged(current)
                ):
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


def _unchanged(document: Document) -> Document:
    """Return what holds of a document for as long as nobody has changed its faces."""
    return {
        "kept_at": document["kept_at"],
        "described": document["described"],
        "faces": {"$size": len(document["faces"])},
    }


def _spaces(faces: Sequence[Described]) -> set[str]:
    return {one.space for one in faces}


def _entry(face: BackgroundFace) -> Document:
    return {"face": face.face, "spaces": [_vectors(face.described)]}


def _vectors(described: Described) -> Document:
    rows = np.ascontiguousarray(described.rows, np.float32)
    return {"space": described.space, "rows": rows.tobytes(), "dimensions": rows.shape[1]}


def _read(entry: Document) -> Described:
    rows = np.frombuffer(entry["rows"], np.float32).reshape(-1, entry["dimensions"])
    return Described(entry["space"], rows)


def _described(face: Document, spaces: Sequence[Described]) -> Document:
    """Return the entry of a face with its rows in further spaces, as far as they are known there."""
    own, *known = [_read(one) for one in face["spaces"]]
    rows = {one.space: one.rows for one in known}
    for found in carried(own, spaces):
        rows[found.space] = merged(rows[found.space], found.rows) if found.space in rows else found.rows
    others = [_vectors(Described(space, each)) for space, each in sorted(rows.items())]
    return {"face": face["face"], "spaces": [_vectors(own), *others]}


def _faces(document: Document) -> list[BackgroundFace]:
    """Return the faces, one for each space that describes it wholly."""
    return [
        BackgroundFace(face["face"], document["asset_id"], described)
        for face in document["faces"]
        for described in map(_read, face["spaces"])
        if np.isfinite(described.rows).all()
    ]
