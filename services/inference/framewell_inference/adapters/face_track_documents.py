"""Face tracks as documents: one per chunk and embedding version."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import astuple, dataclass
from typing import Any, Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell_inference.domain.messages import model_ref
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey, StoredTracks
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.ports.analysers import Vectors
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.objects.protocol import Objects
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

    async def prepare(self) -> None:
        """Make the indexes that tracks are found and removed by."""
        await self.documents.ensure_index(COLLECTION, ["asset_id", "embedding", *BY_INDEX.fields])
        await self.documents.ensure_index(COLLECTION, ["embedding", *BY_ID.fields])

    async def keep(self, key: ChunkKey, result: AnalyserResult, tracks: Sequence[FaceTrack]) -> None:
        embedding = model_ref(result.model)
        await self.documents.insert_once(
            COLLECTION,
            {
                "_id": f"{key.chunk_id}#{embedding}",
                "asset_id": key.asset_id,
                "chunk_id": key.chunk_id,
                "index": key.index,
                "embedding": str(embedding),
                "vectors": result.vectors.key,
                "tracks": [_track_document(track) for track in tracks],
            },
        )

    async def chunk(self, chunk_id: str, embedding: ModelRef) -> StoredTracks | None:
        document = await self.documents.get(COLLECTION, f"{chunk_id}#{embedding}")
        return _stored(document) if document else None

    async def chunks(
        self, embedding: ModelRef, *, asset_id: str | None = None
    ) -> AsyncIterator[StoredTracks]:
        query, order = {"embedding": str(embedding)}, BY_ID
        if asset_id:
            query, order = {"asset_id": asset_id, **query}, BY_INDEX
        async for document in scan(self.documents, COLLECTION, query, order):
            yield _stored(document)

    async def vectors(self, stored: StoredTracks) -> Float:
        return self.encoding.decode(await self.objects.read(stored.vectors_key))

    async def forget(self, asset_id: str) -> int:
        return await self.documents.delete_where(COLLECTION, {"asset_id": asset_id})


def _track_document(track: FaceTrack) -> Document:
    return {
        "number": track.number,
        "span": list(astuple(track.span)),
        "ordinal": track.ordinal,
        "moment": list(track.moment),
        "box": list(astuple(track.box)),
        "rows": list(track.rows),
        "sides": list(track.sides),
    }


def _stored(document: Document) -> StoredTracks:
    return StoredTracks(
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        index=document["index"],
        embedding=ModelRef.parse(document["embedding"]),
        vectors_key=document["vectors"],
        tracks=tuple(_track(entry) for entry in document["tracks"]),
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
    )
