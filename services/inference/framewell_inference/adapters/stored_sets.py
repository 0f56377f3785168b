"""Sets of observations as documents, one of each chunk, analyser, model version and generation."""

from __future__ import annotations

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell_inference.domain.stored import ChunkKey, StoredSet
from framewell_inference.domain.vectors import VectorSet, VectorSpace
from framewell_kit.documents.protocol import Document
from framewell_kit.rights_decisions import Passages
from framewell_models.manifest import ModelRef


def document_of(key: ChunkKey, model: ModelRef, result: AnalyserResult) -> Document:
    """Return the document of a set that an analyser's result names."""
    return {
        "_id": f"{key.chunk_id or key.asset_id}#{result.analyser}#{model}#{key.generation}",
        "position": f"{key.index + 1:07d}/{key.chunk_id}/{result.analyser}",
        "asset_id": key.asset_id,
        "chunk_id": key.chunk_id,
        "generation": key.generation,
        "looked_at": [list(one) for one in key.looked_at.intervals],
        "analyser": result.analyser,
        "model": str(model),
        "object": result.observation_set.key,
        "vectors": result.vectors.key,
        "count": result.observation_count,
        "series": key.series,
        "asked_at": key.asked_at,
    }


def vector_set(document: Document) -> VectorSet:
    """Return what a search keeps of a set beside its vectors."""
    return VectorSet(
        set_id=document["_id"],
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        vectors_key=document["vectors"],
        series=document["series"],
        asked_at=document["asked_at"],
    )


def sha256_of(key: str) -> str:
    """Return the digest that the key of an object ends with, in hexadecimal."""
    return key.rpartition("/")[2].partition(".")[0]


def space_of(stored: StoredSet) -> VectorSpace:
    """Return in which space the vectors of a set can be compared."""
    return VectorSpace(stored.analyser, stored.model)


def stored_set(document: Document) -> StoredSet:
    """Return the set that a document describes."""
    return StoredSet(
        id=document["_id"],
        position=document["position"],
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        generation=int(document["generation"]),
        looked_at=Passages.of((int(start), int(end)) for start, end in document["looked_at"]),
        analyser=document["analyser"],
        model=ModelRef.parse(document["model"]),
        object_key=document["object"],
        vectors_key=document["vectors"],
        count=document["count"],
        beside=document["beside"],
    )
