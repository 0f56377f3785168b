"""Nobody looks at what may not be analysed, and what was seen goes once that is decided."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from framewell.asset.v1.asset_pb2 import AssetAnalysed, AssetPermitted, AssetRemoved, AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioAnalysed, AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.inference.v1.inference_pb2 import AnalysisIndex
from framewell.media.v1.media_pb2 import ObservationRef, Span, Timeline, Work
from framewell_inference.domain.pictures import Picture
from framewell_inference.ports.analysers import Analysers
from framewell_inference.testing import TIMELINE, InferenceBench, frame_bundle
from framewell_kit.outcome_messages import done
from framewell_kit.outcomes import NotFound, NotYet
from framewell_kit.stream import HeavyStage, Stage
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import UnlessGone

ASSET, CHUNK, SECOND = asset_called(1), f"{asset_called(1)}/0/0", f"{asset_called(1)}/0/100"
STORES = ("observation_sets", "face_tracks", "postings", "references")


async def left(bench: InferenceBench, asset_id: str = ASSET) -> dict[str, int]:
    """Count what the service holds of an asset."""
    held = {"holder": asset_id}
    return {
        name: await bench.documents.count(name, held if name == "references" else {"asset_id": asset_id})
        for name in STORES
    }


async def chunk_of(bench: InferenceBench, pictures: list[Picture], chunk_id: str = CHUNK) -> ChunkTranscoded:
    """Return a chunk of these pictures as transcode makes it, ten frames apart."""
    frames = await bench.objects.put(frame_bundle(pictures), media_type="application/arrow")
    return ChunkTranscoded(
        work=Work(asset_id=ASSET, generation=1, timeline=TIMELINE),
        chunk_id=chunk_id,
        span=Span(end_pts=10 * len(pictures), frames=10 * len(pictures)),
        outcome=done(),
        frames=frames,
        rights_revision=1,
    )


async def end(bench: InferenceBench, chunks: int) -> AssetTranscoded:
    """Return the end of transcoding of an asset without sound."""
    return AssetTranscoded(
        work=Work(asset_id=ASSET, generation=1, timeline=TIMELINE), outcome=done(), chunk_count=chunks
    )


async def test_what_may_not_be_analysed_is_seen_by_no_model_and_its_asset_ends_with_the_reason(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    """Tried: with analysis prohibited all models ran and named the person."""
    await bench.promote({"man": (await bench.vectors(await bench.analyse(man_in_car, "a/0/0")))[0]}, "1.0", 1)
    await bench.relabel()
    await bench.decide(ASSET, allowed=False)
    fact = await chunk_of(bench, man_in_car)
    fact.ClearField("frames")
    for frames in (None, (await chunk_of(bench, man_in_car)).frames):
        fact.frames.CopyFrom(frames) if frames else fact.ClearField("frames")
        (analysed,) = await bench.deliver(fact)
        assert isinstance(analysed, ChunkAnalysed)
        assert (analysed.outcome.failed.code, analysed.outcome.failed.detail) == ("withheld", "Decision 1.")
        assert not analysed.results
    assert set((await left(bench)).values()) == {0}
    assert await bench.people(ASSET) == []
    await bench.deliver(analysed)
    (ended,) = await bench.deliver(await end(bench, 1))
    assert isinstance(ended, AssetAnalysed)
    assert list(ended.missing) == ["It is not analysed: Decision 1."]
    assert (ended.outcome.failed.code, list(ended.totals)) == ("withheld", [])


async def test_nothing_is_looked_at_before_the_rights_are_decided(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    fact = await chunk_of(bench, man_in_car[:1])
    with pytest.raises(NotYet, match="has not decided yet"):
        await bench.deliver(fact)
    await bench.decide(ASSET)
    fact.rights_revision = 2
    with pytest.raises(NotYet):
        await bench.deliver(fact)


async def test_a_withheld_passage_is_not_looked_at(bench: InferenceBench, man_in_car: list[Picture]) -> None:
    await bench.decide(ASSET, 1, (0, 25))
    await bench.deliver(await chunk_of(bench, man_in_car[:6]))
    answer = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=ASSET))
    assert answer.observations
    assert min(one.span.start_pts for one in answer.observations) == 30


async def test_once_it_is_withheld_nothing_of_it_is_found_and_once_permitted_it_is_asked_for(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    analysed = await bench.analyse(man_in_car[:4], CHUNK)
    other = await bench.analyse([astronaut], f"{asset_called(3)}/0/0")
    await bench.promote({"man": (await bench.vectors(analysed)).mean(axis=0)}, "1.0", 1)
    await bench.relabel()
    assert (await bench.people(ASSET))[0].class_id == "man"
    await bench.deliver(analysed)
    (ended,) = await bench.deliver(await end(bench, 1))
    assert isinstance(ended, AssetAnalysed)
    assert ended.totals

    (anew,) = await bench.decide(ASSET, 2, allowed=False)
    assert isinstance(anew, AssetAnalysed)
    assert (list(anew.totals), list(anew.missing)) == ([], ["It is not analysed: Decision 2."])
    index = AnalysisIndex.FromString(await bench.objects.read(anew.index))
    assert not index.chunks[0].results
    assert {**await left(bench), "references": 0} == dict.fromkeys(STORES, 0)
    for ref in (analysed.results[0].vectors, analysed.results[0].observation_set, ended.index):
        assert not await bench.objects.exists(ref)
    assert await bench.people(ASSET) == []
    one = ObservationRef(asset_id=asset_called(3), observation_id="faces/0/0/0")
    found = await bench.call(
        "FindSimilar", api.FindSimilarRequest(observation=one, limit=50, reason="a test")
    )
    assert {each.asset_id for each in found.neighbours} == {asset_called(3)}
    assert await bench.objects.exists(other.results[0].vectors)
    gone = ObservationRef(asset_id=ASSET, observation_id="faces/0/0/0")
    with pytest.raises(NotFound):
        await bench.call("FindSimilar", api.FindSimilarRequest(observation=gone, reason="a test"))

    answers = await bench.decide(ASSET, 3)
    (permitted,) = [one for one in answers if isinstance(one, AssetPermitted)]
    assert (permitted.work.generation, permitted.rights_revision) == (1, 3)
    await bench.analyse(man_in_car[:4], CHUNK, generation=2)
    assert (await bench.people(ASSET))[0].class_id == "man"


async def test_a_chunk_in_a_newly_withheld_passage_goes_and_the_others_stay(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    first = await bench.analyse(man_in_car[:4], CHUNK)
    second = await bench.analyse(man_in_car[4:8], SECOND, start=100)
    facts = await bench.decide(ASSET, 2, (100, 101))
    assert [type(one) for one in facts] == [AssetPermitted], "the rest of the chunk is made anew"
    assert await bench.objects.exists(first.results[0].vectors)
    assert not await bench.objects.exists(second.results[0].vectors)
    await bench.analyse(man_in_car[4:8], SECOND, start=100, generation=2)
    answer = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=ASSET))
    ids = [one.id for one in answer.observations]
    assert len(ids) == len(set(ids))
    assert 100 not in {one.span.start_pts for one in answer.observations}


async def test_a_decision_while_the_models_look_wins(
    bench: InferenceBench, man_in_car: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    fact = await chunk_of(bench, man_in_car[:3])
    await bench.decide(ASSET)
    insert = type(bench.documents).insert_once
    decided = []

    async def change(self: object, collection: str, document: dict[str, object]) -> bool:
        if collection == "face_tracks" and not decided:
            decided.append(True)
            await bench.decide(ASSET, 2, allowed=False)
        return await insert(self, collection, document)  # type: ignore[arg-type]

    monkeypatch.setattr(type(bench.documents), "insert_once", change)
    (analysed,) = await bench.deliver(fact)
    assert isinstance(analysed, ChunkAnalysed)
    assert analysed.outcome.failed.detail == "Decision 2."
    assert set((await left(bench)).values()) == {0}


@pytest.fixture
async def listening(analysers: Analysers) -> AsyncIterator[InferenceBench]:
    async with InferenceBench(replace(analysers, pictures=())) as bench:
        yield bench


async def test_withheld_sound_is_not_listened_to(listening: InferenceBench) -> None:
    work = Work(asset_id=ASSET, generation=1, timeline=Timeline(duration_pts=500))
    work.timeline.CopyFrom(TIMELINE)
    work.timeline.duration_pts = 250
    fact = AudioExtracted(work=work, outcome=done(), present=True, rights_revision=1)
    fact.speech.key = "aa/nowhere.flac"
    for decision in ({"allowed": False}, {"withheld": (10, 20)}):
        passage = decision.pop("withheld", None)
        await listening.decide(ASSET, 2 if passage else 1, *([passage] if passage else []), **decision)
        heard, *_ = await listening.deliver(fact)
        assert isinstance(heard, AudioAnalysed)
        assert heard.outcome.failed.code == "withheld", "made by another decision, it may hold the passage"


def test_every_stage_that_reads_facts_of_assets_asks_for_tombstones(bench: InferenceBench) -> None:
    stages = [one for one in bench.service.stages if isinstance(one, Stage | HeavyStage)]
    first = {"inference.remove_asset", "inference.erase", "inference.relabel"}
    assert {one.group for one in stages if not isinstance(one.handler, UnlessGone)} == first


async def test_what_comes_of_a_removed_asset_makes_nothing(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    fact = await chunk_of(bench, man_in_car[:2])
    await bench.decide(ASSET)
    (analysed,) = await bench.deliver(fact)
    await bench.promote({"man": (await bench.vectors(analysed)).mean(axis=0)}, "1.0", 1)  # type: ignore[arg-type]
    await bench.deliver(AssetRemoved(asset_id=ASSET))
    for late in (fact, analysed, await end(bench, 1)):
        assert await bench.deliver(late) == []
    assert await bench.decide(ASSET, 2) == []
    await bench.run_jobs()
    assert set((await left(bench)).values()) == {0}
    assert await bench.documents.count("analyses", {}) == 0
