"""Assets as documents."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from framewell.media.v1.media_pb2 import ObjectRef, Programme, Timeline
from framewell_contracts.spelling import normalised
from framewell_dataset.domain.assets import Asset
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import BY_ID, scan

ASSETS = "assets"


@dataclass(frozen=True, slots=True)
class AssetDocuments:
    """Collection `assets`; a removed asset stays as a tombstone."""

    documents: Documents

    async def prepare(self) -> None:
        for fields in (["source_key", "_id"], ["holders", "_id"], ["rights_due"]):
            await self.documents.ensure_index(ASSETS, fields)

    async def remember(self, asset: Asset) -> bool:
        fields = _document(asset)
        if await self.documents.insert_once(ASSETS, {"_id": asset.asset_id, **fields}):
            return True
        # Who holds rights and when to ask again is noted by `note_rights` alone, the clock by `note_clock`.
        del fields["holders"], fields["rights_due"], fields["clock"]
        if asset.programme_revision == 0:
            kept = await self.documents.get(ASSETS, asset.asset_id)
            if kept is not None and kept["programme_revision"] > 0:
                # What somebody corrected later outlasts what a reprocessing says again.
                del fields["programme"], fields["programme_revision"]
        newer = {"removed": False, "revision": {"$lt": asset.revision}}
        return await self.documents.update(ASSETS, asset.asset_id, {"$set": fields}, expect=newer) is not None

    async def get(self, asset_id: str) -> Asset | None:
        found = await self.documents.get(ASSETS, asset_id)
        return None if found is None else _asset(found)

    async def change_programme(self, asset_id: str, programme: Programme, revision: int) -> bool:
        change = {"programme": programme.SerializeToString(), "programme_revision": revision}
        older = {"removed": False, "programme_revision": {"$lt": revision}}
        return await self.documents.update(ASSETS, asset_id, {"$set": change}, expect=older) is not None

    async def note_rights(self, asset_id: str, holders: Sequence[str], due: datetime | None) -> None:
        await self.documents.update(
            ASSETS,
            asset_id,
            {"$set": {"holders": list(holders), "rights_due": due}},
            expect={"removed": False},
        )

    async def note_clock(self, asset_id: str, clock: Timeline) -> bool:
        kept = await self.documents.get(ASSETS, asset_id)
        content = clock.SerializeToString(deterministic=True)
        if kept is None or kept["removed"] or kept["clock"] == content:
            return False
        known = {"removed": False}
        return (
            await self.documents.update(ASSETS, asset_id, {"$set": {"clock": content}}, expect=known)
            is not None
        )

    def each(self, after: str = "") -> AsyncIterator[Asset]:
        return self._each({"removed": False}, after)

    def of_source(self, source: str) -> AsyncIterator[Asset]:
        return self._each({"source_key": normalised(source), "removed": False})

    def of_holder(self, holder: str) -> AsyncIterator[Asset]:
        return self._each({"holders": normalised(holder), "removed": False})

    async def rights_due(self, before: datetime, limit: int) -> list[Asset]:
        query = {"rights_due": {"$lte": before}, "removed": False}
        found = await self.documents.find(ASSETS, query, sort=[("rights_due", 1)], limit=limit)
        return [_asset(document) for document in found]

    async def remove(self, asset_id: str, revision: int) -> None:
        empty = Asset(asset_id, 0, "", "", ObjectRef(), Programme(), revision=revision, removed=True)  # type: ignore[arg-type]
        await self.documents.update(ASSETS, asset_id, {"$set": _document(empty)}, upsert=True)

    async def _each(self, query: Mapping[str, Any], after: str = "") -> AsyncIterator[Asset]:
        behind = (after,) if after else None
        async for document in scan(self.documents, ASSETS, query, BY_ID, after=behind):
            yield _asset(document)


def _document(asset: Asset) -> Document:
    return {
        "kind": asset.kind,
        "source": asset.source,
        "source_key": normalised(asset.source),
        "clock": asset.clock.SerializeToString(deterministic=True),
        "uri": asset.uri,
        "original": asset.original.SerializeToString(),
        "programme": asset.programme.SerializeToString(),
        "revision": asset.revision,
        "programme_revision": asset.programme_revision,
        "removed": asset.removed,
        "holders": [],
        "rights_due": asset.rights_due,
    }


def _asset(document: Document) -> Asset:
    return Asset(
        asset_id=document["_id"],
        kind=document["kind"],
        source=document["source"],
        uri=document["uri"],
        original=ObjectRef.FromString(document["original"]),
        programme=Programme.FromString(document["programme"]),
        revision=document["revision"],
        programme_revision=document["programme_revision"],
        removed=document["removed"],
        rights_due=document["rights_due"],
        clock=Timeline.FromString(document["clock"]),
    )
