"""Analysed chunks as documents."""

from dataclasses import dataclass

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell_kit.documents.protocol import Documents

CHUNKS = "chunks"


@dataclass(frozen=True, slots=True)
class ChunkDocuments:
    """Collection `chunks`."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(CHUNKS, ["asset_id", "end_pts"])

    async def keep(self, chunk: ChunkAnalysed) -> None:
        kept = {
            "asset_id": chunk.work.asset_id,
            "start_pts": chunk.span.start_pts,
            # A picture without a length stands for one tick.
            "end_pts": max(chunk.span.end_pts, chunk.span.start_pts + 1),
            "generation": chunk.work.generation,
            "revision": chunk.revision,
            "content": chunk.SerializeToString(),
        }
        if await self.documents.insert_once(CHUNKS, {"_id": chunk.chunk_id, **kept}):
            return
        generation = chunk.work.generation
        older = {
            "$or": [
                {"generation": {"$lt": generation}},
                {"generation": generation, "revision": {"$lt": chunk.revision}},
            ]
        }
        await self.documents.update(CHUNKS, chunk.chunk_id, {"$set": kept}, expect=older)

    async def at(self, asset_id: str, pts: int) -> list[ChunkAnalysed]:
        query = {"asset_id": asset_id, "end_pts": {"$gt": pts}, "start_pts": {"$lte": pts}}
        found = await self.documents.find(CHUNKS, query, sort=[("end_pts", 1)])
        return [ChunkAnalysed.FromString(document["content"]) for document in found]

    async def forget(self, asset_id: str) -> int:
        return await self.documents.delete_where(CHUNKS, {"asset_id": asset_id})
