"""A filled archive: blocks as a mesh packs them, on a local disk, followed by one replica."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from benchmarks.search.faces import Faces, Vectors
from framewell_inference.adapters.vector_block_objects import VectorBlockObjects
from framewell_inference.adapters.vector_index import FollowedVectors
from framewell_inference.adapters.vector_log_documents import VectorLogDocuments
from framewell_inference.domain.vector_blocks import BlockRef, Packed
from framewell_inference.domain.vector_views import VectorFilter
from framewell_inference.domain.vectors import VectorSet, VectorSpace, VectorTable
from framewell_inference.steps import pack_vectors
from framewell_kit.documents import MemoryDocuments
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import LocalObjects
from framewell_models.manifest import ModelRef

SPACE: Final = VectorSpace("faces", ModelRef("faces/dlib-resnet", "1.0"))

SET_ROWS: Final = 20
"""Faces of a chunk: ten seconds, two pictures a second, one face in each."""

BLOCK_ROWS: Final = pack_vectors.BLOCK_ROWS // SET_ROWS * SET_ROWS
"""A set lies in one block."""

TRACK_ROWS: Final = 5
SETS_AN_ASSET: Final = 180
"""Half an hour."""


@dataclass(frozen=True, slots=True)
class Archive:
    """What is searched, and everything in single precision to hold it against."""

    index: FollowedVectors
    tables: tuple[VectorTable, ...]
    vectors: Vectors
    space: VectorSpace = SPACE

    def exact(self, queries: Vectors, count: int, wanted: VectorFilter) -> list[set[tuple[str, int]]]:
        """Return set and row of the nearest of each query that pass the filter, by comparing everything."""
        best = np.full((len(queries), count), np.inf, np.float32)
        rows = np.zeros((len(queries), count), np.int64)
        bound = np.inf if wanted.most_distance is None else wanted.most_distance**2
        for start, table in zip(range(0, len(self.vectors), BLOCK_ROWS), self.tables, strict=True):
            allowed = wanted.rows(table)
            chosen = np.arange(len(table)) if allowed is None else np.flatnonzero(allowed)
            vectors = self.vectors[start + chosen]
            squares = (queries**2).sum(axis=1)[:, None] + (vectors**2).sum(axis=1) - 2 * queries @ vectors.T
            squares[squares > bound] = np.inf
            found = np.concatenate([best, squares], axis=1)
            at = np.argpartition(found, count - 1, axis=1)[:, :count]
            there = np.concatenate([rows, np.tile(start + chosen, (len(queries), 1))], axis=1)
            best, rows = np.take_along_axis(found, at, 1), np.take_along_axis(there, at, 1)
        return [
            {self._name(int(row)) for row, square in zip(mine, squares, strict=True) if np.isfinite(square)}
            for mine, squares in zip(rows, best, strict=True)
        ]

    def _name(self, row: int) -> tuple[str, int]:
        table, at = self.tables[row // BLOCK_ROWS], row % BLOCK_ROWS
        return table.sets[table.codes[at]].set_id, int(table.columns["row"][at])


async def filled(folder: Path, house: Faces, faces: int, *, graphs: bool = True) -> Archive:
    """Write so many faces, a track of five a person, into full blocks."""
    documents, objects = MemoryDocuments(), LocalObjects(folder / "objects")
    (scratch := folder / "scratch").mkdir(parents=True)
    log = VectorLogDocuments(documents)
    blocks = VectorBlockObjects(objects, ObjectReferences(documents, objects), scratch)
    vectors = np.concatenate(list(_pictures(house, faces)))
    tables, written = [], list[BlockRef]()
    for start in range(0, faces, BLOCK_ROWS):
        tables.append(table_of_faces(vectors[start : start + BLOCK_ROWS], start))
        written.append(await blocks.write(SPACE, tables[-1], 0, graph=graphs))
    await log.append(SPACE, "none", None)  # the space is there
    before = await log.packed(SPACE)
    assert await log.replace(SPACE, before, Packed(before.revision, 1, tuple(written)))
    return Archive(FollowedVectors(log, blocks), tuple(tables), vectors)


def _pictures(house: Faces, faces: int) -> Iterator[Vectors]:
    random = np.random.default_rng(house.seed)
    for start in range(0, faces, 100_000):
        tracks = random.integers(0, house.people, -(-min(100_000, faces - start) // TRACK_ROWS))
        person = np.repeat(tracks, TRACK_ROWS)[: faces - start]
        yield house.pictures(person, seed=start)


def table_of_faces(vectors: Vectors, start: int) -> VectorTable:
    """Return a block of these faces; `start` is how many faces come before them. Scores are even in 0..1."""
    rows = np.arange(len(vectors), dtype=np.int64)
    numbers = (rows + start) // SET_ROWS
    first = int(numbers[0])
    within = ((rows + start) % SET_ROWS).astype(np.int32)
    columns: dict[str, NDArray[Any]] = {
        "row": within,
        "ordinal": within,
        "start_pts": 12_500 * numbers,
        "end_pts": 12_500 * (numbers + 1),
        "score": ((rows + start) * 0.61803398875 % 1).astype(np.float32),
        "track": within // TRACK_ROWS,
        "side": np.full(len(rows), 80, np.float32),
    }
    sets = tuple(
        VectorSet(
            set_id=f"set-{number}",
            asset_id=f"asset-{number // SETS_AN_ASSET}",
            chunk_id=f"asset-{number // SETS_AN_ASSET}/0/{number}",
            vectors_key=f"key-{number}",
            kind="face",
            series=f"series {number // SETS_AN_ASSET % 10}",
            asked_at=float(number),
        )
        for number in range(first, int(numbers[-1]) + 1)
    )
    return VectorTable(vectors.astype(np.float16), (numbers - first).astype(np.int32), columns, sets)
