"""Postings of re-labellings: found by chunk, changed by one of many, pruned, and gone when they must be."""

from __future__ import annotations

import pytest

from framewell_inference.adapters.posting_documents import PostingDocuments
from framewell_inference.adapters.posting_sets import PostingSets
from framewell_inference.adapters.posting_tables import decode_postings, encode_postings
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.postings import PostingTable, table_of
from framewell_inference.domain.stored import ChunkPostings, Posting
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects import MemoryObjects
from framewell_kit.outcomes import Busy
from framewell_kit.testing.failing import failing
from framewell_models.manifest import ModelRef

ONE, TWO, THREE = (ModelRef("identity/news", version) for version in ("1.0", "2.0", "3.0"))


def postings(documents: Documents, objects: MemoryObjects) -> PostingDocuments:
    return PostingDocuments(documents, PostingSets(documents, objects, ObjectReferences(documents, objects)))


def known(class_id: str, track: int = 0) -> Posting:
    return Posting(track, Identity("known", class_id, class_id, 0.25, 0.75))


def unknown(class_id: str, track: int = 0) -> Posting:
    return Posting(track, Identity("unknown", None, class_id, 0.75, 0.25))


def table(**chunks: Posting) -> PostingTable:
    """Return one posting a chunk; a chunk's asset is the first letter of its name."""
    return table_of([ChunkPostings(name[0], name, [one]) for name, one in chunks.items()])


async def named(store: PostingDocuments, class_id: str) -> list[str]:
    return sorted([chunk.chunk_id async for chunk in store.of_class(class_id)])


async def bytes_of(objects: MemoryObjects) -> bytes:
    return b"".join(objects._objects.values())


async def test_a_version_is_read_by_chunk_and_written_again_whole() -> None:
    documents, objects = MemoryDocuments(), MemoryObjects()
    store = postings(documents, objects)
    await store.write(ONE, [table(a1=known("man")), table(b1=unknown("man"))])
    found = await store.of_chunks(ONE, ["a1", "b1", "c1"])
    assert found == {"a1": [known("man")], "b1": [unknown("man")]}
    assert await store.of_chunks(TWO, ["a1"]) == {}
    await store.write(ONE, [table(a1=known("woman"))])
    for reader in (store, postings(documents, objects)):
        assert await reader.of_chunks(ONE, ["a1", "b1"]) == {"a1": [known("woman")]}
    assert len(objects._objects) == 1, "what was replaced is deleted"


async def test_an_asset_and_a_chunk_go_from_every_version() -> None:
    documents, objects = MemoryDocuments(), MemoryObjects()
    store = postings(documents, objects)
    for model in (ONE, TWO):
        await store.write(model, [table(a1=known("man"), a2=known("man"), b1=known("man"))])
    assert await store.forget("a", "a1") == 2
    assert await named(store, "man") == ["a2", "a2", "b1", "b1"]
    assert await store.forget("a") == 2
    assert await store.forget("a") == 0
    assert b"a1" not in await bytes_of(objects)
    assert b"a2" not in await bytes_of(objects)
    assert (await store.of_chunks(ONE, ["b1"]))["b1"] == [known("man")]


async def test_a_class_goes_from_every_version_also_where_it_was_only_the_nearest() -> None:
    documents, objects = MemoryDocuments(), MemoryObjects()
    store = postings(documents, objects)
    await store.write(ONE, [table(a1=known("some-man"), a2=unknown("some-man"), b1=known("woman"))])
    assert await named(store, "some-man") == ["a1"]
    assert await store.forget_class("some-man") == 2
    assert await store.forget_class("some-man") == 0
    assert b"some-man" not in await bytes_of(objects)
    assert (await store.of_chunks(ONE, ["b1"]))["b1"] == [known("woman")]


async def test_old_versions_are_pruned_and_whom_they_took_for_somebody_stays_known() -> None:
    documents, objects = MemoryDocuments(), MemoryObjects()
    store = postings(documents, objects)
    await store.write(ONE, [table(a1=known("man"), b1=unknown("man"))])
    await store.write(TWO, [table(a1=known("woman"), b1=known("woman"))])
    await store.write(THREE, [table(a1=known("woman"))])
    assert await store.prune("identity/news", [TWO, THREE]) == 1
    assert await store.of_chunks(ONE, ["a1"]) == {}
    assert await named(store, "man") == ["a1"]
    assert await store.prune("identity/news", [THREE]) == 1
    assert await named(store, "man") == ["a1"]
    assert await named(store, "woman") == ["a1", "a1", "b1"]
    assert await store.prune("identity/news", [THREE]) == 0
    assert await store.forget_class("man") == 1
    assert await named(store, "man") == []
    assert len(await documents.find("posting_sets", {})) == 2


async def test_a_replica_reads_what_another_changed() -> None:
    documents, objects = MemoryDocuments(), MemoryObjects()
    one, other = postings(documents, objects), postings(documents, objects)
    await one.write(ONE, [table(a1=known("man"), b1=known("man"))])
    assert await named(other, "man") == ["a1", "b1"]
    await one.forget("a")
    assert await named(other, "man") == ["b1"]
    assert (await other.kept(ONE)).counts() == {"man": 1}


@pytest.mark.parametrize("after", [False, True])
async def test_whoever_dies_while_a_class_goes_another_leaves_nothing(after: bool) -> None:
    for last in range(100):
        documents, objects = MemoryDocuments(), MemoryObjects()
        store = postings(documents, objects)
        await store.write(ONE, [table(a1=known("some-man"), b1=known("woman"))])
        mortal_documents, mortal = failing(documents, last, after=after)
        try:
            await postings(mortal_documents, objects).forget_class("some-man")
        except Busy:
            await store.forget_class("some-man")
        assert b"some-man" not in await bytes_of(objects), f"after {last} calls"
        assert (await store.of_chunks(ONE, ["b1"]))["b1"] == [known("woman")]
        assert len(objects._objects) == 1, f"after {last} calls"
        if not mortal.broke:
            return
    pytest.fail("it never ended")


async def test_an_empty_table_can_be_kept() -> None:
    store = postings(MemoryDocuments(), MemoryObjects())
    await store.write(ONE, [])
    assert (await store.kept(ONE)).tables == ()
    nothing = decode_postings(encode_postings(table()))
    assert (len(nothing), len(nothing.names), nothing.counts()) == (0, 0, {})
