"""Face tracks as documents: one per chunk and embedding version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import astuple, dataclass, replace
from typing import Any, Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell_contracts.sentences import say
from framewell_inference.adapters.observation_documents import VECTORS_MEDIA_TYPE, VECTORS_SUFFIX
from framewell_inference.domain.forgetting import blanked
from framewell_inference.domain.messages import model_ref
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey, StoredTracks
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.ports.analysers import Vectors
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound, NotYet
from framewell_kit.paging import Order, scan
from framewell_models.manifest import ModelRef

COLLECTION: Final = "face_tracks"

BY_INDEX: Final = Order("index", int)
BY_ID: Final = Order("_id", str)


@dataclass(frozen=True, slots=True)
class FaceTrackDocuments:
    """FaceTrackRepository on documents; the vectors lie in the objects of the chunk's observation set."""

    documents: Documents
    objects: Objects
    encoding: Vectors
    references: ObjectReferences

    async def prepare(self) -> None:
        """Make the indexes that tracks are found and removed by."""
        await self.documents.ensure_index(COLLECTION, ["asset_id", *BY_INDEX.fields])
        await self.documents.ensure_index(COLLECTION, ["embedding", *BY_ID.fields])
        await self.documents.ensure_index(COLLECTION, ["chunk_id"])
        await self.documents.ensure_index(COLLECTION, ["clustered", *BY_ID.fields])

    async def keep(self, key: ChunkKey, result: AnalyserResult, tracks: Sequence[FaceTrack]) -> bool:
        embedding = model_ref(result.model)
        fields = {
            "asset_id": key.asset_id,
            "chunk_id": key.chunk_id,
            "generation": key.generation,
            "index": key.index,
            "series": key.series,
            "channel": key.channel,
            "asked_ms": round(key.asked_at * 1000),
            "embedding": str(embedding),
            "vectors": result.vectors.key,
            "tracks": [_track_document(track) for track in tracks],
            "clustered": False,
        }
        name = f"{key.chunk_id}#{embedding}"
        if await self.documents.insert_once(COLLECTION, {"_id": name, **fields}):
            return False
        other = {"generation": {"$lt": key.generation}, "vectors": {"$ne": result.vectors.key}}
        return await self.documents.update(COLLECTION, name, {"$set": fields}, expect=other) is not None

    async def chunk(self, chunk_id: str, embedding: ModelRef) -> StoredTracks | None:
        document = await self.documents.get(COLLECTION, f"{chunk_id}#{embedding}")
        return _stored(document) if document else None

    async def chunks(
        self, embedding: ModelRef, *, asset_id: str | None = None
    ) -> AsyncIterator[StoredTracks]:
        if asset_id is None:
            async for document in scan(self.documents, COLLECTION, {"embedding": str(embedding)}, BY_ID):
                yield _stored(document)
            return
        chunk: StoredTracks | None = None
        async for document in scan(self.documents, COLLECTION, {"asset_id": asset_id}, BY_INDEX):
            stored = _stored(document)
            if chunk is not None and chunk.chunk_id != stored.chunk_id:
                yield chunk
                chunk = None
            if chunk is None or stored.embedding == embedding:
                chunk = stored
        if chunk is not None:
            yield chunk

    async def unclustered(self) -> AsyncIterator[StoredTracks]:
        async for document in scan(self.documents, COLLECTION, {"clustered": False}, BY_ID):
            yield _stored(document)

    async def clustered(self, stored: StoredTracks) -> None:
        name, before = f"{stored.chunk_id}#{stored.embedding}", {"vectors": stored.vectors_key}
        await self.documents.update(COLLECTION, name, {"$set": {"clustered": True}}, expect=before)

    async def vectors(self, stored: StoredTracks) -> Float:
        return self.encoding.decode(await self.objects.read(stored.vectors_key))

    async def in_chunks(self, chunk_ids: Sequence[str], embedding: ModelRef) -> Sequence[StoredTracks]:
        names = [f"{chunk_id}#{embedding}" for chunk_id in chunk_ids]
        found = await self.documents.find(COLLECTION, {"_id": {"$in": names}}) if names else []
        return [_stored(one) for one in found]

    async def of_chunk(self, chunk_id: str) -> Sequence[StoredTracks]:
        return [_stored(one) for one in await self.documents.find(COLLECTION, {"chunk_id": chunk_id})]

    async def without_vectors(self, stored: StoredTracks, numbers: Collection[int]) -> None:
        rows = {row for track in stored.tracks if track.number in numbers for row in track.rows}
        name = f"{stored.chunk_id}#{stored.embedding}"
        try:
            vectors = await self.vectors(stored)
        except NotFound:
            kept = await self.documents.get(COLLECTION, name)
            if kept is not None and kept["vectors"] != stored.vectors_key:
                raise _changing(name) from None
            return  # taken away since
        data = self.encoding.encode(blanked(vectors, rows))
        ref = await self.objects.put(data, media_type=VECTORS_MEDIA_TYPE, suffix=VECTORS_SUFFIX)
        await self.references.hold(stored.asset_id, [ref])  # swept unless something names it
        tracks = [
            replace(track, rows=(), sides=(), frames=()) if track.number in numbers else track
            for track in stored.tracks
        ]
        change = {"$set": {"vectors": ref.key, "tracks": [_track_document(track) for track in tracks]}}
        before = {"vectors": stored.vectors_key}
        done = await self.documents.update(COLLECTION, name, change, expect=before)
        if done is None and await self.documents.get(COLLECTION, name) is not None:
            raise _changing(name)

    async def drop(self, stored: StoredTracks) -> None:
        name = f"{stored.chunk_id}#{stored.embedding}"
        await self.documents.delete_where(COLLECTION, {"_id": name, "vectors": stored.vectors_key})

    async def vector_keys(self, asset_id: str) -> frozenset[str]:
        found = await self.documents.find(COLLECTION, {"asset_id": asset_id})
        return frozenset(document["vectors"] for document in found)

    async def forget(self, asset_id: str, chunk_id: str | None = None) -> int:
        chunk = {} if chunk_id is None else {"chunk_id": chunk_id}
        return await self.documents.delete_where(COLLECTION, {"asset_id": asset_id, **chunk})


def _changing(name: str) -> NotYet:
    return NotYet(
        say("face_tracks_busy", "the face tracks {name} are being changed by somebody else", name=name)
    )


def _track_document(track: FaceTrack) -> Document:
    return {
        "number": track.number,
        "span": list(astuple(track.span)),
        "ordinal": track.ordinal,
        "moment": list(track.moment),
        "box": list(astuple(track.box)),
        "rows": list(track.rows),
        "sides": list(track.sides),
        "frames": list(track.frames),
    }


def _stored(document: Document) -> StoredTracks:
    return StoredTracks(
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        index=document["index"],
        embedding=ModelRef.parse(document["embedding"]),
        vectors_key=document["vectors"],
        tracks=tuple(_track(entry) for entry in document["tracks"]),
        series=document["series"],
        channel=document["channel"],
        asked_ms=document["asked_ms"],
    )


def _track(entry: dict[str, Any]) -> FaceTrack:
    pts, index = entry["moment"]
    return FaceTrack(
        number=entry["number"],
        span=FrameSpan(*entry["span"]),
        ordinal=entry["ordinal"],
        moment=(pts, index),
        box=FractionBox(*entry["box"]),
        rows=tuple(entry["rows"]),
        sides=tuple(entry["sides"]),
        frames=tuple(entry["frames"]),
    )
