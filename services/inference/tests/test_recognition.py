"""Faces named by promoted models, on real weights and stores in memory: re-labelled whole, switched once."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from framewell.erasure.v1.erasure_pb2 import ErasureCompleted
from framewell.inference.v1 import inference_service_pb2 as api
from framewell.media.v1.media_pb2 import ObjectRef, Span
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelPromoted, ModelRetired
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell_inference.adapters.identity_model_documents import IdentityModelDocuments
from framewell_inference.domain.pictures import Float, Picture
from framewell_inference.ports.models import RELABEL_JOB, Reported, Switched
from framewell_inference.testing import IDENTITY, InferenceBench, identity_manifest
from framewell_kit.jobs.model import COLLECTION as JOBS
from framewell_kit.jobs.store import job_of
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.held_lease import HeldLease
from framewell_kit.testing.ids import asset_called
from framewell_models.manifest import ModelRef

ASSET, CHUNK = asset_called(1), f"{asset_called(1)}/0/0"


async def learned(bench: InferenceBench, pictures: list[Picture], chunk_id: str = CHUNK) -> Float:
    """Analyse the pictures and return the centroid of their faces."""
    centroid: Float = (await bench.vectors(await bench.analyse(pictures, chunk_id))).mean(axis=0)
    return centroid


def appearances(people: Iterable[api.Person]) -> list[tuple[str, int, api.Appearance]]:
    """Every appearance with its class and the number of all appearances of the class."""
    return [(one.class_id, one.appearance_count, each) for one in people for each in one.appearances]


async def in_force(bench: InferenceBench) -> list[str]:
    answer = await bench.call("ListModels", api.ListModelsRequest())
    return [one.model.version for one in answer.models if one.model.name == IDENTITY and one.in_force]


async def test_a_promoted_model_names_the_man_and_leaves_the_astronaut_unknown(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """The demo's story in small: learn from the first half, recognise in the second."""
    centroid = await learned(bench, man_in_car[:6])
    await bench.analyse(man_in_car[6:], f"{asset_called(2)}/0/0")
    await bench.analyse([astronaut], f"{asset_called(3)}/0/0")
    (unknown,) = await bench.people(asset_called(2))
    assert (unknown.class_id, unknown.HasField("score")) == ("", False)

    await bench.promote({"man": centroid}, "1.0", 1)
    assert (await bench.people(asset_called(2)))[0].class_id == "", "nothing changes before the switch"
    updated = await bench.relabel()

    assert (updated.track_count, updated.changed_track_count, updated.changed_asset_count) == (3, 2, 2)
    assert list((await bench.changes(updated)).asset_ids) == [asset_called(1), asset_called(2)]
    (man,) = await bench.people(asset_called(2))
    assert man.class_id == "man"
    assert man.score > 0.5
    assert f"{man.model.name}@{man.model.version}" == "identity/news@1.0"
    (appearance,) = man.appearances
    assert (appearance.span.start_pts, appearance.span.end_pts) == (0, 60)
    assert appearance.observation_id.startswith("faces/0/0/")
    (background_face,) = await bench.people(asset_called(3))
    assert background_face.class_id == ""


async def test_people_are_paged_by_appearances_without_gap_or_repetition(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    centroid = await learned(bench, man_in_car[:4], f"{asset_called(1)}/0/0")
    for number in range(1, 4):
        pictures = [astronaut] if number == 2 else man_in_car[4:6]
        await bench.analyse(pictures, f"{asset_called(1)}/0/{number * 100}", start=number * 100)
    await bench.promote({"man": centroid}, "1.0", 1)
    await bench.relabel()
    everything = await bench.people(ASSET)
    assert [(one.class_id, one.appearance_count) for one in everything] == [("man", 3), ("", 1)]
    paged, token = [], ""
    while True:
        request = api.ListPeopleRequest(asset_id=ASSET, page_size=1, page_token=token)
        page = await bench.call("ListPeople", request)
        paged += [
            (one.class_id, one.appearance_count, each) for one in page.people for each in one.appearances
        ]
        assert page.next_page_token != token or not token, "the list does not go on"
        token = page.next_page_token
        if not token:
            break
    assert paged == appearances(everything)

    part = Span(start_pts=150, end_pts=250)
    request = api.ListPeopleRequest(asset_id=ASSET, span=part)
    (unknown,) = (await bench.call("ListPeople", request)).people
    assert (unknown.class_id, unknown.appearance_count) == ("", 1)
    (seen,) = unknown.appearances
    assert (seen.chunk_id, seen.track) == (f"{asset_called(1)}/0/200", 0)
    assert seen.span.start_pts < part.end_pts
    assert seen.span.end_pts > part.start_pts


async def listed(bench: InferenceBench, asset_id: str = ASSET, **asked: Any) -> list[str]:
    answer = await bench.call("ListObservations", api.ListObservationsRequest(asset_id=asset_id, **asked))
    return [one.id for one in answer.observations]


async def test_observations_are_listed_by_person_kind_label_score_chunk_and_time(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    man = await learned(bench, man_in_car[:2])
    await bench.analyse([astronaut, man_in_car[2]], f"{asset_called(1)}/0/100", start=100)
    everything = await listed(bench)
    faces = [one for one in everything if one.startswith("faces/")]
    assert len(faces) == 4
    assert await listed(bench, class_ids=["man"]) == [], "nobody is known before a model is in force"
    await bench.promote({"man": man}, "1.0", 1)
    await bench.relabel()
    men = await listed(bench, class_ids=["man"])
    assert len(men) == 3
    assert set(men) < set(faces)
    assert await listed(bench, class_ids=["man"], chunk_ids=[f"{asset_called(1)}/0/100"]) == men[2:]
    assert await listed(bench, class_ids=["man"], span=Span(start_pts=0, end_pts=10)) == men[:1]
    assert await listed(bench, kinds=["face"]) == faces
    assert await listed(bench, kinds=["face"], least_score=0.999) == []
    labels = {one.partition("/")[0] for one in await listed(bench, labels=["neutral", "drawing"])}
    assert labels == {"safety"}
    assert await listed(bench, class_ids=["woman"]) == []


async def test_an_asset_that_nobody_knows_is_told_from_one_without_observations(
    bench: InferenceBench,
) -> None:
    for name, request in (
        ("ListObservations", api.ListObservationsRequest(asset_id=asset_called(77))),
        ("ListPeople", api.ListPeopleRequest(asset_id=asset_called(77))),
    ):
        with pytest.raises(NotFound, match=asset_called(77)):
            await bench.call(name, request)
    await bench.decide(asset_called(77))
    assert await listed(bench, asset_called(77)) == []
    assert await bench.people(asset_called(77)) == []


async def test_a_second_version_switches_whole_and_reports_what_changed(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    man = await learned(bench, man_in_car[:6])
    woman = await learned(bench, [astronaut], f"{asset_called(3)}/0/0")
    await bench.promote({"man": man}, "1.0", 1)
    await bench.relabel()
    await bench.promote({"man": man, "woman": woman}, "2.0", 2)
    updated = await bench.relabel()
    assert updated.previous.version == "1.0"
    changes = await bench.changes(updated)
    assert {(row.class_id, row.before, row.after) for row in changes.classes} == {
        ("", 1, 0), ("man", 1, 1), ("woman", 0, 1)
    }  # fmt: skip
    assert list(changes.asset_ids) == [asset_called(3)]
    assert (await bench.people(asset_called(3)))[0].class_id == "woman"
    found = bench.registry.find(IDENTITY)
    assert found is not None
    assert found.manifest.version == "2.0"


async def test_postings_of_versions_before_the_last_are_pruned_and_their_people_still_erased(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """A class that only a pruned version knew: who was taken for it loses the vectors all the same."""
    first = await bench.analyse(man_in_car[:2], CHUNK)
    man = (await bench.vectors(first)).mean(axis=0)
    woman = await learned(bench, [astronaut], f"{asset_called(3)}/0/0")
    await bench.promote({"man": man}, "1.0", 1)
    await bench.relabel()
    for version in ("2.0", "3.0"):
        await bench.promote({"woman": woman}, version, int(version[0]))
        await bench.relabel()
    kept = {one["_id"].rpartition("@")[2] for one in await bench.documents.find("posting_sets", {})}
    assert kept == {"2.0", "3.0", "*"}
    assert [one.class_id for one in await bench.people(ASSET)] == [""]
    await bench.deliver(erasure_plan("e", class_ids=["man"]))
    assert not await bench.objects.exists(first.results[0].vectors)


async def test_a_worker_that_takes_over_after_the_switch_reports_the_same_change(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    man = await learned(bench, man_in_car[:6])
    woman = await learned(bench, [astronaut], f"{asset_called(3)}/0/0")
    await bench.promote({"man": man}, "1.0", 1)
    await bench.relabel()
    await bench.promote({"man": man, "woman": woman}, "2.0", 2)
    first = await relabel_unended(bench, f"{IDENTITY}@2.0/2")
    assert first is not None
    again = await bench.relabel()
    assert list((await bench.changes(first)).asset_ids) == [asset_called(3)]
    assert again == first


async def test_what_a_dead_worker_could_not_report_is_reported_by_the_next_switch(
    bench: InferenceBench, man_in_car: list[Picture], astronaut: Picture
) -> None:
    """Two promotions in a row: the worker of the first dies after its switch, another does the second."""
    man = await learned(bench, man_in_car[:4])
    woman = await learned(bench, [astronaut], f"{asset_called(3)}/0/0")
    await bench.promote({"nobody": -man}, "1.0", 1)
    await bench.relabel()
    await bench.promote({"man": man}, "2.0", 2)
    await relabel_unended(bench, f"{IDENTITY}@2.0/2")
    assert await in_force(bench) == ["2.0"]
    await bench.promote({"man": man, "woman": woman}, "3.0", 3)
    third = await relabel_unended(bench, f"{IDENTITY}@3.0/3")
    assert third is not None
    assert third.previous.version == "1.0"
    assert list((await bench.changes(third)).asset_ids) == [asset_called(1), asset_called(3)]
    assert await relabel_unended(bench, f"{IDENTITY}@2.0/2") is None, "who comes late says nothing"
    assert await in_force(bench) == ["3.0"]
    assert [one.class_id for one in await bench.people(ASSET)] == ["man"]


async def test_of_two_that_are_named_at_once_the_newer_stays_in_force_whoever_is_done_first(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    man = await learned(bench, man_in_car[:4])
    await bench.promote({"first": man}, "1.0", 1)
    await bench.promote({"second": man}, "2.0", 2)
    named, go_on = asyncio.Event(), asyncio.Event()
    switch = IdentityModelDocuments.switch

    async def waits(
        self: IdentityModelDocuments, ref: ModelRef, revision: int, reported: Reported
    ) -> Switched | None:
        if revision == 1:
            named.set()
            await go_on.wait()
        return await switch(self, ref, revision, reported)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(IdentityModelDocuments, "switch", waits)
        older = asyncio.create_task(relabel_unended(bench, f"{IDENTITY}@1.0/1"))
        await named.wait()
        newer = await relabel_unended(bench, f"{IDENTITY}@2.0/2")
        go_on.set()
        assert await older is None
    assert newer is not None
    assert not newer.HasField("previous")
    assert await in_force(bench) == ["2.0"]
    assert [one.class_id for one in await bench.people(ASSET)] == ["second"]


async def relabel_unended(
    bench: InferenceBench, key: str, lease: type[HeldLease] = HeldLease
) -> RecognitionUpdated | None:
    """Do the work of a re-labelling as a worker that dies before its job ends."""
    kind = next(one for one in bench.service.jobs if one.kind == RELABEL_JOB)
    document = await bench.documents.get(JOBS, f"{RELABEL_JOB}/{key}")
    assert document is not None
    facts = await kind.work(job_of(document), lease(bench.jobs, document))
    for fact in facts:
        assert isinstance(fact, RecognitionUpdated)
        return fact
    return None


async def test_an_older_promotion_never_replaces_a_newer_one(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    man = await learned(bench, man_in_car[:3])
    await bench.promote({"man": man}, "2.0", 5)
    await bench.relabel()
    await bench.promote({"other": man}, "1.0", 4)
    assert await bench.run_jobs() == 0, "a promotion that comes late asks for nothing"
    payload = {"model": f"{IDENTITY}@1.0", "revision": 4}
    await bench.jobs.put(RELABEL_JOB, f"{IDENTITY}@1.0/4", payload, cause=bench.cause())
    await bench.run_jobs()
    assert await in_force(bench) == ["2.0"]


async def test_a_chunk_analysed_after_a_promotion_is_named_at_once(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.promote({"man": await learned(bench, man_in_car[:6])}, "1.0", 1)
    await bench.relabel()
    await bench.analyse(man_in_car[6:], f"{asset_called(9)}/0/0")
    assert (await bench.people(asset_called(9)))[0].class_id == "man"


async def test_a_chunk_that_slipped_through_the_switch_is_named_on_reading(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.promote({"man": await learned(bench, man_in_car[:6])}, "1.0", 1)
    await bench.relabel()
    await bench.documents.delete_where("postings", {})
    assert (await bench.people(ASSET))[0].class_id == "man"


async def test_a_retired_model_names_nobody(bench: InferenceBench, man_in_car: list[Picture]) -> None:
    await bench.promote({"man": await learned(bench, man_in_car[:3])}, "1.0", 1)
    await bench.relabel()
    await bench.deliver(ModelRetired(model=ModelVersion(name=IDENTITY, version="1.0"), revision=2))
    assert [person.class_id for person in await bench.people(ASSET)] == [""]


class Lost(Exception):
    """Another worker has the lease."""


class LostLease(HeldLease):
    """A lease that another worker has taken over."""

    def check(self) -> None:
        raise Lost


async def test_a_lost_lease_stops_the_switch(bench: InferenceBench, man_in_car: list[Picture]) -> None:
    await bench.promote({"man": await learned(bench, man_in_car[:3])}, "1.0", 1)
    with pytest.raises(Lost):
        await relabel_unended(bench, f"{IDENTITY}@1.0/1", LostLease)
    assert await in_force(bench) == []


async def test_a_promoted_model_that_cannot_be_loaded_does_not_stop_analysis(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    man = await learned(bench, man_in_car[:3])
    await bench.promote({"man": man}, "1.0", 1)
    broken = identity_manifest(b"another graph", ["man"], "2.0")
    with pytest.raises(Rejected, match="sha256"):
        await bench.promote({"man": man}, "2.0", 2, manifest=broken)
    analysed = await bench.analyse(man_in_car[3:6], f"{asset_called(5)}/0/0")
    assert analysed.outcome.HasField("done")


async def test_a_promotion_that_is_no_identity_model_changes_nothing(bench: InferenceBench) -> None:
    await bench.deliver(ModelPromoted(model=ModelVersion(name="site/doubling", version="1.0"), revision=1))
    assert await bench.run_jobs() == 0


async def test_an_identity_model_is_promoted_and_not_chosen(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.promote({"man": await learned(bench, man_in_car[:3])}, "1.0", 1)
    await bench.relabel()
    chosen = api.ChooseVersionRequest(model=ModelVersion(name=IDENTITY, version="1.0"))
    with pytest.raises(Conflict, match="promote it"):
        await bench.call("ChooseVersion", chosen)


async def test_an_erased_class_is_named_no_more_and_the_counts_say_so(
    bench: InferenceBench, man_in_car: list[Picture]
) -> None:
    await bench.promote({"man": await learned(bench, man_in_car[:6])}, "1.0", 1)
    await bench.relabel()
    (answer,) = await bench.deliver(erasure_plan("e", class_ids=["man"]))
    assert isinstance(answer, ErasureCompleted)
    assert [(each.kind, each.count) for each in answer.counts if each.count] == [
        ("face_tracks", 1), ("postings", 1), ("recognition_changes", 1)
    ]  # fmt: skip
    assert (await bench.people(ASSET))[0].class_id == ""
    (again,) = await bench.deliver(erasure_plan("f", class_ids=["man"]))
    assert isinstance(again, ErasureCompleted)
    assert not any(each.count for each in again.counts)


async def test_a_promoted_model_that_was_erased_is_passed_over_at_once() -> None:
    """A replica that starts later reads the promotion; its files are gone."""
    async with InferenceBench() as bench:
        await bench.promote({"somebody": np.zeros(128, np.float32)}, "1.0", 1)
        promoted = ModelPromoted(
            model=ModelVersion(name=IDENTITY, version="2.0"),
            manifest=ObjectRef(key=f"00/{'0' * 64}.yaml"),
            artefact=ObjectRef(key=f"00/{'0' * 64}.onnx"),
            revision=2,
        )
        await bench.deliver(promoted, group="")
        models = await bench.call("ListModels", api.ListModelsRequest())
        assert not [one for one in models.models if one.model.version == "2.0"]
