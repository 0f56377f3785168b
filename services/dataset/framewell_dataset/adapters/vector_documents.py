"""Vectors of samples as documents, apart from the samples, so that listing samples never reads them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from framewell_dataset.domain.observations import Vectors
from framewell_kit.documents.protocol import Document, Documents

VECTORS = "sample_vectors"
DIMENSIONS = 128


@dataclass(frozen=True, slots=True)
class VectorDocuments:
    """Collection `sample_vectors`: raw float32 rows by sample."""

    documents: Documents

    async def put(self, sample_id: str, vectors: Vectors) -> None:
        rows = np.ascontiguousarray(vectors, np.float32).tobytes()
        await self.documents.update(VECTORS, sample_id, {"$set": {"rows": rows}}, upsert=True)

    async def get(self, sample_ids: Sequence[str]) -> dict[str, Vectors]:
        if not sample_ids:
            return {}
        found = await self.documents.find(VECTORS, {"_id": {"$in": list(sample_ids)}})
        return {kept["_id"]: _rows(kept) for kept in found}

    async def forget(self, sample_id: str) -> bool:
        return await self.documents.delete(VECTORS, sample_id)


def _rows(document: Document) -> Vectors:
    return np.frombuffer(document["rows"], np.float32).reshape(-1, DIMENSIONS)
