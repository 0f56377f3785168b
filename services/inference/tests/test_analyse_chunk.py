"""Chunks analysed on real weights and stores in memory: stored once, listed in pages, found, forgotten."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np
import pytest

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.chunk.v1.chunk_pb2 import ChunkAnalysed, ChunkTranscoded
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import ObservationRef, Span, Work
from framewell_inference.analysers.labels.analyser import LabelAnalyser
from framewell_inference.domain.messages import findings_of, observation_set
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Frame, Picture
from framewell_inference.ports.analysers import Analysers
from framewell_inference.queries.list_observations import Asked
from framewell_inference.steps.look_at_frames import LookAtFrames
from framewell_inference.testing import InferenceBench
from framewell_kit.outcome_messages import failed
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.testing.ids import asset_called
from framewell_models.manifest import ModelRef

Frames = Callable[..., list[Frame]]

ASSET, CHUNK = asset_called(1), f"{asset_called(1)}/0/0"


async def test_a_chunk_delivered_twice_is_stored_once_with_the_same_fact(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    first = await bench.analyse(man_in_car[:4], CHUNK)
    stored = await bench.documents.count("observation_sets", {})
    second = await bench.analyse(man_in_car[:4], CHUNK)
    assert first.SerializeToString(deterministic=True) == second.SerializeToString(deterministic=True)
    assert await bench.documents.count("observation_sets", {}) == stored == 2
    assert [result.analyser for result in first.results] == ["faces", "safety"]
    assert first.results[0].observation_count == 4


async def test_a_chunk_that_a_new_generation_leaves_as_it_was_is_not_looked_at_again(
    bench: InferenceBench, man_in_car: list[Picture], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = await bench.analyse(man_in_car[:4], CHUNK)
    with monkeypatch.context() as patch:
        patch.setattr(LookAtFrames, "__call__", lambda *_, **__: pytest.fail("it was looked at again"))
        second = await bench.analyse(man_in_car[:4], CHUNK, generation=2)
    assert list(second.results) == list(first.results)
    (stored, other) = await bench.documents.find("observation_sets", {"chunk_id": CHUNK})
    assert stored["generation"] == other["generation"] == 2, "of the older generation nothing is left"
    assert [one.appearance_count for one in await bench.people(ASSET)] == [1]


async def test_a_chunk_with_other_pictures_is_looked_at_again(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    first = await bench.analyse(man_in_car[:4], CHUNK)
    second = await bench.analyse(man_in_car[4:8], CHUNK, generation=2)
    assert second.results[0].observation_set.key != first.results[0].observation_set.key


def test_findings_are_read_back_from_their_message_as_they_were(
    analysers: Analysers, caption: Callable[..., Picture], man_in_car: list[Picture], frames: Frames
) -> None:
    pictures = [
        caption(one, "Dr. Jördis Größler-Würz", "Verkehrsforscherin (fiktiv)") for one in man_in_car[:3]
    ]
    for analyser in analysers.pictures:
        one = analyser.begin()
        one.look(frames(pictures))
        seen = one.finish()
        message = observation_set(seen, asset_id=ASSET, chunk_id=CHUNK)
        read = findings_of(message, seen.vectors)
        assert read is not None
        assert observation_set(read, asset_id=ASSET, chunk_id=CHUNK) == message
        del message.observations[0]
        assert len(message.observations) == 0 or findings_of(message, seen.vectors) is None


async def test_a_chunk_that_was_not_transcoded_ends_as_failed(bench: InferenceBench) -> None:
    fact = ChunkTranscoded(
        work=Work(asset_id=ASSET), chunk_id=CHUNK, outcome=failed("unreadable", "no picture decodes")
    )
    (analysed,) = await bench.deliver(fact)
    assert isinstance(analysed, ChunkAnalysed)
    assert analysed.outcome.failed.detail == "no picture decodes"


class Broken:
    """An analyser that fails on every picture."""

    name = "broken"
    description = "Nothing."
    models = (ModelRef("broken/model", "1.0"),)

    def begin(self, *, still: bool = False) -> Broken:
        return self

    def look(self, frames: object) -> None:
        raise ZeroDivisionError("a bug of its own")

    def finish(self) -> Findings:
        raise AssertionError("a pass that failed is not finished")


async def test_a_chunk_without_any_result_says_why(
    faces_and_safety: Analysers, man_in_car: list[Picture]
) -> None:
    async with InferenceBench(replace(faces_and_safety, pictures=[Broken()])) as bench:
        second = bench.cause()._replace(attempt=2)
        analysed = await bench.analyse(man_in_car[:1], CHUNK, cause=second)
    assert analysed.outcome.failed.detail == (
        "no analyser has a result: the analyser broken failed (ZeroDivisionError: a bug of its own)"
    )


async def test_an_analyser_that_fails_twice_is_reported_and_the_others_stand(
    faces_and_safety: Analysers, man_in_car: list[Picture]
) -> None:
    analysers = replace(faces_and_safety, pictures=[*faces_and_safety.pictures, Broken()])
    async with InferenceBench(analysers) as bench:
        with pytest.raises(ZeroDivisionError):
            await bench.analyse(man_in_car[:2], CHUNK)
        second = bench.cause()._replace(attempt=2)
        analysed = await bench.analyse(man_in_car[:2], CHUNK, cause=second)
    assert analysed.outcome.HasField("done")
    outcomes = {result.analyser: result.outcome.failed.detail for result in analysed.results}
    assert outcomes == {
        "faces": "",
        "safety": "",
        "broken": "the analyser broken failed (ZeroDivisionError: a bug of its own)",
    }


async def listed(
    bench: InferenceBench, size: int, analysers: Sequence[str] = (), span: Span | None = None
) -> list[str]:
    """Read a listing page by page and return the ids of its observations."""
    ids, token = [], ""
    while True:
        wanted = api.ListObservationsRequest(
            asset_id=ASSET, analysers=analysers, span=span, page_size=size, page_token=token
        )
        page = await bench.call("ListObservations", wanted)
        assert len(page.observations) <= size
        ids += [one.id for one in page.observations]
        assert page.next_page_token != token or not token, "the list does not go on"
        token = page.next_page_token
        if not token:
            return ids


async def test_observations_are_paged_completely_and_in_order(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.analyse(man_in_car[:4], f"{asset_called(1)}/0/0")
    await bench.analyse(man_in_car[4:8], f"{asset_called(1)}/0/100", start=100)
    everything = await listed(bench, 1000)
    assert len(set(everything)) == len(everything), "ids are unique in the asset"
    assert everything[:4] == [f"faces/0/0/{ordinal}" for ordinal in range(4)]
    for size in (1, 3, 4):
        assert await listed(bench, size) == everything
    part = Span(start_pts=100, end_pts=110)
    assert await listed(bench, 1000, analysers=["faces"], span=part) == ["faces/0/100/0"]


async def test_a_page_goes_on_behind_the_last_one_whatever_was_added_meanwhile(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.analyse(man_in_car[4:8], f"{asset_called(1)}/0/100", start=100)
    first = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=ASSET, page_size=2))
    await bench.analyse(man_in_car[:4], f"{asset_called(1)}/0/0")  # sorts before what was read
    rest = await bench.call(
        "ListObservations",
        api.ListObservationsRequest(asset_id=ASSET, page_token=first.next_page_token),
    )
    ids = [one.id for one in [*first.observations, *rest.observations]]
    assert ids[:4] == [f"faces/0/100/{ordinal}" for ordinal in range(4)]


async def test_a_page_token_of_another_list_is_refused(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.analyse(man_in_car[:2], CHUNK)
    first = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=ASSET, page_size=1))
    for asset, token in ((asset_called(2), first.next_page_token), (ASSET, "0:1")):
        with pytest.raises(Rejected, match="page token"):
            await bench.call(
                "ListObservations", api.ListObservationsRequest(asset_id=asset, page_token=token)
            )


def test_sets_without_a_kind_that_is_asked_for_are_passed_over() -> None:
    asked = Asked(kinds=frozenset({"label", "object"}))
    names = ("faces", "text", "labels", "objects", "house.scenes")
    assert [asked.of_analyser(name) for name in names] == [False, False, True, True, True]
    assert Asked().of_analyser("faces")


async def test_the_nearest_stored_face_is_found(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    await bench.analyse(man_in_car[:3], f"{asset_called(1)}/0/0")
    await bench.analyse([astronaut], f"{asset_called(3)}/0/0")
    one = ObservationRef(asset_id=asset_called(1), observation_id="faces/0/0/1")
    answer = await bench.call(
        "FindSimilar", api.FindSimilarRequest(observation=one, limit=3, reason="a test")
    )
    found = answer.neighbours
    assert (found[0].asset_id, found[0].observation.id) == (asset_called(1), "faces/0/0/1")
    assert {neighbour.asset_id for neighbour in found} == {asset_called(1)}
    assert [neighbour.distance for neighbour in found] == sorted(neighbour.distance for neighbour in found)


async def test_near_duplicates_of_a_moment_are_found_in_other_assets(
    analysers: Analysers, man_in_car: list[Picture], astronaut: Picture
) -> None:
    regraded = np.clip(astronaut[:, ::-1] * np.array([0.8, 1.0, 1.15]) + 8, 0, 255).astype(np.uint8)
    request = api.FindSimilarRequest(
        moment=api.MomentRef(asset_id=asset_called(1), pts=0), analyser="labels", near_duplicates=True,
        filter=api.SimilarFilter(other_than=[asset_called(1)]),
    )  # fmt: skip
    labels = analysers.pictures[2]
    assert isinstance(labels, LabelAnalyser)
    async with InferenceBench(replace(analysers, pictures=[labels])) as bench:
        bench.registry.put(labels.model, in_force=True)
        for number, pictures in enumerate(([astronaut, man_in_car[6]], [regraded], man_in_car[:2]), start=1):
            await bench.analyse(pictures, f"{asset_called(number)}/0/0")
        found = (await bench.call("FindSimilar", request)).neighbours
        assert [(one.asset_id, one.observation.kind) for one in found] == [(asset_called(2), "picture")]
        assert found[0].distance < 12


async def test_near_duplicates_that_follow_each_other_are_one_place(
    analysers: Analysers, man_in_car: list[Picture], astronaut: Picture
) -> None:
    request = api.FindSimilarRequest(
        moment=api.MomentRef(asset_id=asset_called(1), pts=0),
        analyser="labels",
        near_duplicates=True,
        limit=3,
        filter=api.SimilarFilter(other_than=[asset_called(1)]),
    )
    labels = analysers.pictures[2]
    assert isinstance(labels, LabelAnalyser)
    darker = (astronaut * 0.95).astype(np.uint8)
    async with InferenceBench(replace(analysers, pictures=[labels])) as bench:
        bench.registry.put(labels.model, in_force=True)
        await bench.analyse([astronaut], f"{asset_called(1)}/0/0")
        await bench.analyse([astronaut] * 12 + [man_in_car[6], astronaut], f"{asset_called(2)}/0/0")
        await bench.analyse([man_in_car[6], darker, darker], f"{asset_called(3)}/0/0")
        found = (await bench.call("FindSimilar", request)).neighbours
        assert [(one.asset_id, one.span.start_pts, one.span.end_pts) for one in found] == [
            (asset_called(2), 0, 120), (asset_called(2), 130, 140), (asset_called(3), 10, 30),
        ]  # fmt: skip
        assert [(one.span.first_frame, one.span.frames) for one in found] == [(0, 120), (130, 10), (10, 20)]
        request.offset = 2
        assert [one.asset_id for one in (await bench.call("FindSimilar", request)).neighbours] == [
            asset_called(3)
        ]


async def test_of_faces_no_distance_of_near_duplicates_is_known(
    bench: InferenceBench, astronaut: Picture
) -> None:
    image = cv2.imencode(".png", astronaut)[1].tobytes()
    with pytest.raises(Rejected, match="set largest_distance"):
        await bench.call(
            "FindSimilar", api.FindSimilarRequest(image=image, near_duplicates=True, reason="a test")
        )


async def test_what_is_no_stored_observation_is_named_in_the_refusal(bench: InferenceBench) -> None:
    for observation, refusal in (("faces/0/0/1", NotFound), ("faces", Rejected)):
        ref = ObservationRef(asset_id=asset_called(1), observation_id=observation)
        with pytest.raises(refusal, match="faces"):
            await bench.call("FindSimilar", api.FindSimilarRequest(observation=ref, reason="a test"))


async def test_a_removed_asset_leaves_nothing_behind(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    analysed = await bench.analyse(man_in_car[:3], CHUNK)
    kept = await bench.analyse(man_in_car[:3], f"{asset_called(2)}/0/0")
    await bench.deliver(AssetRemoved(asset_id=ASSET))
    assert await bench.documents.count("observation_sets", {"asset_id": ASSET}) == 0
    assert await bench.people(ASSET) == []
    assert not await bench.objects.exists(analysed.results[0].observation_set)
    assert await bench.objects.exists(kept.results[0].vectors), "another asset's vectors stay"


def test_messages_of_the_same_findings_have_the_same_bytes(
    analysers: Analysers, man_in_car: list[Picture], frames: Callable[..., list[Frame]]
) -> None:
    encoded = []
    for _ in range(2):
        one = analysers.pictures[0].begin()
        one.look(frames(man_in_car[:2]))
        message = observation_set(one.finish(), asset_id=ASSET, chunk_id=CHUNK)
        encoded.append(message.SerializeToString(deterministic=True))
    assert encoded[0] == encoded[1]
