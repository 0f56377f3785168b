"""Observations in the object store, with one document per chunk, analyser and model version.

Objects are written before the document that names them, so a document never points at nothing; a set
is immutable, and a rerun with another model version adds one beside it.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell_inference.domain.messages import model_version, observation_set
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey, StoredSet
from framewell_inference.ports.analysers import Vectors
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import done
from framewell_kit.paging import Order, scan
from framewell_models.manifest import ModelRef

COLLECTION: Final = "observation_sets"

SET_MEDIA_TYPE: Final = "application/protobuf"
VECTORS_MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"

BY_POSITION: Final = Order("position", str)


@dataclass(frozen=True, slots=True)
class ObservationDocuments:
    """ObservationRepository on documents and objects."""

    documents: Documents
    objects: Objects
    encoding: Vectors
    references: ObjectReferences

    async def prepare(self) -> None:
        """Make the indexes that sets are found and removed by."""
        for fields in (
            ["asset_id", *BY_POSITION.fields],
            ["chunk_id"],
            ["analyser", "model", "_id"],
        ):
            await self.documents.ensure_index(COLLECTION, fields)

    async def keep(self, findings: Findings, key: ChunkKey) -> AnalyserResult:
        message = observation_set(findings, asset_id=key.asset_id, chunk_id=key.chunk_id)
        result = AnalyserResult(
            analyser=findings.analyser,
            model=model_version(findings.model),
            outcome=done(),
            observation_count=len(findings.observations),
        )
        data = message.SerializeToString(deterministic=True)
        result.observation_set.CopyFrom(
            await self.objects.put(data, media_type=SET_MEDIA_TYPE, suffix=".observations.pb")
        )
        if findings.vectors is not None:
            encoded = self.encoding.encode(findings.vectors)
            result.vectors.CopyFrom(
                await self.objects.put(encoded, media_type=VECTORS_MEDIA_TYPE, suffix=".vectors.arrow")
            )
        await self.references.hold(key.asset_id, [result.observation_set, result.vectors])
        await self.documents.insert_once(COLLECTION, _document(key, findings.model, result))
        return result

    async def sets(
        self, asset_id: str, analysers: Sequence[str] = (), *, after: StoredSet | None = None
    ) -> AsyncIterator[StoredSet]:
        query: Query = {"asset_id": asset_id} | ({"analyser": {"$in": list(analysers)}} if analysers else {})
        behind = (after.position, after.id) if after else None
        async for document in scan(self.documents, COLLECTION, query, BY_POSITION, after=behind):
            yield _stored(document)

    async def get(self, set_id: str) -> StoredSet | None:
        document = await self.documents.get(COLLECTION, set_id)
        return _stored(document) if document else None

    async def of_chunk(self, chunk_id: str, analyser: str, model: ModelRef) -> StoredSet | None:
        query = {"chunk_id": chunk_id, "analyser": analyser, "model": str(model)}
        found = await self.documents.find(COLLECTION, query, sort=[("generation", -1)], limit=1)
        return _stored(found[0]) if found else None

    async def with_vectors(self, analyser: str, model: ModelRef) -> AsyncIterator[StoredSet]:
        query: Query = {
            "analyser": analyser,
            "model": str(model),
            "vectors": {"$ne": ""},
            "count": {"$gt": 0},
        }
        async for document in scan(self.documents, COLLECTION, query, Order("_id", str)):
            yield _stored(document)

    async def read(self, stored: StoredSet) -> ObservationSet:
        return ObservationSet.FromString(await self.objects.read(stored.object_key))

    async def vectors(self, stored: StoredSet) -> Float:
        return self.encoding.decode(await self.objects.read(stored.vectors_key))

    async def forget(self, asset_id: str) -> int:
        return await self.documents.delete_where(COLLECTION, {"asset_id": asset_id})


def _document(key: ChunkKey, model: ModelRef, result: AnalyserResult) -> Document:
    return {
        "_id": f"{key.chunk_id or key.asset_id}#{result.analyser}#{model}#{key.generation}",
        "position": f"{key.index + 1:07d}/{key.chunk_id}/{result.analyser}",
        "asset_id": key.asset_id,
        "chunk_id": key.chunk_id,
        "generation": key.generation,
        "analyser": result.analyser,
        "model": str(model),
        "object": result.observation_set.key,
        "vectors": result.vectors.key,
        "count": result.observation_count,
    }


def _stored(document: Document) -> StoredSet:
    return StoredSet(
        id=document["_id"],
        position=document["position"],
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        analyser=document["analyser"],
        model=ModelRef.parse(document["model"]),
        object_key=document["object"],
        vectors_key=document["vectors"],
        count=document["count"],
    )
