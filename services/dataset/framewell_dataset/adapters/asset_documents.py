"""Assets and their analysed chunks as documents."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import ObjectRef, Programme
from framewell_dataset.domain.assets import Asset
from framewell_kit.documents.protocol import Document, Documents

ASSETS = "assets"
CHUNKS = "chunks"


@dataclass(frozen=True, slots=True)
class AssetDocuments:
    """Collections `assets` (a removed asset stays as a tombstone) and `chunks`."""

    documents: Documents

    async def prepare(self) -> None:
        for field in ("source", "holders", "rights_due"):
            await self.documents.ensure_index(ASSETS, [field])
        await self.documents.ensure_index(CHUNKS, ["asset_id", "index"])

    async def remember(self, asset: Asset) -> bool:
        fields = _document(asset)
        if await self.documents.insert_once(ASSETS, {"_id": asset.asset_id, **fields}):
            return True
        # Who holds rights and when to ask again is noted by `note_rights` alone.
        del fields["holders"], fields["rights_due"]
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

    async def of_source(self, source: str) -> list[Asset]:
        return await self._find({"source": source, "removed": False})

    async def of_holder(self, holder: str) -> list[Asset]:
        return await self._find({"holders": holder, "removed": False})

    async def rights_due(self, before: datetime, limit: int) -> list[Asset]:
        query = {"rights_due": {"$lte": before}, "removed": False}
        found = await self.documents.find(ASSETS, query, sort=[("rights_due", 1)], limit=limit)
        return [_asset(document) for document in found]

    async def remove(self, asset_id: str, revision: int) -> None:
        empty = Asset(asset_id, 0, "", "", ObjectRef(), Programme(), revision=revision, removed=True)  # type: ignore[arg-type]
        await self.documents.update(ASSETS, asset_id, {"$set": _document(empty)}, upsert=True)
        await self.documents.delete_where(CHUNKS, {"asset_id": asset_id})

    async def keep_chunk(self, chunk: ChunkAnalysed) -> None:
        kept = {
            "asset_id": chunk.asset_id,
            "index": chunk.index,
            "generation": chunk.generation,
            "content": chunk.SerializeToString(),
        }
        if await self.documents.insert_once(CHUNKS, {"_id": chunk.chunk_id, **kept}):
            return
        older = {"generation": {"$lt": chunk.generation}}
        await self.documents.update(CHUNKS, chunk.chunk_id, {"$set": kept}, expect=older)

    async def chunks(self, asset_id: str) -> list[ChunkAnalysed]:
        found = await self.documents.find(CHUNKS, {"asset_id": asset_id}, sort=[("index", 1)])
        return [ChunkAnalysed.FromString(document["content"]) for document in found]

    async def _find(self, query: Document) -> list[Asset]:
        return [_asset(document) for document in await self.documents.find(ASSETS, query)]


def _document(asset: Asset) -> Document:
    return {
        "kind": asset.kind,
        "source": asset.source,
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
    )
