"""An asset of twelve hours ends complete, and its last chunk costs what its first one cost."""

import statistics
from collections.abc import Sequence

import pytest

from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import ObjectRef, Shot, Span
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell_dataset.adapters.background_face_documents import BACKGROUND_FACES
from framewell_dataset.adapters.chunk_documents import CHUNKS
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing import DatasetBench, Footage, Seen, stated
from framewell_dataset.testing.footage import PICTURES, TICKS
from framewell_kit.documents import MemoryDocuments
from framewell_kit.testing.measured_documents import measured

CHUNKS_OF_TWELVE_HOURS = 4320
NAMED_EVERY = 90
ASKED_EVERY = 120
PRESENTED_EVERY = 32
NAMES = ("Anna", "Berta", "Clara", "Dora", "Emma", "Frida", "Greta", "Hanna", "Ida", "Jana", "Klara", "Lena")


def person_of(number: int) -> str:
    """Return a name that no other number has and that is no spelling of another."""
    first, rest = NAMES[number % len(NAMES)], number // len(NAMES)
    return (
        f"{first} {NAMES[rest % len(NAMES)]}{NAMES[(rest // len(NAMES) + number) % len(NAMES)].lower()}mann"
    )


def kind_of(index: int) -> str:
    """Return who is seen in a chunk."""
    if index % NAMED_EVERY == 0:
        return "new name"
    if index % ASKED_EVERY == 1:
        return "question"
    return "presenter" if index % PRESENTED_EVERY == 2 else "passer-by"


async def seen_in(footage: Footage, index: int, frames: ObjectRef | None) -> ChunkAnalysed:
    """Return a chunk that shows whom `kind_of` says; only what becomes a sample has pictures of its own."""
    match kind_of(index):
        case "new name":
            who = Seen(10_000 + index, name=person_of(index // NAMED_EVERY))
        case "question":
            who = Seen(10_000 + index, name=person_of(500 + index // ASKED_EVERY), reads=1)
        case "presenter":
            who = Seen(1, name="Petra Moderatorin", take=index)
        case _:
            return await footage.chunk("long", Seen(10_000 + index, pictures=3), index=index, frames=frames)
    return await footage.chunk("long", who, index=index)


def one_shot_a_chunk(count: int) -> list[Shot]:
    length = PICTURES * TICKS
    return [Shot(span=Span(start_pts=n * length, end_pts=(n + 1) * length)) for n in range(count)]


@pytest.mark.slow
async def test_twelve_hours_lose_nothing_and_the_last_chunk_costs_what_the_first_did() -> None:
    documents, store = measured(MemoryDocuments())
    async with DatasetBench(documents=documents) as bench:
        footage = Footage(bench.objects, width=32, height=18)
        await bench.take_in("long", stated())
        made: list[ChunkAnalysed] = []
        costs: list[int] = []
        for index in range(CHUNKS_OF_TWELVE_HOURS):
            chunk = await seen_in(footage, index, made[0].frames if made else None)
            made.append(chunk)
            store.take()
            await bench.deliver(chunk)
            costs.append(sum(store.take()))
        named = range(0, CHUNKS_OF_TWELVE_HOURS, NAMED_EVERY)
        of_presenter = DatasetSettings().quota
        assert len(bench.facts.of(SampleProposed)) == len(named) + of_presenter
        presented = [cost for n, cost in enumerate(costs) if kind_of(n) == "presenter"]
        assert_no_growth(presented[of_presenter:])
        assert_no_growth([cost for n, cost in enumerate(costs) if kind_of(n) == "passer-by"])

        fact = await footage.analysed("long", made, one_shot_a_chunk(len(made)))
        assert len(fact.SerializeToString()) < 1000
        await bench.deliver(fact)
        await bench.run_jobs()
        assert sum(store.take()) / CHUNKS_OF_TWELVE_HOURS < 150_000

        questions = [each for each in bench.facts.of(SampleProposed) if each.question]
        asked = [n for n in range(CHUNKS_OF_TWELVE_HOURS) if kind_of(n) == "question"]
        assert len(questions) == len(asked)
        assert len(bench.facts.of(SampleProposed)) == len(named) + of_presenter + len(asked)
        kept = await documents.find(BACKGROUND_FACES, {})
        passers_by = [n for n in range(CHUNKS_OF_TWELVE_HOURS) if kind_of(n) == "passer-by"]
        assert sum(len(document["faces"]) for document in kept) == len(passers_by)
        assert await documents.count(CHUNKS, {"asset_id": "long"}) == CHUNKS_OF_TWELVE_HOURS


def assert_no_growth(costs: Sequence[int]) -> None:
    tenth = len(costs) // 10
    first, last = statistics.mean(costs[:tenth]), statistics.mean(costs[-tenth:])
    assert last < 1.1 * first, f"a chunk cost {first:.0f} bytes at first and {last:.0f} at last"
