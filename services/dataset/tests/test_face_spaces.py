"""Samples in the spaces of two embeddings: described row by row, published in each, compared in neither."""

import io

import numpy as np
import pyarrow as pa

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_dataset.adapters.analysis_objects import read_vectors
from framewell_dataset.domain.observations import Described
from framewell_dataset.domain.spaces import carried, merged, published_in
from framewell_dataset.testing import DatasetBench, Seen, stated
from framewell_dataset.testing.footage import EMBEDDING
from framewell_dataset.testing.people import accepted_people, read_table, review_each
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called

OTHER = ModelVersion(name="house/other", version="2.0")
TURN, _ = np.linalg.qr(np.random.default_rng(3).standard_normal((128, 160)).T)
"""Leads every face into a space of 160 numbers, where all distances are the same."""


async def beside(bench: DatasetBench, chunk: ChunkAnalysed, revision: int = 1) -> ChunkAnalysed:
    """Return the chunk as it is said again once another embedding has described its faces."""
    described = ChunkAnalysed()
    described.CopyFrom(chunk)
    described.revision = revision
    vectors = read_vectors(await bench.objects.read(chunk.results[0].vectors)) @ TURN.T.astype(np.float32)
    flat = pa.array(vectors.astype(np.float32).ravel(), pa.float32())
    table = pa.table({"vector": pa.FixedSizeListArray.from_arrays(flat, vectors.shape[1])})
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, table.schema) as writer:
        writer.write_table(table)
    described.results[0].beside.add(
        model=OTHER, vectors=await bench.objects.put(sink.getvalue(), media_type="arrow")
    )
    return described


async def test_a_snapshot_is_published_in_a_further_space_once_it_describes_every_sample(
    bench: DatasetBench,
) -> None:
    chunks = []
    for who in (1, 2):
        await bench.take_in(asset_called(who), stated())
        chunks.append(await bench.chunk(asset_called(who), Seen(who, name=f"Ada {chr(65 + who)}mann")))
        await bench.analyse(asset_called(who), chunks[-1])
    await bench.take_in("crowd", stated())
    crowd = await bench.chunk("crowd", Seen(50))
    await bench.analyse("crowd", crowd)
    await review_each(bench, *(one.sample_id for one in bench.facts.of(SampleProposed)))
    await bench.settle()
    (first,) = bench.facts.of(SnapshotPublished)
    assert (first.embedding, first.number) == (EMBEDDING, 1)

    await bench.deliver(await beside(bench, chunks[0]))
    await bench.deliver(await beside(bench, crowd))
    await bench.settle()
    assert len(bench.facts.of(SnapshotPublished)) == 1, "one of two samples is not described there"
    await bench.deliver(await beside(bench, chunks[1]))
    await bench.settle()
    _, second = bench.facts.of(SnapshotPublished)
    assert (second.embedding, second.number) == (OTHER, 2)
    for column in ("samples", "background"):
        plain = (await read_table(bench, getattr(first, column))).to_pylist()
        there = (await read_table(bench, getattr(second, column))).to_pylist()
        assert len(plain) == len(there) > 0
        for one, other in zip(plain, there, strict=True):
            np.testing.assert_allclose(TURN @ np.array(one.pop("vector")), other.pop("vector"), atol=1e-5)
            assert one == other

    await bench.deliver(await beside(bench, chunks[1]))
    await bench.settle()
    assert len(bench.facts.of(SnapshotPublished)) == 2, "said again it changes nothing"
    await accepted_people(bench, 3)
    await bench.settle()
    assert [one.embedding for one in bench.facts.of(SnapshotPublished)] == [EMBEDDING, OTHER, EMBEDDING], (
        "nobody describes new faces in that space any more"
    )


async def test_a_sample_of_another_embedding_is_compared_with_none_of_the_first(bench: DatasetBench) -> None:
    """The same bytes in another space: no class, no near-duplicate and no joined track follows from them."""
    await accepted_people(bench, 1)
    await bench.take_in(asset_called(9), stated())
    chunk = await bench.chunk(asset_called(9), Seen(1, name="Jemand Anderes"))
    chunk.results[0].model.CopyFrom(OTHER)
    found = ObservationSet.FromString(await bench.objects.read(chunk.results[0].observation_set))
    found.model.CopyFrom(OTHER)
    chunk.results[0].observation_set.CopyFrom(
        await bench.objects.put(found.SerializeToString(), media_type="application/x-protobuf")
    )
    await bench.analyse(asset_called(9), chunk)
    proposed = bench.facts.of(SampleProposed)[-1]
    assert proposed.provenance.asset_id == asset_called(9)
    assert not any(one.kind == "known_face" for one in proposed.evidence)


async def test_who_is_erased_leaves_vectors_in_no_space(bench: DatasetBench) -> None:
    await bench.take_in(asset_called(1), stated())
    chunk = await bench.chunk(asset_called(1), Seen(1, name="Ada Bmann"))
    await bench.analyse(asset_called(1), chunk)
    await bench.deliver(await beside(bench, chunk))
    (proposed,) = bench.facts.of(SampleProposed)
    kept = await bench.documents.find("sample_vectors", {})
    assert {one["space"] for one in kept} == {"faces/dlib-resnet@1.0", "house/other@2.0"}
    await bench.deliver(erasure_plan("e", class_ids=[proposed.class_id]))
    assert await bench.documents.find("sample_vectors", {}) == []


def test_rows_are_carried_by_their_bytes() -> None:
    own = Described("a", np.array([[1, 2], [3, 4], [9, 9]], np.float32))
    spaces = (
        Described("a", np.array([[3, 4], [1, 2]], np.float32)),
        Described("b", np.array([[30, 40, 50], [10, 20, 30]], np.float32)),
    )
    (found,) = carried(own, spaces)
    assert found.space == "b"
    np.testing.assert_array_equal(found.rows[:2], [[10, 20, 30], [30, 40, 50]])
    assert np.isnan(found.rows[2]).all()
    assert list(carried(Described("c", own.rows), spaces)) == []
    whole = merged(found.rows, np.array([[np.nan] * 3, [np.nan] * 3, [7, 8, 9]], np.float32))
    np.testing.assert_array_equal(whole, [[10, 20, 30], [30, 40, 50], [7, 8, 9]])


def test_a_snapshot_is_published_in_every_space_that_describes_all_samples() -> None:
    both = frozenset({"1", "2"})
    assert published_in({}, [], "a") == ()
    assert published_in({"a": both}, both, "a") == ("a",)
    assert published_in({"a": both, "b": both}, both, "b") == ("b", "a")
    assert published_in({"a": both, "b": frozenset({"1"})}, both, "b") == ("a",)
    assert published_in({"a": frozenset({"1"}), "b": frozenset({"2"})}, both, "b") == ("b",)
