"""Vectors of a space: searched as they stand now, packed by one of many, and gone when they must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import FaceAttributes, Observation, Span
from framewell_inference.adapters import vector_block_objects
from framewell_inference.adapters.vector_block_objects import VectorBlockObjects
from framewell_inference.adapters.vector_index import FollowedVectors
from framewell_inference.adapters.vector_log_documents import VectorLogDocuments
from framewell_inference.adapters.vector_tables import decode_table
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.vector_views import VectorFilter
from framewell_inference.domain.vectors import Placed, VectorSet, VectorSpace, VectorTable, table_of
from framewell_inference.steps import pack_vectors
from framewell_inference.steps.pack_vectors import PackVectors
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Busy
from framewell_kit.testing.failing import failing
from framewell_models.manifest import ModelRef

SPACE = VectorSpace("faces", ModelRef("faces/dlib-resnet", "1.0"))
DIMENSIONS = 16
ANYTHING = VectorFilter()


class ListedObjects(MemoryObjects):
    """Objects in memory of which the keys can be asked."""

    @property
    def stored(self) -> list[str]:
        return sorted(self._objects)


@dataclass(frozen=True)
class Replica:
    """One replica's view of shared stores."""

    log: VectorLogDocuments
    packing: PackVectors
    index: FollowedVectors

    @staticmethod
    def on(documents: Documents, objects: ListedObjects, scratch: Path) -> Replica:
        log = VectorLogDocuments(documents)
        blocks = VectorBlockObjects(objects, ObjectReferences(documents, objects), scratch)
        return Replica(log, PackVectors(log, blocks), FollowedVectors(log, blocks))

    async def put(self, table: VectorTable) -> None:
        number = await self.log.append(SPACE, table.sets[0].set_id, table)
        await self.packing.when_due(SPACE, number)

    async def drop(self, set_id: str) -> None:
        await self.log.append(SPACE, set_id, None)

    async def found(self, query: Float, count: int = 5, wanted: VectorFilter = ANYTHING) -> list[str]:
        return [
            f"{one.of.set_id}/{one.row}"
            for one in await self.index.nearest(Placed(SPACE, query), count, wanted)
        ]


@dataclass(frozen=True)
class Stores:
    documents: MemoryDocuments
    objects: ListedObjects
    scratch: Path

    def replica(self, documents: Documents | None = None) -> Replica:
        return Replica.on(documents or self.documents, self.objects, self.scratch)

    async def vectors(self) -> Float:
        """Return every vector that lies anywhere, in half precision."""
        entries = await self.documents.find("vector_log", {})
        blocks = [one for one in self.objects.stored if one.endswith(vector_block_objects.BLOCK_SUFFIX)]
        data = [entry["rows"] for entry in entries if not entry["gone"]]
        data += [await self.objects.read(key) for key in blocks]
        tables = [decode_table(one) for one in data]
        found = [table.vectors for table in tables]
        return np.concatenate(found) if found else np.zeros((0, DIMENSIONS), np.float16)

    async def holds(self, vectors: Float) -> bool:
        rows = {row.tobytes() for row in await self.vectors()}
        return any(row.tobytes() in rows for row in vectors.astype(np.float16))


@pytest.fixture
def stores(tmp_path: Path) -> Stores:
    return Stores(MemoryDocuments(), ListedObjects(), tmp_path)


def vectors_of(seed: int, rows: int = 4) -> Float:
    return np.random.default_rng(seed).standard_normal((rows, DIMENSIONS)).astype(np.float32)


def table(
    name: str, vectors: Float, *, asset: str = "a", start: int = 0, scores: Sequence[float] = (), **of: object
) -> VectorTable:
    """Return a set of faces, one a vector, ten pts apart."""
    seen = [
        Observation(
            kind="face",
            span=Span(start_pts=start + 10 * row, end_pts=start + 10 * row + 10),
            score=scores[row] if scores else 0.9,
            vector_row=row,
            face_attributes=FaceAttributes(track=row, side_pixels=80),
        )
        for row in range(len(vectors))
    ]
    about = VectorSet(name, asset, f"{asset}/0/{start}", f"key-{name}", **of)  # type: ignore[arg-type]
    made = table_of(about, ObservationSet(observations=seen), vectors)
    assert made is not None
    return made


async def test_what_one_replica_wrote_another_finds_nearest_first(stores: Stores) -> None:
    one, other = stores.replica(), stores.replica()
    vectors = vectors_of(1)
    await one.put(table("s1", vectors))
    await one.put(table("s2", vectors + 0.2))
    assert await other.found(vectors[2], 2) == ["s1/2", "s2/2"]
    await one.packing.pack(SPACE)
    await one.put(table("s3", vectors + 0.1))
    assert await other.found(vectors[2], 3) == ["s1/2", "s3/2", "s2/2"]
    near = await other.index.nearest(Placed(SPACE, vectors[2]), 3, ANYTHING)
    assert [round(each.distance, 2) for each in near] == [0.0, 0.4, 0.8]


async def test_a_set_that_is_written_again_replaces_its_rows(stores: Stores) -> None:
    replica, vectors = stores.replica(), vectors_of(1)
    await replica.put(table("s1", vectors))
    await replica.packing.pack(SPACE)
    await replica.put(table("s1", vectors[:2] + 0.5))
    assert sorted(await replica.found(vectors[0], 9)) == ["s1/0", "s1/1"]
    await replica.packing.pack(SPACE)
    assert sorted(await replica.found(vectors[0], 9)) == ["s1/0", "s1/1"]
    assert (await replica.index.view(SPACE)).rows == 2


async def test_what_was_taken_away_is_not_found_and_lies_nowhere_after_a_purge(stores: Stores) -> None:
    replica, other = stores.replica(), stores.replica()
    old, new, kept = vectors_of(1), vectors_of(2), vectors_of(3)
    await replica.put(table("old", old))
    await replica.put(table("kept", kept))
    await replica.packing.pack(SPACE)
    await replica.put(table("new", new))
    assert await other.found(old[0], 1) == ["old/0"]
    for name in ("old", "new"):
        await replica.drop(name)
    assert {one.partition("/")[0] for one in await other.found(old[0], 20)} == {"kept"}
    await replica.packing.purge()
    assert not await stores.holds(np.concatenate([old, new]))
    assert await stores.holds(kept)
    assert {one.partition("/")[0] for one in await other.found(old[0], 20)} == {"kept"}
    assert len(stores.objects.stored) == 1, "nothing but the block that is left"


@pytest.mark.parametrize("after", [False, True])
async def test_whoever_dies_anywhere_in_a_purge_another_leaves_nothing(
    stores: Stores, after: bool, tmp_path: Path
) -> None:
    for last in range(100):
        fresh = Stores(MemoryDocuments(), ListedObjects(), tmp_path)
        replica, old, kept = fresh.replica(), vectors_of(1), vectors_of(2)
        for name, vectors in (("old", old), ("kept", kept)):
            await replica.put(table(name, vectors))
        await replica.packing.pack(SPACE)
        documents, mortal = failing(fresh.documents, last, after=after)
        try:
            dying = fresh.replica(documents)
            await dying.drop("old")
            await dying.packing.purge()
        except Busy:
            await replica.drop("old")
            await replica.packing.purge()
        assert not await fresh.holds(old), f"after {last} calls"
        assert await replica.found(kept[0], 1) == ["kept/0"]
        assert (await replica.index.view(SPACE)).rows == len(kept)
        assert len(fresh.objects.stored) == 1, f"after {last} calls"
        if not mortal.broke:
            return
    pytest.fail("it never ended")


async def test_two_who_pack_at_once_lose_nothing(stores: Stores) -> None:
    """The slower one finds that its blocks are not wanted, and deletes only its own."""
    one, two, vectors = stores.replica(), stores.replica(), vectors_of(1)
    await one.put(table("s1", vectors))
    replace = two.log.replace

    async def overtaken(*arguments: object) -> bool:
        if not overtaking:
            overtaking.append(True)
            await one.packing.pack(SPACE)
            await one.put(table("s2", vectors + 1))
        return await replace(*arguments)  # type: ignore[arg-type]

    overtaking: list[bool] = []
    object.__setattr__(two.packing, "log", _With(two.log, replace=overtaken))
    await two.packing.pack(SPACE)
    assert overtaking
    for replica in (one, two, stores.replica()):
        assert await replica.found(vectors[0], 1) == ["s1/0"]
        assert (await replica.index.view(SPACE)).rows == 8


class _With:
    """Something with some of its methods replaced."""

    def __init__(self, inside: object, **changed: object) -> None:
        self.__dict__ |= {"_inside": inside, **changed}

    def __getattr__(self, name: str) -> object:
        return getattr(self._inside, name)


async def test_an_entry_whose_number_was_packed_meanwhile_gets_another(stores: Stores) -> None:
    """Numbers are taken in order; one that is free because the log was trimmed is read by nobody."""
    one, two, vectors = stores.replica(), stores.replica(), vectors_of(1)
    await one.put(table("s1", vectors))
    insert, late = stores.documents.insert_once, list[bool]()

    async def insert_late(collection: str, document: dict[str, object]) -> bool:
        if collection == "vector_log" and not late:
            late.append(True)
            await one.put(table("s2", vectors + 1))
            await one.packing.pack(SPACE)
        return await insert(collection, document)

    slow = _With(stores.documents, insert_once=insert_late)
    await stores.replica(slow).put(table("s3", vectors + 2))  # type: ignore[arg-type]
    assert sorted(await two.found(vectors[0], 20)) == sorted(
        f"{name}/{row}" for name in ("s1", "s2", "s3") for row in range(4)
    )


async def test_small_blocks_are_merged_and_the_log_stays_short(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pack_vectors, "PACK_EVERY", 4)
    monkeypatch.setattr(pack_vectors, "BLOCK_ROWS", 60)
    replica = stores.replica()
    for number in range(40):
        await replica.put(table(f"s{number}", vectors_of(number)))
    packed = await replica.log.packed(SPACE)
    assert max(block.rows for block in packed.blocks) <= 60
    assert len(packed.blocks) <= 5
    assert await stores.documents.count("vector_log", {}) == 0
    assert len(stores.objects.stored) == len(packed.blocks), "objects that were replaced are deleted"
    for number in (0, 17, 39):
        assert await replica.found(vectors_of(number)[1], 1) == [f"s{number}/1"]


FILTERS = {
    "asset": (VectorFilter(asset_ids=frozenset({"b"})), {"s2/0", "s2/1", "s2/2", "s2/3"}),
    "series": (VectorFilter(series=frozenset({"News"})), {"s1/0", "s1/1", "s1/2", "s1/3"}),
    "kind": (VectorFilter(kinds=frozenset({"picture"})), set()),
    "asked from": (VectorFilter(asked_from=200.0), {"s2/0", "s2/1", "s2/2", "s2/3"}),
    "asked until": (VectorFilter(asked_until=200.0), {"s1/0", "s1/1", "s1/2", "s1/3"}),
    "span": (VectorFilter(span=(10, 20)), {"s1/1"}),
    "score": (VectorFilter(least_score=0.8), {"s1/3", "s2/0", "s2/1", "s2/2", "s2/3"}),
    "others": (VectorFilter(other_than=frozenset({"b", "c"})), {"s1/0", "s1/1", "s1/2", "s1/3"}),
    "two": (VectorFilter(least_score=0.8, asked_until=200.0), {"s1/3"}),
}


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize("packed", [False, True])
async def test_a_neighbour_is_what_was_asked_for(stores: Stores, name: str, packed: bool) -> None:
    wanted, expected = FILTERS[name]
    replica, vectors = stores.replica(), vectors_of(1)
    scores = [0.2, 0.4, 0.6, 0.8]
    await replica.put(table("s1", vectors, scores=scores, series="News", asked_at=100.0))
    await replica.put(table("s2", vectors + 1, asset="b", start=100, asked_at=200.0))
    if packed:
        await replica.packing.pack(SPACE)
    assert set(await replica.found(vectors[0], 20, wanted)) == expected


async def test_nothing_farther_than_the_bound_is_a_neighbour(stores: Stores) -> None:
    replica, vectors = stores.replica(), vectors_of(1)
    await replica.put(table("s1", vectors))
    await replica.put(table("s2", vectors + 0.1))
    assert await replica.found(vectors[0], 20, VectorFilter(most_distance=0.5)) == ["s1/0", "s2/0"]


async def test_a_graph_finds_what_comparing_all_finds_with_and_without_a_filter(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_block_objects, "GRAPH_VALUES", 100 * DIMENSIONS)
    monkeypatch.setattr("framewell_inference.domain.vector_search.EXACT_VALUES", 50 * DIMENSIONS)
    replica = stores.replica()
    people = vectors_of(0, 100)
    vectors = np.repeat(people, 20, axis=0) + 0.3 * vectors_of(1, 2000)
    for number in range(20):
        some = vectors[number * 100 : number * 100 + 100]
        await replica.put(table(f"s{number}", some, asset=f"a{number % 4}"))
    exact = [await replica.found(query, 10) for query in people[:20]]
    monkeypatch.setattr("framewell_inference.domain.vector_search.DEAR", 1)
    of_one = VectorFilter(asset_ids=frozenset({"a1"}))
    exact_of_one = [await replica.found(query, 10, of_one) for query in people[:20]]
    await replica.packing.pack(SPACE)
    (block,) = (await replica.log.packed(SPACE)).blocks
    assert block.graph_key
    (part,) = (await replica.index.view(SPACE)).parts
    assert part.approximate is not None
    found = [await replica.found(query, 10) for query in people[:20]]
    same = sum(len(set(a) & set(b)) for a, b in zip(exact, found, strict=True))
    assert same >= 0.98 * 200
    found_of_one = [await replica.found(query, 10, of_one) for query in people[:20]]
    same = sum(len(set(a) & set(b)) for a, b in zip(exact_of_one, found_of_one, strict=True))
    assert same >= 0.98 * 200
    await replica.drop("s3")
    assert not any(one.startswith("s3/") for one in await replica.found(vectors[300], 100))


async def test_what_is_no_number_is_left_out() -> None:
    vectors = vectors_of(1)
    vectors[1] = np.nan
    made = table("s1", vectors)
    assert made.columns["row"].tolist() == [0, 2, 3]
    assert made.columns["track"].tolist() == [0, 2, 3]
