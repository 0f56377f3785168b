"""Observations in the object store, with one document per chunk, analyser and model version.

Objects are written before the document that names them, so a document never points at nothing; a set
is immutable, and a rerun with another model version adds one beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell_inference.domain.messages import done, model_version, observation_set
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.places import Place, StoredSet
from framewell_inference.ports import Vectors
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.objects.protocol import Objects
from framewell_models.manifest import ModelRef

COLLECTION: Final = "observation_sets"

SET_MEDIA_TYPE: Final = "application/protobuf"
VECTORS_MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"


@dataclass(frozen=True, slots=True)
class StoredObservations:
    """The ObservationStore port."""

    documents: Documents
    objects: Objects
    encoding: Vectors

    async def prepare(self) -> None:
        await self.documents.ensure_index(COLLECTION, ["asset_id"])
        await self.documents.ensure_index(COLLECTION, ["chunk_id"])
        await self.documents.ensure_index(COLLECTION, ["analyser", "model"])

    async def keep(self, findings: Findings, place: Place) -> AnalyserResult:
        message = observation_set(findings, asset_id=place.asset_id, chunk_id=place.chunk_id)
        result = AnalyserResult(
            analyser=findings.analyser,
            model=model_version(findings.model),
            outcome=done(),
            observations=len(findings.seen),
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
        await self.documents.insert_once(COLLECTION, _document(place, findings.model, result))
        return result

    async def sets(self, asset_id: str, analysers: Sequence[str] = ()) -> list[StoredSet]:
        found = await self.documents.find(COLLECTION, {"asset_id": asset_id})
        chosen = [
            _stored(document) for document in found if not analysers or document["analyser"] in analysers
        ]
        return sorted(chosen, key=lambda stored: (stored.index, stored.chunk_id, stored.analyser))

    async def of_chunk(self, chunk_id: str, analyser: str, model: ModelRef) -> StoredSet | None:
        query = {"chunk_id": chunk_id, "analyser": analyser, "model": str(model)}
        found = await self.documents.find(COLLECTION, query, sort=[("generation", -1)], limit=1)
        return _stored(found[0]) if found else None

    async def with_vectors(self, analyser: str, model: ModelRef) -> list[StoredSet]:
        found = await self.documents.find(COLLECTION, {"analyser": analyser, "model": str(model)})
        return [_stored(document) for document in found if document["vectors"] and document["count"]]

    async def read(self, stored: StoredSet) -> ObservationSet:
        return ObservationSet.FromString(await self.objects.read(stored.object_key))

    async def vectors(self, stored: StoredSet) -> Float:
        return self.encoding.decode(await self.objects.read(stored.vectors_key))

    async def forget(self, asset_id: str) -> int:
        """Objects go first: a crash in between leaves documents that a second call finds again.

        An object is content-addressed; it stays while another asset's set has the very same content.
        """
        removed = 0
        for stored in await self.sets(asset_id):
            for key, field in ((stored.object_key, "object"), (stored.vectors_key, "vectors")):
                others = {field: key, "asset_id": {"$ne": asset_id}}
                if key and not await self.documents.count(COLLECTION, others):
                    removed += await self.objects.delete(key)
        await self.documents.delete_where(COLLECTION, {"asset_id": asset_id})
        return removed


def _document(place: Place, model: ModelRef, result: AnalyserResult) -> Document:
    return {
        "_id": f"{place.chunk_id or place.asset_id}#{result.analyser}#{model}#{place.generation}",
        "asset_id": place.asset_id,
        "chunk_id": place.chunk_id,
        "index": place.index,
        "generation": place.generation,
        "analyser": result.analyser,
        "model": str(model),
        "object": result.observation_set.key,
        "vectors": result.vectors.key,
        "count": result.observations,
    }


def _stored(document: Document) -> StoredSet:
    return StoredSet(
        chunk_id=document["chunk_id"],
        index=document["index"],
        analyser=document["analyser"],
        model=ModelRef.parse(document["model"]),
        object_key=document["object"],
        vectors_key=document["vectors"],
        count=document["count"],
    )
