"""The words of an archive on the embedded database: pages come from the index, in order, without loss."""

from __future__ import annotations

import time
from uuid import uuid4

import pytest

from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import Observation
from framewell_inference.adapters.word_documents import COLLECTION, WordDocuments
from framewell_kit.documents import MemoryDocuments, MongoDocuments

pytestmark = pytest.mark.integration

SETS = 10_000
KINDS = ["text", "transcript"]
SLOWEST_PAGE_SECONDS = 0.5


async def filled(index: WordDocuments) -> None:
    """Sets of four hundred assets: one word in all of them, one in a few, one in a single one."""
    for number in range(SETS):
        rare = " selten" if number % 500 == 0 else ""
        only = " einmalig" if number == 7777 else ""
        text = f"Müller heute {number}{rare}{only}"
        asset = f"1c5b2c1e-0000-4000-8000-{number // 25:012}"
        found = ObservationSet(asset_id=asset, observations=[Observation(kind="text", text=text)])
        await index.put(f"set-{number:05}", found, asked_at=1e9 + number // 25, position=f"{number % 25:07}/")


async def places(index: WordDocuments, *words: str, limit: int = 1_000_000) -> list[str]:
    found = []
    async for one in index.sets(words, KINDS, ()):
        found.append(one.place)
        if len(found) == limit:
            break
    return found


async def test_words_are_found_in_order_however_many_sets_have_them(database: str) -> None:
    memory = MemoryDocuments()
    await filled(WordDocuments(memory))
    documents = MongoDocuments(database, f"test_{uuid4().hex[:8]}")
    index = WordDocuments(documents)
    await index.prepare()
    await documents.insert_each_once(COLLECTION, await memory.find(COLLECTION, {}))

    begun = time.perf_counter()
    first = await places(index, "mueller", limit=50)
    assert time.perf_counter() - begun < SLOWEST_PAGE_SECONDS
    assert first == sorted(first)
    begun = time.perf_counter()
    (only,) = await places(index, "einmalig", "muller")
    assert time.perf_counter() - begun < SLOWEST_PAGE_SECONDS
    assert only.endswith("set-07777")
    assert len(await places(index, "selten")) == SETS // 500
    everything = await places(index, "heute")
    assert (len(everything), everything) == (SETS, sorted(everything))
    await index.remove("set-07777")
    assert await places(index, "einmalig") == []
