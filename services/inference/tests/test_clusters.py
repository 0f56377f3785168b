"""Unknown people are clusters whose ids stay: whatever comes, in any order, and whatever people decide."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from random import Random
from typing import Any, cast
from uuid import uuid4

import numpy as np
import pytest

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, ChunkAnalysed
from framewell.cluster.v1.cluster_pb2 import CLUSTER_DECISION_MERGED, CLUSTER_DECISION_SPLIT, ClusterDecided
from framewell.inference.v1 import cluster_service_pb2 as api
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelRetired
from framewell_inference.adapters.cluster_decision_documents import ClusterDecisionDocuments
from framewell_inference.adapters.face_track_documents import FaceTrackDocuments
from framewell_inference.adapters.media_objects import ArrowVectors
from framewell_inference.adapters.observation_documents import VECTORS_MEDIA_TYPE, VECTORS_SUFFIX
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import ChunkKey
from framewell_inference.domain.tracks import FACES, FaceTrack
from framewell_inference.ports.clusters import CLUSTER_JOB, Decision
from framewell_inference.testing import IDENTITY, InferenceBench
from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.jobs.store import job_of
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Busy, Conflict, NotFound, Rejected
from framewell_kit.rights_decisions import Passages
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.failing import failing
from framewell_kit.testing.held_lease import HeldLease
from framewell_kit.testing.ids import asset_called

EMBEDDING = ModelVersion(name="faces/dlib-resnet", version="1.0")
NEWER = ModelVersion(name="faces/newer", version="2.0")
STORES = ("cluster_sightings", "clusters", "cluster_centres", "cluster_decisions")


def face(person: int, variation: int = 0) -> Float:
    """Return a picture of a person: people are .9 apart, pictures of one about .1."""
    vector = np.zeros(128, np.float32)
    vector[person] = 0.64
    return vector + np.random.default_rng((person, variation)).normal(0, 0.006, 128).astype(np.float32)


def place(number: int) -> FractionBox:
    return FractionBox(0.02 + 0.15 * number, 0.2, 0.12, 0.3)


def joined_by(decision: dict[str, Any]) -> list[tuple[str, str]]:
    """Return which cluster a decision makes part of which, none for one that joins nothing."""
    cluster_id, other, undone = decision["cluster"], decision["other"], decision["undone"]
    if decision["kind"] == CLUSTER_DECISION_MERGED and not undone:
        return [(cluster_id, other)]
    return [(other, cluster_id)] if decision["kind"] == CLUSTER_DECISION_SPLIT and undone else []


@dataclass
class Archive:
    """An inference service, and face tracks as analysis leaves them."""

    bench: InferenceBench
    _seen: int = field(default=0)

    async def see(
        self,
        chunk_id: str,
        faces: Sequence[Float],
        *,
        start: int = 0,
        generation: int = 1,
        embedding: ModelVersion = EMBEDDING,
        series: str = "",
        channel: str = "",
        asked_at: float = 1_000.0,
        cluster: bool = True,
    ) -> None:
        """Keep one track for each face, in order from left to right, and have them put into clusters."""
        asset_id, documents = chunk_id.partition("/")[0], self.bench.documents
        references = ObjectReferences(documents, self.bench.objects)
        data = ArrowVectors().encode(np.stack(faces))
        ref = await self.bench.objects.put(data, media_type=VECTORS_MEDIA_TYPE, suffix=VECTORS_SUFFIX)
        await references.hold(asset_id, [ref])
        tracks = [
            FaceTrack(
                number,
                FrameSpan(start, start + 100, start, start + 100),
                number,
                (start, start),
                place(number),
                rows=(number,),
                sides=(200.0 - number,),
            )
            for number in range(len(faces))
        ]
        key = ChunkKey(
            asset_id, chunk_id, 0, generation, start, start + 100, Passages(), series, channel, asked_at
        )
        kept = FaceTrackDocuments(documents, self.bench.objects, ArrowVectors(), references)
        result = AnalyserResult(model=embedding, vectors=ref)
        await kept.keep(key, result, tracks)
        seen = AnalyserResult(analyser=FACES, observation_count=len(faces))
        fact = ChunkAnalysed(work=Work(asset_id=asset_id), chunk_id=chunk_id, results=[seen])
        await self.bench.deliver(fact, group="inference.cluster_faces")
        if cluster:
            await self.bench.run_jobs()

    async def call(self, method: str, request: Any, **more: Any) -> Any:
        return await self.bench.call(method, request, **more)

    async def listed(self, **asked: Any) -> list[Any]:
        return list((await self.call("ListClusters", api.ListClustersRequest(**asked))).clusters)

    async def sizes(self, **asked: Any) -> list[int]:
        return [one.appearance_count for one in await self.listed(**asked)]

    async def get(self, cluster_id: str) -> Any:
        return await self.call("GetCluster", api.GetClusterRequest(cluster_id=cluster_id))

    async def of(self, asset_id: str) -> str:
        """Return the cluster of the first face of an asset."""
        return (await self.all_of(asset_id))[0]

    async def all_of(self, asset_id: str) -> list[str]:
        """Return the clusters of the faces of an asset, from left to right."""
        found = await self.bench.documents.find(
            "cluster_sightings", {"asset_id": asset_id}, sort=[("ordinal", 1)]
        )
        clusters = {one["_id"]: one["root"] for one in await self.bench.documents.find("clusters", {})}
        return [clusters[one["cluster"]] for one in found]

    async def merge(self, one: str, into: str) -> Any:
        return await self.call(
            "MergeClusters", api.MergeClustersRequest(cluster_id=one, into_cluster_id=into), by="anna"
        )

    async def split(self, cluster_id: str, *appearances: tuple[str, str]) -> Any:
        refs = [api.AppearanceRef(asset_id=asset, observation_id=name) for asset, name in appearances]
        return await self.call(
            "SplitCluster", api.SplitClusterRequest(cluster_id=cluster_id, appearances=refs)
        )

    async def undo(self, decision_id: str) -> Any:
        return await self.call(
            "UndoClusterDecision", api.UndoClusterDecisionRequest(decision_id=decision_id), by="ben"
        )

    async def name(self, cluster_id: str, class_id: str) -> Any:
        return await self.call(
            "NameCluster", api.NameClusterRequest(cluster_id=cluster_id, class_id=class_id)
        )

    async def check(self) -> None:
        """Hold what must hold at any time: one cluster a track, sums that are true, no centre of nobody."""
        documents = self.bench.documents
        sightings = await documents.find("cluster_sightings", {})
        tracks = [track for one in sightings for track in one["tracks"]]
        there = [
            f"{one['embedding']}#{one['chunk_id']}/{track['number']}"
            for one in await documents.find("face_tracks", {"clustered": True})
            for track in one["tracks"]
            if track["rows"]
        ]
        assert sorted(tracks) == sorted(there)
        clusters = {one["_id"]: one for one in await documents.find("clusters", {})}
        for name, one in clusters.items():
            own = [each for each in sightings if each["cluster"] == name]
            assert one["own"]["count"] == len(own), name
            assert one["top"] == (one["root"] == name), name
            assert clusters[one["root"]]["root"] == one["root"]
            if one["top"]:
                mine = {each for each, other in clusters.items() if other["root"] == name}
                assert one["size"] == sum(each["cluster"] in mine for each in sightings) > 0
                assert set(one["parts"]) == mine
        assert {one["cluster"] for one in sightings} <= clusters.keys()
        mergers = {(name, *each.values()) for name, one in clusters.items() for each in one["mergers"]}
        decisions = await documents.find("cluster_decisions", {})
        assert mergers == {
            (part, one["_id"], whole)
            for one in decisions
            for part, whole in joined_by(one)
            if clusters.keys() >= {part, whole}
        }
        used = {(one["cluster"], track.partition("#")[0]) for one in sightings for track in one["tracks"]}
        centres = {(one["cluster"], one["embedding"]) for one in await documents.find("cluster_centres", {})}
        assert centres == used


@pytest.fixture
async def archive() -> AsyncIterator[Archive]:
    async with InferenceBench() as bench:
        yield Archive(bench)


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


async def test_a_merged_id_names_the_one_that_stays_until_that_is_taken_back(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    one, two = await archive.all_of(asset_called(1))
    answer = await archive.merge(one, two)
    assert (answer.cluster.cluster_id, answer.cluster.appearance_count) == (two, 2)
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 1)])  # joins the part that looks like it
    shown = await archive.get(one)
    assert (shown.cluster.cluster_id, list(shown.cluster.merged_ids), len(shown.appearances)) == (
        two,
        [one],
        3,
    )
    assert await archive.sizes() == [3]
    with pytest.raises(Rejected, match="one cluster already"):
        await archive.merge(two, one)
    await archive.check()

    undone = await archive.undo(answer.decision_id)
    assert (undone.decision.actor.principal, undone.decision.undone_by.principal) == ("anna", "ben")
    assert [(await archive.get(name)).cluster.appearance_count for name in (one, two)] == [2, 1]
    assert (await archive.undo(answer.decision_id)).decision == undone.decision, "once is enough"
    await archive.check()
    facts = archive.bench.facts.of(ClusterDecided)
    assert [(one.decision_id, one.actor.principal) for one in facts] == [
        (answer.decision_id, "anna"),
        (answer.decision_id, "ben"),
    ]


async def test_a_merger_that_was_noted_without_its_decision_is_taken_back_as_well(archive: Archive) -> None:
    """Clusters of before that was noted have one cluster that they are part of, and no count of counts."""
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2), face(3)])
    one, two, three = await archive.all_of(asset_called(1))
    first = await archive.merge(one, two)
    for name, into in ((one, two), (two, ""), (three, "")):
        before = {"$set": {"merged_into": into}, "$unset": {"mergers": "", "own.revision": ""}}
        await archive.bench.documents.update("clusters", name, before)
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 1)])
    await archive.merge(two, three)
    assert (await archive.get(one)).cluster.cluster_id == three
    await archive.undo(first.decision_id)
    assert [(await archive.get(name)).cluster.appearance_count for name in (one, two)] == [2, 2]
    await archive.bench.run_jobs()
    assert (await archive.get(two)).cluster.cluster_id == three


async def test_a_chain_of_mergers_is_one_and_comes_apart_where_it_is_taken_back(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2), face(3)])
    one, two, three = await archive.all_of(asset_called(1))
    first = await archive.merge(one, two)
    await archive.merge(two, three)
    assert [(await archive.get(name)).cluster.cluster_id for name in (one, two)] == [three, three]
    await archive.undo(first.decision_id)
    assert [(await archive.get(name)).cluster.cluster_id for name in (one, two)] == [one, three]
    await archive.check()


async def test_what_is_split_off_stays_so_at_reruns_and_with_a_new_embedding(archive: Archive) -> None:
    """Tried: clusters made anew forgot what people had decided."""
    for number in range(3):
        await archive.see(f"{asset_called(number)}/0/0", [face(1, number)])
    cluster_id = await archive.of(asset_called(0))
    answer = await archive.split(cluster_id, (asset_called(1), "faces/0/0/0"))
    assert (answer.cluster.appearance_count, answer.rest.appearance_count) == (1, 2)
    assert answer.rest.cluster_id == cluster_id
    await archive.check()
    await archive.see(f"{asset_called(1)}/0/0", [face(1, 9)], generation=2)
    for number in range(3):
        await archive.see(f"{asset_called(number)}/0/0", [face(40 + number)], embedding=NEWER)
    assert await archive.of(asset_called(1)) == answer.cluster.cluster_id
    assert [await archive.of(asset_called(0)), await archive.of(asset_called(2))] == [cluster_id] * 2
    assert sorted(await archive.sizes()) == [1, 2]
    await archive.check()
    with pytest.raises(Conflict, match=answer.decision_id):
        await archive.merge(cluster_id, answer.cluster.cluster_id)
    assert not (await archive.get(cluster_id)).similar, "nobody proposes what a person refused"

    await archive.undo(answer.decision_id)
    assert (await archive.get(answer.cluster.cluster_id)).cluster.cluster_id == cluster_id
    assert await archive.sizes() == [3]
    await archive.check()


async def test_all_appearances_cannot_be_split_off_nor_those_of_others(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    one, _ = await archive.all_of(asset_called(1))
    with pytest.raises(Rejected, match="all of its appearances"):
        await archive.split(one, (asset_called(1), "faces/0/0/0"))
    with pytest.raises(NotFound):
        await archive.split(one, (asset_called(1), "faces/0/0/1"))
    with pytest.raises(Rejected, match="observation id"):
        await archive.split(one, (asset_called(1), "nonsense"))


async def test_what_is_not_said_or_not_known_is_refused_in_words(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    one, _ = await archive.all_of(asset_called(1))
    with pytest.raises(Rejected, match="appearances: must be there"):
        await archive.split(one)
    with pytest.raises(Rejected, match="class"):
        await archive.name(one, "")
    with pytest.raises(Rejected, match="no order"):
        await archive.listed(order_by="colour")
    with pytest.raises(Rejected, match="page token"):
        await archive.listed(page_token="nonsense")
    for unknown, refusal in (("", Rejected), ("6f1b7a52-0000-5000-8000-00000000000c", NotFound)):
        with pytest.raises(refusal):
            await archive.get(unknown)
        with pytest.raises(refusal):
            await archive.undo(unknown)
        with pytest.raises(refusal):
            await archive.merge(one, unknown)


async def test_two_who_were_told_apart_are_neither_proposed_nor_merged(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(1, 1)])
    one, two = await archive.all_of(asset_called(1))
    assert [each.cluster.cluster_id for each in (await archive.get(one)).similar] == [two]
    request = api.DistinguishClustersRequest(cluster_id=one, other_cluster_id=two)
    decision_id = (await archive.call("DistinguishClusters", request)).decision_id
    assert (await archive.call("DistinguishClusters", request)).decision_id == decision_id
    assert not (await archive.get(one)).similar
    with pytest.raises(Conflict, match="take that back first"):
        await archive.merge(two, one)
    await archive.undo(decision_id)
    assert (await archive.merge(two, one)).cluster.appearance_count == 2


async def test_a_name_is_noted_once_and_decisions_are_listed_newest_first(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1)])
    cluster_id = await archive.of(asset_called(1))
    first = await archive.name(cluster_id, "class-1")
    assert (await archive.name(cluster_id, "class-1")).decision_id == first.decision_id
    with pytest.raises(Conflict, match=f"named class-1 by .* since .*people undo {first.decision_id}"):
        await archive.name(cluster_id, "class-2")
    await archive.undo(first.decision_id)
    assert (await archive.get(cluster_id)).cluster.named_class_id == ""
    archive.bench.clock.advance(1)  # type: ignore[attr-defined]
    second = await archive.name(cluster_id, "class-2")
    assert second.cluster.named_class_id == "class-2"
    request = api.ListClusterDecisionsRequest(cluster_id=cluster_id)
    listed = await archive.call("ListClusterDecisions", request)
    assert [one.class_id for one in listed.decisions] == ["class-2", "class-1"]
    await archive.undo(second.decision_id)
    assert (await archive.get(cluster_id)).cluster.named_class_id == ""


async def test_of_two_who_name_a_cluster_at_once_one_meets_the_name_of_the_other(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tried: both were told that it is theirs. All of them read that it has no name before any is noted."""
    await archive.see(f"{asset_called(1)}/0/0", [face(1)])
    cluster_id = await archive.of(asset_called(1))
    namings_of = ClusterDecisionDocuments.namings

    async def read_early(store: ClusterDecisionDocuments, cluster_ids: Collection[str]) -> Sequence[Decision]:
        found = await namings_of(store, cluster_ids)
        await asyncio.sleep(0.01)
        return found

    monkeypatch.setattr(ClusterDecisionDocuments, "namings", read_early)
    namings = [archive.name(cluster_id, class_id) for class_id in ("class-1", "class-2", "class-1")]
    ends = await asyncio.gather(*namings, return_exceptions=True)
    refused = [one for one in ends if isinstance(one, Conflict)]
    taken = [one for one in ends if not isinstance(one, BaseException)]
    assert refused
    assert len({one.decision_id for one in taken}) == 1, ends
    assert len(await archive.bench.documents.find("cluster_decisions", {})) == 1


async def test_clusters_with_two_names_are_not_made_one(archive: Archive) -> None:
    """Tried: merged, it had one name in lists and another one for whoever named it."""
    for number in range(2):
        await archive.see(f"{asset_called(number)}/0/0", [face(1, number), face(2, number)])
    one, two = await archive.all_of(asset_called(1))
    split = await archive.split(one, (asset_called(1), "faces/0/0/0"))
    first = await archive.name(one, "class-1")
    for other in (two, split.cluster.cluster_id):
        await archive.name(other, "class-2")
    with pytest.raises(Conflict, match=r"named class-\d by .* named class-\d by"):
        await archive.merge(one, two)
    with pytest.raises(Conflict, match=first.decision_id):
        await archive.undo(split.decision_id)
    await archive.undo(first.decision_id)
    merged = await archive.merge(one, two)
    assert merged.cluster.named_class_id == "class-2"
    with pytest.raises(Conflict, match="named class-2"):
        await archive.name(one, "class-1")
    await archive.undo(split.decision_id)
    assert (await archive.get(one)).cluster.named_class_id == "class-2"


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


async def test_two_workers_at_once_give_no_track_two_clusters(archive: Archive) -> None:
    """A worker that lost its lease without knowing goes on beside the next one."""
    for number in range(6):
        faces = [face(number % 3, number), face(10 + number % 2, number)]
        await archive.see(f"{asset_called(number)}/0/0", faces, cluster=False)
    (kind,) = [one for one in archive.bench.service.jobs if one.kind == CLUSTER_JOB]
    document = await archive.bench.jobs.get(CLUSTER_JOB, "0")
    assert document is not None

    class Lease:
        epoch = 1

        def check(self) -> None: ...

    job = job_of({**document, "attempt": 1})
    await asyncio.gather(*[kind.work(job, Lease()) for _ in range(3)])  # type: ignore[arg-type]
    tracks = [
        track
        for one in await archive.bench.documents.find("cluster_sightings", {})
        for track in one["tracks"]
    ]
    assert len(tracks) == len(set(tracks)) == 12


async def test_a_chunk_that_cannot_be_read_holds_up_no_other(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1)], cluster=False)
    broken = await archive.bench.objects.put(b"no vectors", media_type=VECTORS_MEDIA_TYPE)
    await archive.bench.documents.update_where("face_tracks", {}, {"$set": {"vectors": broken.key}})
    for number in (2, 3):
        await archive.see(f"{asset_called(number)}/0/0", [face(2, number)], cluster=False)
    await archive.bench.run_jobs()
    assert await archive.sizes() == [2]


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_clustering_comes_to_the_same(*, after: bool) -> None:
    """Calls to the database are the last one in turn; the next worker finishes, and nothing counts twice."""
    fails_at, done = 0, False
    while not done:
        async with InferenceBench() as bench:
            archive = Archive(bench)
            await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
            await archive.see(f"{asset_called(2)}/0/0", [face(1, 1), face(3)], cluster=False)
            store, broken = failing(bench.documents, 1 << 30, after=after)
            async with InferenceBench(documents=store, objects=bench.objects) as dying:
                broken.calls, broken.fails_at = 0, fails_at
                (kind,) = [one for one in dying.service.jobs if one.kind == CLUSTER_JOB]
                document = await bench.jobs.get(CLUSTER_JOB, "1")
                assert document is not None
                with suppress(Busy):
                    await kind.work(job_of(document), HeldLease(bench.jobs, document))
                done = not broken.broke
                broken.fails_at = 1 << 30
            await bench.run_jobs()
            assert sorted(await archive.sizes()) == [1, 1, 2], f"call {fails_at}"
            await archive.check()
        fails_at += 3


async def test_a_decision_that_was_cut_short_is_finished_by_the_next_job(archive: Archive) -> None:
    await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
    one, two = await archive.all_of(asset_called(1))
    document = {
        "_id": "77aa0c1e-0000-4000-8000-00000000000e", "kind": 1, "cluster": one, "other": two,
        "clusters": [one, two], "class_id": "", "moves": [], "applied": False, "undone": False,
        "principal": "anna", "authority": "local", "at": archive.bench.clock.now(),
    }  # fmt: skip
    await archive.bench.documents.insert_once("cluster_decisions", document)
    await archive.see(f"{asset_called(2)}/0/0", [face(1, 1)])
    assert (await archive.get(one)).cluster.cluster_id == two
    assert await archive.sizes() == [3]
    await archive.check()


@pytest.mark.parametrize("seed", range(12))
async def test_in_any_order_ids_stay_and_decisions_hold(archive: Archive, seed: int) -> None:
    """Chunks come in any order, some twice, some anew, while people decide; assets go."""
    random = np.random.default_rng(seed)
    chunks = [
        (
            f"{asset_called(asset)}/0/{chunk * 100}",
            [face(int(person), asset * 10 + chunk) for person in people],
        )
        for asset in range(4)
        for chunk, people in enumerate(random.integers(0, 5, (2, 2)))
    ]
    order = [*random.permutation(len(chunks)), *random.integers(0, len(chunks), 4)]
    ids: dict[str, str] = {}
    together, apart = list[tuple[str, str]](), list[tuple[str, str]]()
    for step, at in enumerate(order):
        chunk_id, faces = chunks[at]
        start = int(chunk_id.rpartition("/")[2])
        await archive.see(
            chunk_id, faces, start=start, generation=1 + step, cluster=bool(random.random() < 0.8)
        )
        listed = [one.cluster_id for one in await archive.listed()]
        if len(listed) > 1 and random.random() < 0.3:
            one, two = (str(each) for each in random.choice(listed, 2, replace=False))
            try:
                await archive.merge(one, two)
                together.append((one, two))
            except Conflict:
                assert (one, two) in apart or (two, one) in apart
        elif len(listed) > 1 and random.random() < 0.2:
            one, two = (str(each) for each in random.choice(listed, 2, replace=False))
            request = api.DistinguishClustersRequest(cluster_id=one, other_cluster_id=two)
            await archive.call("DistinguishClusters", request)
            apart.append((one, two))
        for each in await archive.bench.documents.find("cluster_sightings", {}):
            assert ids.setdefault(each["_id"], each["cluster"]) == each["cluster"], "none moves by itself"
    await archive.bench.run_jobs()
    await archive.check()
    for one, two in together:
        assert (await archive.get(one)).cluster.cluster_id == (await archive.get(two)).cluster.cluster_id
    for one, two in apart:
        assert (await archive.get(one)).cluster.cluster_id != (await archive.get(two)).cluster.cluster_id


class Interleaved:
    """Documents whose every call lets others go on before and after it, as a database elsewhere does."""

    def __init__(self, seed: int) -> None:
        self.documents, self.random = MemoryDocuments(), Random(seed)

    def __getattr__(self, name: str) -> Callable[..., Awaitable[Any]]:
        method = getattr(self.documents, name)

        async def call(*args: Any, **kwargs: Any) -> Any:
            for _ in range(self.random.randint(0, 3)):
                await asyncio.sleep(0)
            answer = await method(*args, **kwargs)
            await asyncio.sleep(0)
            return answer

        return call


async def decide_at_random(archive: Archive, random: Random) -> None:
    """Merge, split, take back and erase, a few times."""
    decided = list[str]()
    for step in range(6):
        listed = [one.cluster_id for one in await archive.listed()]
        what = random.random()
        with suppress(Conflict, NotFound, Rejected):
            if what < 0.4 and len(listed) > 1:
                decided.append((await archive.merge(*random.sample(listed, 2))).decision_id)
            elif what < 0.6 and listed:
                one = (await archive.get(listed[0])).appearances[0]
                seen = one.asset_id, one.appearance.observation_id
                decided.append((await archive.split(listed[0], seen)).decision_id)
            elif what < 0.8 and decided:
                await archive.undo(random.choice(decided))
            else:
                gone = asset_called(random.randrange(4))
                await archive.bench.deliver(erasure_plan(f"{random.random()}/{step}", asset_ids=[gone]))


@pytest.mark.parametrize("seed", range(100, 240))
async def test_people_and_workers_at_once_leave_everything_as_it_must_be(seed: int) -> None:
    """Tried: sums that three wrote at once stayed those of whoever had read first, in 4 of 100."""
    documents = Interleaved(seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive, random = Archive(bench), documents.random
        for number in range(10):
            faces = [face(random.randrange(4), number), face(4 + random.randrange(3), number)]
            await archive.see(f"{asset_called(number)}/0/0", faces, cluster=number < 4)
        (kind,) = [one for one in bench.service.jobs if one.kind == CLUSTER_JOB]
        (*_, waiting) = await bench.documents.find("jobs", {"kind": CLUSTER_JOB}, sort=[("put_at", 1)])
        job = job_of({**waiting, "attempt": 1})
        workers = [kind.work(job, HeldLease(bench.jobs, waiting)) for _ in range(2)]
        await asyncio.gather(*workers, *[decide_at_random(archive, random) for _ in range(3)])
        await archive.see(f"{asset_called(99)}/0/0", [face(20)])
        await archive.check()


@pytest.mark.parametrize("seed", range(12))
async def test_mergers_in_a_circle_are_one_and_each_is_taken_back_alone(seed: int) -> None:
    """Tried: of three who merged at once in a circle, two had roots that were parts of others, for good."""
    documents = Interleaved(seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive = Archive(bench)
        await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2), face(3)])
        one, two, three = await archive.all_of(asset_called(1))
        circle = ((one, two), (two, three), (three, one))
        ends = await asyncio.gather(*[archive.merge(*pair) for pair in circle], return_exceptions=True)
        assert {type(end) for end in ends if isinstance(end, BaseException)} <= {Rejected}, ends
        await archive.check()
        assert await archive.sizes() == [3]
        decided = [one.decision_id for one in ends if not isinstance(one, BaseException)]
        await asyncio.gather(*map(archive.undo, decided))
        await archive.check()
        assert await archive.sizes() == [1, 1, 1]


async def names_of(archive: Archive) -> dict[str, set[str]]:
    """Return by cluster, after mergers, the classes that decisions name it as now."""
    decisions = archive.bench.documents
    roots = {one["_id"]: one["root"] for one in await decisions.find("clusters", {})}
    found: dict[str, set[str]] = {}
    for one in await decisions.find("cluster_decisions", {"kind": 4, "undone": False}):
        if one["class_id"]:
            found.setdefault(roots[one["cluster"]], set()).add(one["class_id"])
    return found


@pytest.mark.parametrize("seed", range(30))
async def test_of_a_name_and_a_merger_at_the_same_instant_only_one_stands(seed: int) -> None:
    """Tried: both were taken, and one person had two names."""
    documents = Interleaved(seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive = Archive(bench)
        await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
        one, two = await archive.all_of(asset_called(1))
        await archive.name(two, "class-2")
        ends = await asyncio.gather(
            archive.merge(one, two), archive.name(one, "class-1"), return_exceptions=True
        )
        assert [type(end) for end in ends if isinstance(end, BaseException)] == [Conflict], ends
        await bench.run_jobs()
        assert all(len(names) == 1 for names in (await names_of(archive)).values())
        await archive.check()


@pytest.mark.parametrize("seed", range(20))
async def test_nobody_ever_has_two_names_whatever_several_people_decide_at_once(seed: int) -> None:
    documents = Interleaved(100 + seed)
    async with InferenceBench(documents=cast("Documents", documents)) as bench:
        archive, random = Archive(bench), documents.random
        for number in range(3):
            await archive.see(f"{asset_called(number)}/0/0", [face(each, number) for each in range(3)])

        async def decide() -> None:
            decided = list[str]()
            for _ in range(5):
                listed = [one.cluster_id for one in await archive.listed()]
                what = random.random()
                with suppress(Conflict, NotFound, Rejected):
                    if what < 0.4:
                        name = f"class-{random.randrange(3)}"
                        decided.append((await archive.name(random.choice(listed), name)).decision_id)
                    elif what < 0.65 and len(listed) > 1:
                        decided.append((await archive.merge(*random.sample(listed, 2))).decision_id)
                    elif what < 0.8:
                        one = (await archive.get(listed[0])).appearances[0]
                        seen = one.asset_id, one.appearance.observation_id
                        decided.append((await archive.split(listed[0], seen)).decision_id)
                    elif decided:
                        await archive.undo(random.choice(decided))

        await asyncio.gather(*[decide() for _ in range(3)])
        await archive.see(f"{asset_called(99)}/0/0", [face(20)])
        assert all(len(names) == 1 for names in (await names_of(archive)).values())


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_a_name_or_merger_holds_up_nobody(*, after: bool) -> None:
    """What was begun is finished or taken back by the next job, and then names and mergers go on."""
    fails_at, done = 0, False
    while not done:
        async with InferenceBench() as bench:
            archive = Archive(bench)
            await archive.see(f"{asset_called(1)}/0/0", [face(1), face(2)])
            one, two = await archive.all_of(asset_called(1))
            split = None
            await archive.name(two, "class-2")
            store, broken = failing(bench.documents, 1 << 30, after=after)
            async with InferenceBench(documents=store, objects=bench.objects) as dying:
                broken.calls, broken.fails_at = 0, fails_at
                with suppress(Busy):
                    await Archive(dying).merge(one, two)
                    split = two
                done = not broken.broke
            await archive.see(f"{asset_called(2)}/0/0", [face(9)])
            merged = (await archive.get(one)).cluster.cluster_id == two
            assert merged or split is None
            with suppress(Conflict):
                await archive.name(one, "class-1")
            assert all(len(names) == 1 for names in (await names_of(archive)).values())
            await archive.check()
        fails_at += 1
    assert fails_at > 5


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
        test_what_is_split_off_stays_so_at_reruns_and_with_a_new_embedding,
        test_whom_a_person_named_as_somebody_erased_is_taken_out_like_whom_a_model_named,
        partial(test_in_any_order_ids_stay_and_decisions_hold, seed=3),
    ):
        documents = MongoDocuments(database, f"inference_{uuid4().hex[:8]}")
        async with InferenceBench(documents=documents) as bench:
            await promise(Archive(bench))
        documents.close()
