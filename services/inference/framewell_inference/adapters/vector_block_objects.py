"""Blocks of vectors as objects: an Arrow file and beside it a usearch graph, both mapped into memory.

usearch (HNSW; Malkov, Yashunin 2016) was chosen over faiss for its size (2 MB), its half-precision vectors
and graphs that are read from a mapped file. It has no filters: `domain/vector_search` asks them outside.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from usearch.index import Index

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_inference.adapters.vector_tables import map_table, write_table
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.vector_blocks import BlockRef
from framewell_inference.domain.vector_views import Part
from framewell_inference.domain.vectors import Half, VectorSpace, VectorTable
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects

BLOCK_MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"
GRAPH_MEDIA_TYPE: Final = "application/vnd.usearch.index"
BLOCK_SUFFIX: Final = ".block.arrow"
GRAPH_SUFFIX: Final = ".usearch"

GRAPH_VALUES: Final = 1 << 21
"""A block of fewer numbers (16,384 faces) is compared row by row: about 5 ms."""

CONNECTIVITY: Final = 16
EXPANSION_ADD: Final = 64
EXPANSION_SEARCH: Final = 64
"""Neighbours a node has, and candidates that are held while one is added and looked for: `make bench-search`
measures what they find and cost."""


@dataclass(frozen=True, slots=True)
class VectorBlockObjects:
    """BlockStore on objects; `scratch` is a folder on a local disk."""

    objects: Objects
    references: ObjectReferences
    scratch: Path

    async def write(self, space: VectorSpace, table: VectorTable, revision: int, *, graph: bool) -> BlockRef:
        holder = _holder(space, revision)
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            path = Path(folder) / "block"
            await asyncio.to_thread(write_table, table, str(path))
            ref = await self.objects.put_file(path, media_type=BLOCK_MEDIA_TYPE, suffix=BLOCK_SUFFIX)
        await self.references.hold(holder, [ref])
        block = BlockRef(ref.key, "", len(table), holder)
        return await self.with_graph(space, block, revision) if graph else block

    async def with_graph(self, space: VectorSpace, block: BlockRef, revision: int) -> BlockRef:
        if block.graph_key:
            return block
        async with self.objects.local(block.key) as path:
            table = await asyncio.to_thread(map_table, path)
        if table.vectors.size < GRAPH_VALUES:
            return block
        with tempfile.TemporaryDirectory(dir=self.scratch) as folder:
            graph = Path(folder) / "graph"
            await asyncio.to_thread(_write_graph, table.vectors, graph)
            ref = await self.objects.put_file(graph, media_type=GRAPH_MEDIA_TYPE, suffix=GRAPH_SUFFIX)
        holder = _holder(space, revision)
        await self.references.hold(holder, [ref, ObjectRef(key=block.key)])
        return BlockRef(block.key, ref.key, block.rows, holder)

    async def open(self, block: BlockRef) -> Part:
        async with self.objects.local(block.key) as path:
            table = await asyncio.to_thread(map_table, path)
        if not block.graph_key:
            return Part(table)
        async with self.objects.local(block.graph_key) as path:
            graph = await asyncio.to_thread(_Graph, path)
        return Part(table, approximate=graph)

    async def sweep(self, space: VectorSpace, revision: int, named: Sequence[BlockRef]) -> None:
        kept = {block.holder for block in named}
        for holder in await self.references.holders(f"vectors/{space}/"):
            made_from = int(holder.rsplit("/", 2)[1])
            if made_from <= revision and holder not in kept:
                await self.references.release(holder)

    async def release(self, blocks: Sequence[BlockRef]) -> None:
        for block in blocks:
            await self.references.release(block.holder)


class _Graph:
    """A mapped graph. usearch keeps the state of a search in the index: one at a time may run."""

    def __init__(self, path: Path) -> None:
        index = Index.restore(str(path), view=True, expansion_search=EXPANSION_SEARCH)
        assert index is not None, "a graph that this service wrote"
        self._index, self._one_at_a_time = index, threading.Lock()

    def __call__(self, query: Float, count: int) -> NDArray[np.int64]:
        with self._one_at_a_time:
            found = self._index.search(query.astype(np.float16), count, threads=1)
        return np.asarray(found.keys, np.int64)


def _write_graph(vectors: Half, path: Path) -> None:
    index = Index(
        ndim=vectors.shape[1],
        metric="l2sq",
        dtype="f16",
        connectivity=CONNECTIVITY,
        expansion_add=EXPANSION_ADD,
        expansion_search=EXPANSION_SEARCH,
    )
    index.add(np.arange(len(vectors), dtype=np.uint64), vectors, threads=os.cpu_count() or 1)
    index.save(str(path))


def _holder(space: VectorSpace, revision: int) -> str:
    return f"vectors/{space}/{revision}/{uuid.uuid4().hex}"
