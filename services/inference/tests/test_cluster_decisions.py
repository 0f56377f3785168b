"""What people decide about clusters holds, and can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Sequence
from uuid import uuid4

import pytest

from framewell.cluster.v1.cluster_pb2 import ClusterDecided
from framewell.inference.v1 import cluster_service_pb2 as api
from framewell_inference.adapters.cluster_decision_documents import ClusterDecisionDocuments
from framewell_inference.ports.clusters import Decision
from framewell_inference.testing import InferenceBench
from framewell_inference.testing.clusters import NEWER, Archive, face
from framewell_kit.documents import MongoDocuments
from framewell_kit.outcomes import Conflict, NotFound, Rejected
from framewell_kit.testing.ids import asset_called


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


@pytest.mark.integration
async def test_the_same_holds_on_the_database(database: str) -> None:
    documents = MongoDocuments(database, f"inference_{uuid4().hex[:8]}")
    async with InferenceBench(documents=documents) as bench:
        await test_what_is_split_off_stays_so_at_reruns_and_with_a_new_embedding(Archive(bench))
    documents.close()
