"""Who every face track is, as documents: one per chunk and model version.

The posting set of a version is complete before anything reads it: re-labelling writes all of it beside
the old one and then switches the alias. Chunks that arrive meanwhile get postings for both.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.stored import ChunkPostings, Posting, StoredTracks
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, scan
from framewell_models.manifest import ModelRef

COLLECTION: Final = "postings"

BY_ASSET: Final = Order("asset_id", str)
BY_ID: Final = Order("_id", str)


@dataclass(frozen=True, slots=True)
class PostingDocuments:
    """PostingRepository on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that postings are found and removed by."""
        await self.documents.ensure_index(COLLECTION, BY_ASSET.fields)
        await self.documents.ensure_index(COLLECTION, ["model", *BY_ASSET.fields])
        await self.documents.ensure_index(COLLECTION, ["classes", *BY_ID.fields])

    async def post(self, model: ModelRef, stored: StoredTracks, identities: Sequence[Identity]) -> None:
        tracks = [
            {"track": track.number, **asdict(identity)}
            for track, identity in zip(stored.tracks, identities, strict=True)
        ]
        document: Document = {
            "_id": _id(model, stored.chunk_id),
            "model": str(model),
            "asset_id": stored.asset_id,
            "chunk_id": stored.chunk_id,
            "tracks": tracks,
            "classes": _classes(tracks),
        }
        await self.documents.insert_once(COLLECTION, document)

    async def of_chunks(self, model: ModelRef, chunk_ids: Sequence[str]) -> Mapping[str, Sequence[Posting]]:
        wanted = [_id(model, chunk_id) for chunk_id in chunk_ids]
        found = await self.documents.find(COLLECTION, {"_id": {"$in": wanted}})
        return {document["chunk_id"]: _postings(document) for document in found}

    async def chunks(self, model: ModelRef) -> AsyncIterator[ChunkPostings]:
        query = {"model": str(model)}
        async for document in scan(self.documents, COLLECTION, query, BY_ASSET):
            yield ChunkPostings(document["asset_id"], document["chunk_id"], _postings(document))

    async def forget(self, asset_id: str, chunk_id: str | None = None) -> int:
        chunk = {} if chunk_id is None else {"chunk_id": chunk_id}
        return await self.documents.delete_where(COLLECTION, {"asset_id": asset_id, **chunk})

    async def of_class(self, class_id: str) -> AsyncIterator[ChunkPostings]:
        async for document in scan(self.documents, COLLECTION, {"classes": class_id}, BY_ID):
            taken = [one for one in _postings(document) if one.identity.is_taken_for(class_id)]
            if taken:
                yield ChunkPostings(document["asset_id"], document["chunk_id"], taken)

    async def forget_class(self, class_id: str) -> int:
        forgotten = 0
        async for document in scan(self.documents, COLLECTION, {"classes": class_id}, BY_ID):
            named = [
                track for track in document["tracks"] if class_id in {track["class_id"], track["nearest"]}
            ]
            tracks = [
                {"track": track["track"], **asdict(NOBODY)} if track in named else track
                for track in document["tracks"]
            ]
            change = {"$set": {"tracks": tracks, "classes": _classes(tracks)}}
            await self.documents.update(COLLECTION, document["_id"], change)
            forgotten += len(named)
        return forgotten


def _id(model: ModelRef, chunk_id: str) -> str:
    return f"{model}#{chunk_id}"


def _classes(tracks: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return every class that the tracks name, which is what an erasure looks for."""
    return sorted({track[field] for track in tracks for field in ("class_id", "nearest")} - {None})


def _postings(document: Document) -> list[Posting]:
    return [_posting(track) for track in document["tracks"]]


def _posting(entry: dict[str, Any]) -> Posting:
    fields = dict(entry)
    track = fields.pop("track")
    return Posting(track, Identity(**fields))
