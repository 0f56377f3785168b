"""Centres of clusters as documents, one a cluster and space, and all of a space in memory for what is near.

collection `cluster_centres`: `_id` <cluster>#<embedding>, the vector in single precision

What lies in memory only says where to look: whatever is near is read again before it counts.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from framewell_inference.domain.clusters import Centre, CentreTable
from framewell_inference.domain.pictures import Float
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, scan

COLLECTION: Final = "cluster_centres"

BY_CHANGE: Final = Order("changed", datetime)

OVERLAP: Final = timedelta(seconds=10)
"""Clocks of replicas differ, and a write takes its time."""

FOLLOWED_EVERY: Final = timedelta(seconds=2)
"""What this process writes is in its memory at once."""

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Followed:
    table: CentreTable = field(default_factory=CentreTable)
    until: datetime = _BEGINNING


@dataclass(frozen=True, slots=True)
class CentreDocuments:
    """CentreRepository on documents."""

    documents: Documents
    clock: Clock
    _followed: dict[str, _Followed] = field(default_factory=dict)

    async def prepare(self) -> None:
        """Make the indexes that centres are read by."""
        await self.documents.ensure_index(COLLECTION, ["embedding", *BY_CHANGE.fields])
        await self.documents.ensure_index(COLLECTION, ["cluster"])

    async def near(self, embedding: str, of: Centre, count: int) -> tuple[Sequence[tuple[str, float]], int]:
        table = (await self._follow(embedding)).table
        while True:
            ids = [name for name, _ in table.nearest(of, count)]
            found = {one.cluster_id: one for one in await self.of(embedding, ids)}
            for name in ids:
                if name in found:
                    table.put(found[name])
                else:
                    table.drop(name)
            if len(found) == len(ids):
                break
        near = [(name, one.distance(of)) for name, one in found.items()]
        return sorted(near, key=lambda one: (one[1], one[0])), len(table)

    async def of(self, embedding: str, cluster_ids: Collection[str]) -> Sequence[Centre]:
        if not cluster_ids:
            return ()
        names = [_id(one, embedding) for one in sorted(cluster_ids)]
        return [_centre(one) for one in await self.documents.find(COLLECTION, {"_id": {"$in": names}})]

    async def join(self, embedding: str, cluster_id: str, vector: Float) -> None:
        while True:
            document = await self.documents.get(COLLECTION, _id(cluster_id, embedding))
            if document is None:
                first = Centre(cluster_id, vector.astype(np.float32), 1)
                if await self.documents.insert_once(COLLECTION, self._document(embedding, first)):
                    return self._take(embedding, first)
                continue
            before = _centre(document)
            after = before.with_vector(vector)
            if after is before:
                return None
            change = {"$set": self._fields(embedding, after)}
            expect = {"changed": document["changed"], "count": before.count}
            if await self.documents.update(COLLECTION, document["_id"], change, expect=expect):
                return self._take(embedding, after)

    async def put(self, embedding: str, cluster_id: str, centre: Centre | None) -> None:
        name = _id(cluster_id, embedding)
        if centre is None:
            await self.documents.delete(COLLECTION, name)
            return
        change = {"$set": self._fields(embedding, centre)}
        await self.documents.update(COLLECTION, name, change, upsert=True)
        self._take(embedding, centre)

    async def embeddings(self, cluster_id: str) -> Sequence[str]:
        found = await self.documents.find(COLLECTION, {"cluster": cluster_id}, sort=[("_id", 1)])
        return [one["embedding"] for one in found]

    async def _follow(self, embedding: str) -> _Followed:
        followed = self._followed.setdefault(embedding, _Followed())
        begun = self.clock.now()
        if timedelta() <= begun - followed.until < FOLLOWED_EVERY:
            return followed
        since = max(followed.until - OVERLAP, _BEGINNING)
        query = {"embedding": embedding, "changed": {"$gte": since}}
        async for document in scan(self.documents, COLLECTION, query, BY_CHANGE):
            followed.table.put(_centre(document))
        followed.until = begun
        return followed

    def _take(self, embedding: str, centre: Centre) -> None:
        if embedding in self._followed:
            self._followed[embedding].table.put(centre)

    def _document(self, embedding: str, centre: Centre) -> Document:
        return {"_id": _id(centre.cluster_id, embedding), **self._fields(embedding, centre)}

    def _fields(self, embedding: str, centre: Centre) -> Document:
        return {
            "cluster": centre.cluster_id,
            "embedding": embedding,
            "vector": centre.vector.astype("<f4").tobytes(),
            "count": centre.count,
            "changed": self.clock.now(),
        }


def _id(cluster_id: str, embedding: str) -> str:
    return f"{cluster_id}#{embedding}"


def _centre(document: Document) -> Centre:
    vector = np.frombuffer(document["vector"], "<f4").astype(np.float32)
    return Centre(document["cluster"], vector, document["count"])
