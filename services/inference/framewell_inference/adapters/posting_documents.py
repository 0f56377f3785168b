"""Who every face track is: documents of chunks as these come, tables as they are re-labelled.

The posting set of a version is complete before anything reads it: re-labelling writes all of it beside
the old one and then switches the alias. Chunks that arrive meanwhile get postings for both. Where there is a
document of a chunk, it counts.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewell_inference.adapters.posting_sets import PostingSets
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.postings import PostingSet, PostingTable, all_taken, table_of
from framewell_inference.domain.stored import ChunkPostings, Posting, StoredTracks
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, scan
from framewell_models.manifest import ModelRef

COLLECTION: Final = "postings"

PRUNED: Final = "*"
"""In the place of a version: what versions took for somebody whose postings were pruned."""

BY_ASSET: Final = Order("asset_id", str)
BY_ID: Final = Order("_id", str)


@dataclass(frozen=True, slots=True)
class PostingDocuments:
    """PostingRepository on documents."""

    documents: Documents
    sets: PostingSets

    async def prepare(self) -> None:
        """Make the indexes that postings are found and removed by."""
        await self.documents.ensure_index(COLLECTION, BY_ASSET.fields)
        await self.documents.ensure_index(COLLECTION, ["model", *BY_ASSET.fields])
        await self.documents.ensure_index(COLLECTION, ["name", *BY_ASSET.fields])
        await self.documents.ensure_index(COLLECTION, ["classes", *BY_ID.fields])

    async def post(self, model: ModelRef, stored: StoredTracks, identities: Sequence[Identity]) -> None:
        tracks = [
            {"track": track.number, **asdict(identity)}
            for track, identity in zip(stored.tracks, identities, strict=True)
        ]
        document: Document = {
            "_id": _id(model, stored.chunk_id),
            "model": str(model),
            "name": model.name,
            "asset_id": stored.asset_id,
            "chunk_id": stored.chunk_id,
            "tracks": tracks,
            "classes": _classes(tracks),
        }
        await self.documents.insert_once(COLLECTION, document)

    async def of_chunks(self, model: ModelRef, chunk_ids: Sequence[str]) -> Mapping[str, Sequence[Posting]]:
        wanted = [_id(model, chunk_id) for chunk_id in chunk_ids]
        documents = await self.documents.find(COLLECTION, {"_id": {"$in": wanted}})
        found: dict[str, Sequence[Posting]] = {one["chunk_id"]: _postings(one) for one in documents}
        for table in await self.sets.tables(model):
            for chunk_id in chunk_ids:
                if chunk_id not in found and chunk_id in table.ranges:
                    found[chunk_id] = table.postings(chunk_id)
        return found

    async def write(self, model: ModelRef, tables: Sequence[PostingTable]) -> None:
        await self.sets.write(model, tables)

    async def kept(self, model: ModelRef) -> PostingSet:
        documents = [one async for one in scan(self.documents, COLLECTION, {"model": str(model)}, BY_ASSET)]
        late = [_table(documents)] if documents else []
        return PostingSet((*late, *await self.sets.tables(model)))

    async def prune(self, name: str, keep: Collection[ModelRef]) -> int:
        kept, history = {str(model) for model in keep}, ModelRef(name, PRUNED)
        old = set(await self.sets.versions(name)) - kept - {str(history)}
        query = {"name": name, "model": {"$nin": sorted(kept)}}
        documents = [one async for one in scan(self.documents, COLLECTION, query, BY_ASSET)]
        if not old and not documents:
            return 0
        tables = [table for version in sorted(old) for table in await self.sets.tables(_ref(version))]
        tables += [_table(documents)] if documents else []
        taken = all_taken([*await self.sets.tables(history), *tables])
        await self.sets.write(history, [taken] if len(taken) else [])
        for version in old:
            await self.sets.delete(version)
        await self.documents.delete_where(COLLECTION, query)
        return len(old | {one["model"] for one in documents})

    async def forget(self, asset_id: str, chunk_id: str | None = None) -> int:
        chunk = {} if chunk_id is None else {"chunk_id": chunk_id}
        forgotten = await self.documents.delete_where(COLLECTION, {"asset_id": asset_id, **chunk})

        def without(table: PostingTable) -> PostingTable:
            nonlocal forgotten
            numbers = [
                number
                for number, (asset, name) in enumerate(table.chunks)
                if asset == asset_id and chunk_id in (None, name)
            ]
            forgotten += len(numbers)
            return table.without_chunks(numbers) if numbers else table

        await self.sets.change(without)
        return forgotten

    async def of_class(self, class_id: str) -> AsyncIterator[ChunkPostings]:
        async for document in scan(self.documents, COLLECTION, {"classes": class_id}, BY_ID):
            taken = [one for one in _postings(document) if one.identity.is_taken_for(class_id)]
            if taken:
                yield ChunkPostings(document["asset_id"], document["chunk_id"], taken)
        for table in await self.sets.all():
            for chunk in table.taken_for(class_id):
                yield chunk

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

        def unnamed(table: PostingTable) -> PostingTable:
            nonlocal forgotten
            rows = int(table.of_class(class_id).sum())
            forgotten += rows
            return table.without_class(class_id) if rows or class_id in table.classes else table

        await self.sets.change(unnamed)
        return forgotten


def _ref(version: str) -> ModelRef:
    name, _, number = version.rpartition("@")
    return ModelRef(name, number)


def _table(documents: Sequence[Document]) -> PostingTable:
    return table_of([ChunkPostings(one["asset_id"], one["chunk_id"], _postings(one)) for one in documents])


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
