"""Analysed assets as documents: what campaigns choose from, without reading an index."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, Final

from framewell_inference.domain.campaigns import AnalysedAsset, Selection
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import BY_ID, scan

COLLECTION: Final = "analysed_assets"


@dataclass(frozen=True, slots=True)
class AnalysedAssetDocuments:
    """AnalysedAssets on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that selections read by."""
        for name in ("series", "channel", "asked_at", "skipped"):
            await self.documents.ensure_index(COLLECTION, [name, "_id"])

    async def keep(self, asset: AnalysedAsset) -> None:
        fields = {
            "generation": asset.generation,
            "series": asset.series,
            "channel": asset.channel,
            "asked_at": asset.asked_at,
            "chunks": asset.chunks,
            "last_index": asset.last_index,
            "pictures": asset.pictures,
            "sound_seconds": asset.sound_seconds,
            "looked": sorted(asset.looked),
            "skipped": sorted(asset.skipped),
        }
        if await self.documents.insert_once(COLLECTION, {"_id": asset.asset_id, **fields}):
            return
        not_newer = {"$or": [{"generation": {"$exists": False}}, {"generation": {"$lte": asset.generation}}]}
        await self.documents.update(COLLECTION, asset.asset_id, {"$set": fields}, expect=not_newer)

    async def get(self, asset_id: str) -> AnalysedAsset | None:
        document = await self.documents.get(COLLECTION, asset_id)
        return _asset(document) if document and "generation" in document else None

    async def note_look(self, asset_id: str, revision: int) -> None:
        await self.documents.update(COLLECTION, asset_id, {"$max": {"look_revision": revision}}, upsert=True)

    async def look_revision(self, asset_id: str) -> int:
        document = await self.documents.get(COLLECTION, asset_id)
        return int((document or {}).get("look_revision", 0))

    async def select(
        self, selection: Selection, *, skipped: bool = False, after: str = ""
    ) -> AsyncIterator[AnalysedAsset]:
        query = _query(selection) | ({"skipped": {"$gt": ""}} if skipped else {})
        async for document in scan(
            self.documents, COLLECTION, query, BY_ID, after=(after,) if after else None
        ):
            yield _asset(document)

    async def forget(self, asset_id: str) -> int:
        return int(await self.documents.delete(COLLECTION, asset_id))


def _query(selection: Selection) -> dict[str, Any]:
    """Return what matches the selection; nothing does when it names no condition, unless it is everything."""
    query: dict[str, Any] = {"generation": {"$exists": True}}
    if selection.asset_ids is not None or selection.empty:
        query["$and"] = [{"_id": {"$in": list(selection.asset_ids or ())}}]
    if selection.series:
        query["series"] = {"$in": list(selection.series)}
    if selection.channels:
        query["channel"] = {"$in": list(selection.channels)}
    times = {"$gte": selection.since, "$lt": selection.until}
    if bounds := {name: at for name, at in times.items() if at is not None}:
        query["asked_at"] = bounds
    return query


def _asset(document: Document) -> AnalysedAsset:
    return AnalysedAsset(
        asset_id=document["_id"],
        generation=int(document["generation"]),
        series=document["series"],
        channel=document["channel"],
        asked_at=document["asked_at"],
        chunks=int(document["chunks"]),
        last_index=int(document["last_index"]),
        pictures=int(document["pictures"]),
        sound_seconds=document["sound_seconds"],
        looked=frozenset(document["looked"]),
        skipped=frozenset(document["skipped"]),
    )
