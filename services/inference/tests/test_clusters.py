"""Unknown people are clusters whose ids stay, are listed and shown, and go with their last appearance."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import numpy as np
import pytest

from framewell.inference.v1 import cluster_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelRetired
from framewell_inference.adapters.observation_documents import VECTORS_MEDIA_TYPE
from framewell_inference.testing import IDENTITY, InferenceBench
from framewell_inference.testing.clusters import STORES, Archive, face
from framewell_kit.documents import MongoDocuments
from framewell_kit.outcomes import NotFound
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called


async def test_one_person_is_one_cluster_over_assets_and_its_id_stays(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    first = await archive.all_of(asset_called(1))
    await archive.see(f"{asset_called(2)}/0/0", [face(2, 1)])
    await archive.see(f"{asset_called(3)}/0/0", [face(1, 1)])
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])  # delivered again
    assert [await archive.of(asset_called(3)), await archive.of(asset_called(2))] == first
    assert await archive.sizes() == [2, 2]
    shown = await archive.get(first[0])
    assert [(one.asset_id, one.chunk_id, one.track) for one in shown.appearances] == [
        (asset_called(3), f"{asset_called(3)}/0/0", 0),
        (asset_called(1), f"{asset_called(1)}/0/0", 0),
    ]
    assert shown.appearances[0].picture == f"/v1/assets/{asset_called(3)}/frame?frame=0"
    assert shown.appearances[0].appearance.observation_id == "faces/0/0/0"
    await archive.check()


async def test_two_who_are_seen_at_the_same_time_are_two(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(1, 1)])
    assert len(set(await archive.all_of(asset_called(1)))) == 2
    await archive.see(f"{asset_called(1)}/0/100", [face(1, 2)], start=100)
    assert sorted(await archive.sizes()) == [1, 2]


async def test_people_of_an_asset_name_their_clusters_and_faces_in_none_come_last(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    await archive.see(f"{asset_called(1)}/0/100", [face(1, 1)], start=100)
    await archive.see(f"{asset_called(1)}/0/200", [face(1, 2)], start=200, cluster=False)
    people = await archive.bench.people(asset_called(1))
    one, _, two = await archive.all_of(asset_called(1))
    assert [(person.cluster_id, person.class_id, person.appearance_count) for person in people] == [
        (one, "", 2),
        (two, "", 1),
        ("", "", 1),
    ]


async def test_whom_a_model_in_force_knows_leaves_the_list_and_returns_with_its_id(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 1)])
    one, two = await archive.all_of(asset_called(1))
    await archive.bench.promote({"class-1": face(1)}, "1.0", 1)
    await archive.bench.relabel()
    assert [each.cluster_id for each in await archive.listed()] == [two]
    everybody = await archive.listed(include_known=True)
    assert [(each.cluster_id, each.class_id) for each in everybody] == [(one, "class-1"), (two, "")]
    shown = await archive.get(one)
    assert [each.class_id for each in shown.appearances] == ["class-1", "class-1"]
    assert [(each.class_id, each.cluster_id) for each in await archive.bench.people(asset_called(1))] == [
        ("class-1", ""),
        ("", two),
    ]
    retired = ModelVersion(name=IDENTITY, version="1.0")
    await archive.bench.deliver(ModelRetired(model=retired, revision=2))
    assert {each.cluster_id for each in await archive.listed()} == {one, two}


async def test_clusters_are_listed_by_size_or_time_with_filters_and_in_pages(archive: Archive) -> None:
    for number, person in enumerate((1, 1, 1, 2, 2, 3)):
        series, channel = ("News", "One") if person == 2 else ("Talk", "")
        await archive.see(
            f"{asset_called(number)}/0/0",
            [face(person, number)],
            series=series,
            channel=channel,
            asked_at=1_000.0 + number,
        )
    assert await archive.sizes() == [3, 2, 1]
    assert await archive.sizes(order_by="last_seen") == [1, 2, 3]
    assert await archive.sizes(series=["News"]) == [2]
    assert await archive.sizes(channels=["One"], series=["Talk"]) == []
    assert await archive.sizes(least_appearances=2) == [3, 2]
    assert await archive.sizes(asked_from={"seconds": 1_003}) == [2, 1]
    assert await archive.sizes(asked_until={"seconds": 1_003}) == [3]
    assert await archive.sizes(asked_from={"seconds": 1_002}, asked_until={"seconds": 1_003}) == [3]
    (three, *_) = await archive.listed()
    assert (three.first_seen.seconds, three.last_seen.seconds, list(three.series)) == (1_000, 1_002, ["Talk"])
    for order in ("appearances", "last_seen"):
        paged, token = [], ""
        while True:
            request = api.ListClustersRequest(page_size=1, page_token=token, order_by=order)
            page = await archive.call("ListClusters", request)
            paged += [one.cluster_id for one in page.clusters]
            if not (token := page.next_page_token):
                break
        assert paged == [one.cluster_id for one in await archive.listed(order_by=order)]


async def empty(archive: Archive) -> bool:
    return not any([await archive.bench.documents.find(store, {}) for store in STORES])


async def test_nothing_is_left_of_an_asset_and_a_cluster_without_members_goes(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 5)])
    one, two = await archive.all_of(asset_called(1))
    merged = await archive.merge(two, one)
    await archive.bench.deliver(erasure_plan("e", asset_ids=[asset_called(1)]))
    await archive.check()
    (centre,) = await archive.bench.documents.find("cluster_centres", {})
    left = np.frombuffer(centre["vector"], "<f4")
    np.testing.assert_allclose(left, face(1, 5), atol=1e-6)
    assert (await archive.get(two)).cluster.cluster_id == one, "an id that was merged goes on to name it"
    await archive.bench.deliver(erasure_plan("e2", asset_ids=[asset_called(2)]))
    assert await empty(archive)
    with pytest.raises(NotFound):
        await archive.get(one)
    with pytest.raises(NotFound):
        await archive.undo(merged.decision_id)


async def test_what_may_not_be_analysed_any_more_leaves_its_clusters(archive: Archive) -> None:
    await archive.bench.decide(asset_called(1))
    await archive.see(f"{asset_called(1)}/0/0", [face(1)])
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 1)])
    await archive.bench.decide(asset_called(1), 2, allowed=False)
    assert await archive.sizes() == [1]
    await archive.check()


async def test_whom_a_person_named_as_somebody_erased_is_taken_out_like_whom_a_model_named(
    archive: Archive,
) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 1)])
    one, two = await archive.all_of(asset_called(1))
    await archive.name(one, "class-1")
    await archive.name(two, "class-2")
    await archive.bench.deliver(erasure_plan("e", class_ids=["class-1"]))
    assert [each.cluster_id for each in await archive.listed()] == [two]
    kept = await archive.bench.documents.find("face_tracks", {}, sort=[("_id", 1)])
    assert [[track["rows"] for track in one["tracks"]] for one in kept] == [[[], [1]], [[]]]
    for store in STORES:
        assert "class-1" not in repr(await archive.bench.documents.find(store, {}))
    with pytest.raises(NotFound, match="erased"):
        await archive.name(two, "class-1")
    await archive.check()


async def test_a_chunk_that_cannot_be_read_holds_up_no_other(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1)], cluster=False)
    broken = await archive.bench.objects.put(b"no vectors", media_type=VECTORS_MEDIA_TYPE)
    await archive.bench.documents.update_where("face_tracks", {}, {"$set": {"vectors": broken.key}})
    for number in (2, 3):
        await archive.see(f"{asset_called(number)}/0/0", [face(2, number)], cluster=False)
    await archive.bench.run_jobs()
    assert await archive.sizes() == [2]


async def test_a_class_is_seen_where_the_models_in_force_know_it(archive: Archive) -> None:
    """Newest programmes first, in pages, with the face cut out; an erased class is nobody."""
    for number in range(3):
        await archive.see(
            f"{asset_called(number)}/0/0", [face(1, number), face(2, number)], asked_at=100.0 + number
        )
    request = api.ListClassAppearancesRequest(class_id="class-1")
    assert (await archive.call("ListClassAppearances", request)).total_size == 0
    await archive.bench.promote({"class-1": face(1)}, "1.0", 1)
    await archive.bench.relabel()
    for number in range(3):
        await archive.bench.people(asset_called(number))  # their vectors came past the index of the archive
    seen, token = list[Any](), ""
    while not seen or token:
        request = api.ListClassAppearancesRequest(class_id="class-1", page_size=2, page_token=token)
        page = await archive.call("ListClassAppearances", request)
        seen, token = [*seen, *page.appearances], page.next_page_token
        assert (page.total_size, page.asset_count) == (3, 3)
    assert len({one.asset_id for one in seen}) == 3
    assert {one.class_id for one in seen} == {"class-1"}
    assert all("&crop=" in one.face and one.appearance.HasField("score") for one in seen)


async def test_what_a_model_changed_is_listed_by_class_before_and_after(archive: Archive) -> None:
    async def listed(class_id: str = "") -> list[Any]:
        request = api.ListRecognitionChangesRequest(class_id=class_id)
        answer = await archive.call("ListRecognitionChanges", request)
        assert answer.total_size == len(answer.changes)
        return list(answer.changes)

    await archive.see("asset-1/0/0", [face(1), face(2)])
    assert await listed() == []
    for version, people in (("1.0", {"class-1": face(1)}), ("1.1", {"class-1": face(1), "class-2": face(2)})):
        await archive.bench.promote(people, version, int(version[-1]) + 1)
        await archive.bench.relabel()
        archive.bench.clock.advance(60)  # type: ignore[attr-defined]
    newest, first = await listed()
    assert (newest.model.version, newest.previous.version) == ("1.1", "1.0")
    assert (first.model.version, first.HasField("previous")) == ("1.0", False)
    assert newest.changed_at.ToDatetime() > first.changed_at.ToDatetime()
    await archive.bench.deliver(erasure_plan("e", class_ids=["class-1"]))
    assert all("class-1" not in {each.class_id for each in one.classes} for one in await listed())


@pytest.mark.integration
async def test_the_same_holds_on_the_database(database: str) -> None:
    for promise in (
        test_clusters_are_listed_by_size_or_time_with_filters_and_in_pages,
        test_whom_a_person_named_as_somebody_erased_is_taken_out_like_whom_a_model_named,
    ):
        documents = MongoDocuments(database, f"inference_{uuid4().hex[:8]}")
        async with InferenceBench(documents=documents) as bench:
            await promise(Archive(bench))
        documents.close()
