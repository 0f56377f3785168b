"""Of one chunk the newest generation is kept, and in it the latest look."""

import random

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import Span, Work
from framewell_dataset.adapters.chunk_documents import ChunkDocuments
from framewell_kit.documents import MemoryDocuments


async def test_whatever_order_looks_arrive_in_the_latest_is_kept() -> None:
    looks = [(generation, revision) for generation in (1, 2) for revision in (0, 17, 4)]
    for seed in range(20):
        chunks = ChunkDocuments(MemoryDocuments())
        for generation, revision in random.Random(seed).sample(looks * 2, len(looks) * 2):
            await chunks.keep(
                ChunkAnalysed(
                    work=Work(asset_id="a", generation=generation),
                    chunk_id="a/0/0",
                    span=Span(end_pts=10),
                    revision=revision,
                )
            )
        (kept,) = await chunks.at("a", 3)
        assert (kept.work.generation, kept.revision) == (2, 17)
