"""The look at a whole asset goes on after whoever was killed, and stops for an asset that goes."""

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed
from framewell.media.v1.media_pb2 import Shot, Span
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell_dataset.adapters.background_face_documents import BACKGROUND_FACES
from framewell_dataset.adapters.chunk_documents import CHUNKS
from framewell_dataset.ports.assets import COMPLETE
from framewell_dataset.rules.segments import MOST_CHUNKS
from framewell_dataset.testing import DatasetBench, Seen, stated
from framewell_dataset.testing.footage import PICTURES, TICKS
from framewell_dataset.testing.people import samples

LENGTH = PICTURES * TICKS
ASKED = Seen(3, name="Ada Neumann", reads=1)


async def two_segments(bench: DatasetBench) -> list[ChunkAnalysed]:
    """Return chunks of one passer-by each, somebody to ask about in the first and in the last."""
    seen = [Seen(100 + index, pictures=3) for index in range(MOST_CHUNKS + 2)]
    seen[0], seen[-1] = ASKED, Seen(4, name="Berta Altmann", reads=1)
    await bench.take_in("a", stated())
    return [await bench.chunk("a", who, index=index) for index, who in enumerate(seen)]


def shots(count: int) -> list[Shot]:
    return [Shot(span=Span(start_pts=n * LENGTH, end_pts=(n + 1) * LENGTH)) for n in range(count)]


async def test_whoever_takes_over_goes_on_after_the_last_segment_that_was_done(bench: DatasetBench) -> None:
    chunks = await two_segments(bench)
    await bench.deliver(await bench.footage.analysed("a", chunks, shots(len(chunks))))
    read, last = bench.objects.read, chunks[-1].results[0].observation_set.key
    reads: list[str] = []

    async def killed(ref: object) -> bytes:
        key = str(getattr(ref, "key", ref))
        if key == last:
            raise RuntimeError("killed")
        reads.append(key)
        return await read(ref)  # type: ignore[arg-type]

    bench.objects.read = killed  # type: ignore[method-assign,assignment]
    await bench.run_jobs()
    assert len(await samples(bench)) == 1
    (job,) = [document for document in await bench.documents.find("jobs", {}) if document["kind"] == COMPLETE]
    assert job["progress"] == {"segments": 1}

    first = chunks[0].results[0].observation_set.key
    reads.clear()
    last = ""
    await bench.clock.sleep(60)
    await bench.run_jobs()
    assert first not in reads
    assert len(await samples(bench)) == 2
    kept = await bench.documents.find(BACKGROUND_FACES, {})
    assert sum(len(document["faces"]) for document in kept) == len(chunks) - 2


async def test_an_asset_removed_meanwhile_leaves_nothing_behind(bench: DatasetBench) -> None:
    chunks = await two_segments(bench)
    await bench.deliver(await bench.footage.analysed("a", chunks, shots(len(chunks))))
    read, last = bench.objects.read, chunks[-2].results[0].observation_set.key

    async def removed_meanwhile(ref: object) -> bytes:
        if getattr(ref, "key", ref) == last:
            bench.objects.read = read  # type: ignore[method-assign]
            await bench.deliver(AssetRemoved(asset_id="a", revision=2))
        return await read(ref)  # type: ignore[arg-type]

    bench.objects.read = removed_meanwhile  # type: ignore[method-assign,assignment]
    await bench.run_jobs()
    assert await bench.documents.find(BACKGROUND_FACES, {}) == []
    assert await bench.documents.find(CHUNKS, {}) == []


async def test_a_later_generation_replaces_the_background_of_an_earlier_one(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    many = [await bench.chunk("a", Seen(100 + index, pictures=3), index=index) for index in range(3)]
    await bench.deliver(await bench.footage.analysed("a", many, shots(3)))
    await bench.run_jobs()
    await bench.deliver(await bench.footage.analysed("a", many[:1], shots(1), generation=2))
    await bench.run_jobs()
    kept = await bench.documents.find(BACKGROUND_FACES, {})
    assert [len(document["faces"]) for document in kept] == [1]


async def test_the_same_analysis_delivered_twice_is_looked_at_once(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    fact = await bench.footage.whole("a", await bench.chunk("a", ASKED))
    await bench.deliver(fact)
    await bench.deliver(fact)
    assert await bench.run_jobs() == 1
    assert [each.question for each in bench.facts.of(SampleProposed)] == [True]


async def test_an_asset_of_which_nothing_could_be_analysed_is_left_alone(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    fact = await bench.footage.whole("a")
    fact.ClearField("index")
    await bench.deliver(fact)
    assert await bench.run_jobs() == 0
