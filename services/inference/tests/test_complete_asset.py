"""An asset ends once, when all of it is there: one index, one small fact, whatever its length."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetRemoved, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.inference.v1.inference_pb2 import AnalysisIndex, ChunkAnalysis
from framewell.media.v1.media_pb2 import MediaIndex, MediaKind, ObjectRef, Shot, Span, Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell_inference.steps.analyse_by_rights import WITHHELD
from framewell_inference.steps.choose_analysers import STAYS_ON_SITE
from framewell_inference.steps.missing_analysis import missing_analysis
from framewell_inference.testing import TIMELINE, InferenceBench
from framewell_kit.documents import MemoryDocuments
from framewell_kit.outcome_messages import done, failed
from framewell_kit.testing.measured_documents import measured

ASSET = "6d1f0f3e-0000-5000-8000-000000000001"
WORK = Work(asset_id=ASSET, generation=1, timeline=TIMELINE, labels={"job": "4711"})
ANALYSERS = ("faces", "labels", "safety", "site", "text")
TWELVE_HOURS = 4320
"""Chunks of ten seconds."""


def reference(number: int, suffix: str) -> ObjectRef:
    digest = f"{number:064x}"
    return ObjectRef(
        key=f"{digest[:2]}/{digest}{suffix}", media_type="application/protobuf", size=100_000, sha256=digest
    )


def result(analyser: str, number: int) -> AnalyserResult:
    return AnalyserResult(
        analyser=analyser,
        model=ModelVersion(name=f"{analyser}/model", version="1.0"),
        outcome=done(),
        observation_count=3,
        observation_set=reference(number, ".observations.pb"),
        vectors=reference(number, ".vectors.arrow"),
    )


def chunk(number: int) -> ChunkAnalysed:
    """A chunk of ten seconds; every hundredth could not be read."""
    message = ChunkAnalysed(
        work=WORK,
        chunk_id=f"{ASSET}/0/{number * 250}",
        index=number,
        span=Span(start_pts=number * 250, end_pts=(number + 1) * 250, first_frame=number * 250, frames=250),
        outcome=done(),
        results=[result(name, number) for name in ANALYSERS],
        frames=reference(number, ".frames.arrow"),
        provisional_cuts=[number * 250 + 100],
    )
    if number % 100 == 99:
        message.ClearField("results")
        message.outcome.CopyFrom(failed("unreadable", "no picture decodes"))
    return message


async def transcoded(bench: InferenceBench, chunks: int) -> AssetTranscoded:
    """The end of transcoding, with one shot for each chunk."""
    index = MediaIndex(
        work=WORK, shots=[Shot(span=Span(start_pts=number * 250, frames=250)) for number in range(chunks)]
    )
    stored = await bench.objects.put(index.SerializeToString(), media_type="application/protobuf")
    return AssetTranscoded(
        work=WORK,
        outcome=done(),
        chunk_count=chunks,
        expects_audio=True,
        index=stored,
        shot_count=chunks,
    )


SOUND = AudioAnalysed(work=WORK, outcome=done(), results=[result("speech", 9)])


@pytest.mark.slow
async def test_an_asset_of_twelve_hours_ends_once_with_a_small_fact_and_a_complete_index() -> None:
    """In any order and with redeliveries, at two replicas: 4,320 chunks with five analysers each."""
    async with InferenceBench() as bench:
        parts = [await transcoded(bench, TWELVE_HOURS), SOUND, *map(chunk, range(TWELVE_HOURS))]
        chance = random.Random(12)
        parts += chance.sample(parts, 43)
        chance.shuffle(parts)
        for part in parts:
            await bench.deliver(part)
        analysed = bench.facts.one(AssetAnalysed)  # one id, and always the same content
        index = AnalysisIndex.FromString(await bench.objects.read(analysed.index))
    assert analysed.ByteSize() < 10_000
    assert analysed.work == WORK
    assert analysed.chunk_count == len(index.chunks) == TWELVE_HOURS
    assert [one.chunk_id for one in index.chunks] == [f"{ASSET}/0/{n * 250}" for n in range(TWELVE_HOURS)]
    assert all(one.span.start_pts < later.span.start_pts for one, later in pairwise(index.chunks))
    for one in (index.chunks[0], index.chunks[4318]):
        sent = chunk(one.index)
        assert [*one.results] == [*sent.results]
        assert (one.frames, [*one.provisional_cuts]) == (sent.frames, [*sent.provisional_cuts])
    assert len(index.shots) == TWELVE_HOURS
    assert [one.analyser for one in index.sound] == ["speech"]
    assert index.work == WORK
    assert len(index.missing) == 43
    assert index.missing[0] == (
        "From 0:16:30.0 to 0:16:40.0 (frames 24750 to 24999) is not analysed: no picture decodes"
    )
    assert len(analysed.missing) == 20
    assert "24" in analysed.missing[-1], "the last sentence counts the others"
    assert {total.analyser: total.observation_count for total in analysed.totals} == {
        **dict.fromkeys(ANALYSERS, 3 * (TWELVE_HOURS - 43)), "speech": 3
    }  # fmt: skip


async def test_a_part_costs_the_same_at_the_first_and_at_the_thousandth() -> None:
    documents, store = measured(MemoryDocuments())
    async with InferenceBench(documents=documents) as bench:
        await bench.deliver(await transcoded(bench, TWELVE_HOURS))
        costs = []
        for number in range(1024):
            message = chunk(0)
            message.index = number
            store.take()
            await bench.deliver(message, group="inference.complete_asset")
            costs.append(store.take())
        assert bench.facts.of(AssetAnalysed) == []
    for number, cost in enumerate(costs):
        first = costs[number % 64]
        assert len(cost) == len(first), f"part {number} takes other calls than part {number % 64}"
        assert sum(cost) <= sum(first) + 1024, f"part {number} touches more than part {number % 64}"


@pytest.mark.parametrize("last", range(4))
async def test_any_part_may_be_the_last_and_a_redelivery_publishes_the_same(last: int) -> None:
    async with InferenceBench() as bench:
        parts = [await transcoded(bench, 2), SOUND, chunk(0), chunk(1)]
        for part in [*parts[:last], *parts[last + 1 :]]:
            assert await bench.deliver(part) == []
        (analysed,) = await bench.deliver(parts[last])
        for part in parts:
            assert await bench.deliver(part) == [analysed]
        assert bench.facts.messages == [analysed]


async def test_a_chunk_that_was_lost_is_missing_and_the_asset_is_done() -> None:
    async with InferenceBench() as bench:
        lost = chunk(1)
        lost.ClearField("results")
        lost.outcome.CopyFrom(failed("unreadable", "a hole in the file"))
        await bench.deliver(chunk(0))
        await bench.deliver(await transcoded(bench, 2))
        await bench.deliver(lost)
        silent = AudioExtracted(work=WORK, outcome=done(), present=False)
        (heard,) = await bench.deliver(silent)
        (analysed,) = await bench.deliver(heard)
    assert isinstance(analysed, AssetAnalysed)
    assert analysed.outcome.HasField("done")
    assert list(analysed.missing) == [
        "From 0:00:10.0 to 0:00:20.0 (frames 250 to 499) is not analysed: a hole in the file"
    ]
    assert {total.analyser: total.chunk_count for total in analysed.totals} == dict.fromkeys(ANALYSERS, 1)


async def test_what_transcode_says_is_missing_is_not_said_again() -> None:
    stated = [
        "From 0:00:10.0 to 0:00:20.0 (frames 250 to 499) is missing: segment 1 of the recording never came.",
        "The sound is missing: it cannot be decoded",
    ]
    async with InferenceBench() as bench:
        lost, unread = chunk(1), chunk(2)
        for part, reason in ((lost, stated[0].partition("missing: ")[2]), (unread, "no bundle")):
            part.ClearField("results")
            part.outcome.CopyFrom(failed("segment_missing", reason))
        plan = await transcoded(bench, 3)
        index = MediaIndex(work=WORK, missing=stated)
        plan.index.CopyFrom(
            await bench.objects.put(index.SerializeToString(), media_type="application/protobuf")
        )
        sound = AudioAnalysed(work=WORK, outcome=failed("unreadable", "it cannot be decoded"))
        for fact in (chunk(0), lost, unread, plan):
            await bench.deliver(fact)
        (analysed,) = await bench.deliver(sound)
    assert isinstance(analysed, AssetAnalysed)
    assert list(analysed.missing) == [
        *stated,
        "From 0:00:20.0 to 0:00:30.0 (frames 500 to 749) is not analysed: no bundle",
    ]


async def test_an_analyser_that_failed_on_a_chunk_is_missing_there() -> None:
    async with InferenceBench() as bench:
        partly = chunk(0)
        partly.results[1].outcome.CopyFrom(failed("analyser_failed", "the analyser labels failed (KeyError)"))
        await bench.deliver(await transcoded(bench, 1))
        await bench.deliver(SOUND)
        (analysed,) = await bench.deliver(partly)
    assert isinstance(analysed, AssetAnalysed)
    assert list(analysed.missing) == [
        "From 0:00:00.0 to 0:00:10.0 (frames 0 to 249) is analysed in part: "
        "the analyser labels failed (KeyError)"
    ]
    assert "labels" not in {total.analyser for total in analysed.totals}


def lacking(number: int, reason: str, code: str = "skipped") -> ChunkAnalysis:
    chunk = ChunkAnalysis(
        index=number,
        span=Span(start_pts=number * 250, end_pts=number * 250 + 250, first_frame=number * 250, frames=250),
    )
    chunk.results.add(analyser="faces", outcome=failed(code, reason))
    return chunk


def test_neighbours_that_lack_the_same_share_a_sentence_with_their_place() -> None:
    chunks = [lacking(number, "faces was skipped") for number in (4, 0, 1)]
    away = [lacking(number, "it stays on site", STAYS_ON_SITE) for number in (2, 3)]
    assert missing_analysis(WORK, [*chunks, *away], SOUND, ["The sound is missing: never sent"]) == [
        "it stays on site",
        "From 0:00:00.0 to 0:00:20.0 (frames 0 to 499) is analysed in part: faces was skipped",
        "From 0:00:40.0 to 0:00:50.0 (frames 1000 to 1249) is analysed in part: faces was skipped",
    ]


def test_what_a_still_lacks_has_no_place() -> None:
    still = Work(kind=MediaKind.MEDIA_KIND_STILL, timeline=TIMELINE)
    assert missing_analysis(still, [lacking(0, "faces failed")], SOUND, []) == [
        "It is analysed in part: faces failed"
    ]


def test_an_analyser_that_did_not_hear_all_is_named() -> None:
    sound = AudioAnalysed(outcome=done(), results=[result("speech", 9)])
    sound.results.add(analyser="transcript", outcome=failed("not_heard", "transcript took too long"))
    assert missing_analysis(WORK, [], sound, []) == [
        "The sound is analysed in part: transcript took too long"
    ]


def test_what_is_withheld_in_part_is_said_with_its_place_and_once() -> None:
    chunks = [ChunkAnalysis(index=0, outcome=done(), results=[result("faces", 1)]), lacking(1, "", WITHHELD)]
    chunks[1].ClearField("results")
    chunks[1].outcome.CopyFrom(failed(WITHHELD, "It is prohibited."))
    place = "From 0:00:10.0 to 0:00:20.0 (frames 250 to 499) is not analysed: It is prohibited."
    assert missing_analysis(WORK, chunks, SOUND, []) == [place]
    assert missing_analysis(WORK, chunks, SOUND, [place]) == []
    assert missing_analysis(WORK, chunks[1:], AudioAnalysed(outcome=done()), []) == [
        "It is not analysed: It is prohibited."
    ]


async def test_an_asset_of_which_nothing_could_be_analysed_ends_as_failed() -> None:
    async with InferenceBench() as bench:
        plan = AssetTranscoded(
            work=WORK, outcome=failed("unreadable", "nothing decodes"), missing=["everything"]
        )
        (ended,) = await bench.deliver(plan)
    assert isinstance(ended, AssetAnalysed)
    assert ended.outcome.failed.detail == "everything"
    assert ended.chunk_count == 0


async def test_generations_are_completed_apart() -> None:
    async with InferenceBench() as bench:
        plan, late = await transcoded(bench, 1), chunk(0)
        await bench.deliver(SOUND)
        await bench.deliver(plan)
        late.work.generation = plan.work.generation = 2
        assert await bench.deliver(late) == []
        (analysed,) = await bench.deliver(chunk(0))
    assert isinstance(analysed, AssetAnalysed)
    assert analysed.work.generation == 1


async def test_a_removed_asset_leaves_neither_parts_nor_index_behind() -> None:
    async with InferenceBench() as bench:
        for part in (await transcoded(bench, 2), SOUND, chunk(0), chunk(1)):
            await bench.deliver(part)
        index = bench.facts.one(AssetAnalysed).index
        assert await bench.objects.exists(index)
        await bench.deliver(AssetRemoved(asset_id=ASSET))
        assert not await bench.objects.exists(index)
        assert await bench.documents.count("analyses", {}) == 0
