"""Vectors of samples as documents, apart from the samples, so that listing samples never reads them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from framewell_contracts.sentences import say
from framewell_dataset.domain.observations import Described, Vectors
from framewell_dataset.domain.spaces import merged
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import Busy

VECTORS = "sample_vectors"
TRIES = 20


@dataclass(frozen=True, slots=True)
class VectorDocuments:
    """Collection `sample_vectors`: raw float32 rows, one document a sample and space.

    `own` is true of the space that the sample was found in. Rows beside it are not finite where a crop is not
    described in that space yet, and then the document is not `whole`.
    """

    documents: Documents

    async def prepare(self) -> None:
        """Make the index by which the documents of a sample are found."""
        await self.documents.ensure_index(VECTORS, ["sample_id"])

    async def put(self, sample_id: str, vectors: Described) -> None:
        name = _id(sample_id, vectors.space)
        change = {"$set": {"sample_id": sample_id, "own": True, **_fields(vectors)}}
        await self.documents.update(VECTORS, name, change, upsert=True)
        await self.documents.delete_where(VECTORS, {"sample_id": sample_id, "_id": {"$ne": name}})

    async def get(self, sample_ids: Sequence[str], space: str) -> dict[str, Vectors]:
        names = [_id(sample_id, space) for sample_id in sample_ids]
        found = await self._find({"_id": {"$in": names}, "whole": True}) if names else []
        return {kept["sample_id"]: _rows(kept) for kept in found}

    async def own(self, sample_ids: Sequence[str]) -> dict[str, Described]:
        query = {"sample_id": {"$in": list(sample_ids)}, "own": True}
        found = await self._find(query) if sample_ids else []
        return {kept["sample_id"]: Described(kept["space"], _rows(kept)) for kept in found}

    async def spaces(self, sample_ids: Sequence[str]) -> Mapping[str, frozenset[str]]:
        query = {"sample_id": {"$in": list(sample_ids)}, "whole": True}
        found: dict[str, set[str]] = {}
        for kept in await self._find(query) if sample_ids else []:
            found.setdefault(kept["space"], set()).add(kept["sample_id"])
        return {space: frozenset(names) for space, names in found.items()}

    async def describe(self, sample_id: str, own: Described, beside: Described) -> bool:
        name = _id(sample_id, beside.space)
        for _ in range(TRIES):
            before = await self.documents.get(VECTORS, name)
            rows = merged(_rows(before), beside.rows) if before is not None else beside.rows
            fields = {"sample_id": sample_id, "own": False, **_fields(Described(beside.space, rows))}
            if before is None:
                done = await self.documents.insert_once(VECTORS, {"_id": name, **fields})
            else:
                expect = {"rows": before["rows"], "own": False}
                done = bool(await self.documents.update(VECTORS, name, {"$set": fields}, expect=expect))
            if done:
                return await self._still_of(sample_id, own, name) and bool(fields["whole"])
            if before is not None and before["own"]:
                return False  # it was found anew meanwhile, in this very space
        raise Busy(
            say(
                "vectors_busy",
                "the vectors of sample {sample_id} are written by too many at once",
                sample_id=sample_id,
            ),
            retry_after=0.2,
        )

    async def _still_of(self, sample_id: str, own: Described, name: str) -> bool:
        """Return whether the sample has the vectors that rows beside were found by; delete these if not."""
        now = (await self.own([sample_id])).get(sample_id)
        if now is not None and now.space == own.space and np.array_equal(now.rows, own.rows):
            return True
        await self.documents.delete_where(VECTORS, {"_id": name, "own": False})
        return False

    async def forget(self, sample_id: str) -> bool:
        return bool(await self.documents.delete_where(VECTORS, {"sample_id": sample_id}))

    async def _find(self, query: Document) -> list[Document]:
        return list(await self.documents.find(VECTORS, query))


def _id(sample_id: str, space: str) -> str:
    return f"{sample_id}#{space}"


def _fields(vectors: Described) -> Document:
    rows = np.ascontiguousarray(vectors.rows, np.float32)
    return {
        "space": vectors.space,
        "rows": rows.tobytes(),
        "dimensions": rows.shape[1],
        "whole": bool(np.isfinite(rows).all()),
    }


def _rows(document: Document) -> Vectors:
    return np.frombuffer(document["rows"], np.float32).reshape(-1, document["dimensions"])
