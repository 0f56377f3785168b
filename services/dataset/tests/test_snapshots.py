"""What a snapshot holds, and when it must not be used any more."""

import json

import pytest

from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.dataset.v1 import snapshot_service_pb2 as snapshot_rpc
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed, SampleWithdrawn
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_dataset.adapters.dataset_documents import DatasetDocuments
from framewell_dataset.adapters.snapshot_documents import SnapshotDocuments
from framewell_dataset.adapters.statement_documents import StatementDocuments
from framewell_dataset.domain.rights import ReceivedStatement
from framewell_dataset.entrypoints.jobs import PublishJob
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, stated
from framewell_dataset.testing.people import (
    BAN,
    accepted_people,
    read_table,
    review_each,
)
from framewell_kit.outcomes import Conflict, Gone, NotFound
from framewell_kit.testing.ids import asset_called


async def test_decisions_of_one_moment_share_one_snapshot(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await accepted_people(bench, 2)
    await bench.settle()
    (snapshot,) = bench.facts.of(SnapshotPublished)
    assert snapshot.number == 1
    assert snapshot.recipe == "identity"
    assert snapshot.embedding.name == "faces/dlib-resnet"
    assert [(each.sample_count, each.class_count) for each in snapshot.splits] == [(2, 2)]
    await accepted_people(bench, 3)
    await bench.settle()
    assert [each.number for each in bench.facts.of(SnapshotPublished)] == [1, 2]


async def test_a_snapshots_tables_hold_one_row_a_crop_and_no_name(bench: DatasetBench) -> None:
    (sample_id,) = await accepted_people(bench, 1)
    await bench.take_in("crowd", stated())
    await bench.analyse(
        "crowd", await bench.chunk("crowd", Seen(50), Seen(1, begin=8, shot=1, track=1, take=5))
    )
    await bench.take_in("forbidden", BAN)
    await bench.analyse("forbidden", await bench.chunk("forbidden", Seen(60)))
    await bench.settle()
    snapshot = bench.facts.of(SnapshotPublished)[-1]
    rows = (await read_table(bench, snapshot.samples)).to_pylist()
    assert len(rows) == len(bench.facts.of(SampleProposed)[0].crops)
    assert {row["sample_id"] for row in rows} == {sample_id}
    assert {row["split"] for row in rows} == {"train"}
    assert rows[0]["programme"] == f"|Programme of {asset_called(1)}|2026-11-22"
    assert len(rows[0]["vector"]) == 128
    assert rows[0]["owed"] == []
    background = (await read_table(bench, snapshot.background)).to_pylist()
    assert {row["asset_id"] for row in background} == {"crowd"}
    assert len({row["face"] for row in background}) == 2, "near strangers are strangers, too"
    manifest = json.loads(await bench.objects.read(snapshot.manifest))
    assert manifest["tables"]["samples"]["sha256"] == snapshot.samples.sha256
    assert manifest["samples"][0]["rights"]["sentence"].startswith("Allowed: ")
    assert "Bmann" not in json.dumps(manifest)


async def test_a_snapshot_that_changes_nothing_is_not_published(bench: DatasetBench) -> None:
    ids = await accepted_people(bench, 1)
    await bench.settle()
    await review_each(bench, *ids, decision=wire.DECISION_UNDO)
    await review_each(bench, *ids)
    await bench.settle()
    assert len(bench.facts.of(SnapshotPublished)) == 1
    again = await bench.call("PublishSnapshot", snapshot_rpc.PublishSnapshotRequest(dataset_id="people"))
    assert again.snapshot == bench.facts.of(SnapshotPublished)[0]


async def test_publishing_by_hand_needs_something_to_publish(bench: DatasetBench) -> None:
    with pytest.raises(Conflict, match="accept one first"):
        await bench.call("PublishSnapshot", snapshot_rpc.PublishSnapshotRequest(dataset_id="people"))
    with pytest.raises(NotFound):
        await bench.call("PublishSnapshot", snapshot_rpc.PublishSnapshotRequest(dataset_id="nobody"))
    await accepted_people(bench, 1)
    made = await bench.call("PublishSnapshot", snapshot_rpc.PublishSnapshotRequest(dataset_id="people"))
    await bench.settle()
    assert bench.facts.of(SnapshotPublished) == [made.snapshot]


async def test_ended_rights_withdraw_the_sample_and_every_snapshot_with_it(bench: DatasetBench) -> None:
    first, second = await accepted_people(bench, 1, 2)
    await bench.settle()
    ban = rights.RightsChanged(
        subject=Subject(asset_id=asset_called(1)), statements=[BAN], actor=DECIDED_BY, revision=1
    )
    preview = await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=ban))
    assert preview.samples_withdrawn == 1
    assert list(preview.snapshot_ids) == [bench.facts.of(SnapshotPublished)[0].snapshot_id]
    await bench.deliver(ban)
    await bench.settle()
    (gone,) = bench.facts.of(SampleWithdrawn)
    assert gone.sample_id == first
    (withdrawn,) = bench.facts.of(SnapshotWithdrawn)
    assert withdrawn.withdrawn_sample_count == 1
    assert withdrawn.actor == DECIDED_BY
    successor = bench.facts.of(SnapshotPublished)[-1]
    assert withdrawn.superseded_by == successor.snapshot_id
    rows = (await read_table(bench, successor.samples)).to_pylist()
    assert {row["sample_id"] for row in rows} == {second}
    with pytest.raises(Gone, match="withdrawn"):
        await bench.read("ReadSnapshot", snapshot_rpc.ReadSnapshotRequest(snapshot_id=withdrawn.snapshot_id))


async def test_what_is_to_take_the_place_of_a_snapshot_comes_although_the_same_was_before(
    bench: DatasetBench,
) -> None:
    (first,) = await accepted_people(bench, 1)
    await bench.settle()
    await accepted_people(bench, 2)
    await bench.settle()
    await bench.deliver(
        rights.RightsChanged(subject=Subject(asset_id=asset_called(2)), statements=[BAN], revision=1)
    )
    await bench.settle()
    (withdrawn,) = bench.facts.of(SnapshotWithdrawn)
    before, gone, successor = bench.facts.of(SnapshotPublished)
    assert (withdrawn.snapshot_id, withdrawn.superseded_by) == (gone.snapshot_id, successor.snapshot_id)
    for snapshot in (before, successor):
        rows = (await read_table(bench, snapshot.samples)).to_pylist()
        assert {row["sample_id"] for row in rows} == {first}


async def test_the_last_sample_withdrawn_leaves_an_empty_snapshot(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await bench.settle()
    await bench.deliver(
        rights.RightsChanged(subject=Subject(asset_id=asset_called(1)), statements=[BAN], revision=1)
    )
    await bench.settle()
    assert [len(each.splits) for each in bench.facts.of(SnapshotPublished)] == [1, 0]


async def only_the_second_is_published(bench: DatasetBench, first: str, second: str) -> None:
    for snapshot in bench.facts.of(SnapshotPublished):
        rows = (await read_table(bench, snapshot.samples)).to_pylist()
        assert {row["sample_id"] for row in rows} == {second}
    assert len(bench.facts.of(SnapshotPublished)) == 1
    assert [each.sample_id for each in bench.facts.of(SampleWithdrawn)] == [first]


async def test_rights_that_moved_before_the_last_question_keep_a_snapshot_back(bench: DatasetBench) -> None:
    """The change is written after the draft; its scan has not come to the samples yet."""
    first, second = await accepted_people(bench, 1, 2)
    insert = bench.documents.insert_once

    async def slow_insert(collection: str, document: dict[str, object]) -> bool:
        done = await insert(collection, document)
        if collection == "snapshots":
            bench.documents.insert_once = insert  # type: ignore[method-assign]
            await StatementDocuments(bench.documents).add(
                Subject(asset_id=asset_called(1)), [ReceivedStatement(BAN, 1)]
            )
        return done

    bench.documents.insert_once = slow_insert  # type: ignore[method-assign]
    await bench.settle()
    await only_the_second_is_published(bench, first, second)


async def test_rights_that_move_after_the_last_question_keep_a_snapshot_back(bench: DatasetBench) -> None:
    """The change comes between the last question and the publication: its scan voids the draft."""
    first, second = await accepted_people(bench, 1, 2)
    update = bench.documents.update

    async def slow_update(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "snapshots":
            bench.documents.update = update  # type: ignore[method-assign]
            await bench.deliver(
                rights.RightsChanged(subject=Subject(asset_id=asset_called(1)), statements=[BAN], revision=1)
            )
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = slow_update  # type: ignore[method-assign,assignment]
    await bench.settle()
    await only_the_second_is_published(bench, first, second)


async def test_a_snapshot_goes_although_its_sample_was_taken_out_since(bench: DatasetBench) -> None:
    ids = await accepted_people(bench, 1)
    await bench.settle()
    await review_each(bench, *ids, decision=wire.DECISION_REJECT)
    await bench.deliver(
        rights.RightsChanged(subject=Subject(asset_id=asset_called(1)), statements=[BAN], revision=1)
    )
    assert [each.withdrawn_sample_count for each in bench.facts.of(SnapshotWithdrawn)] == [1]


async def test_two_who_publish_one_batch_publish_one_snapshot(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    (job,) = (kind.work for kind in bench.service.jobs if isinstance(kind.work, PublishJob))
    publish, cause = job.publish, bench.cause()
    batch = await DatasetDocuments(bench.documents).batch("people")
    update = bench.documents.update

    async def slow_update(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "snapshots":
            bench.documents.update = update  # type: ignore[method-assign]
            await publish("people", batch, DECIDED_BY, cause)
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = slow_update  # type: ignore[method-assign,assignment]
    await publish("people", batch, DECIDED_BY, cause)
    await bench.settle()
    (snapshot,) = bench.facts.of(SnapshotPublished)
    assert (await read_table(bench, snapshot.samples)).num_rows > 0


async def test_a_decision_whose_call_died_still_leads_to_a_snapshot(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await bench.documents.delete_where("jobs", {})
    await bench.deliver_own(SampleReviewed)
    await bench.settle()
    assert len(bench.facts.of(SnapshotPublished)) == 1


async def test_a_snapshot_is_read_as_it_was_when_it_was_published(bench: DatasetBench) -> None:
    (sample_id,) = await accepted_people(bench, 1)
    await bench.settle()
    name = bench.facts.of(SnapshotPublished)[0].snapshot_id
    await review_each(bench, sample_id, decision=wire.DECISION_REJECT)
    (row,) = await bench.read("ReadSnapshot", snapshot_rpc.ReadSnapshotRequest(snapshot_id=name))
    assert row.sample.sample_id == sample_id
    assert row.sample.state == wire.SAMPLE_STATE_ACCEPTED


async def test_snapshots_are_listed_newest_first(bench: DatasetBench) -> None:
    for number in range(3):
        await accepted_people(bench, number)
        await bench.settle()
    first = await bench.call("ListSnapshots", snapshot_rpc.ListSnapshotsRequest(page_size=2))
    assert [each.published.number for each in first.snapshots] == [3, 2]
    rest = await bench.call(
        "ListSnapshots", snapshot_rpc.ListSnapshotsRequest(page_token=first.next_page_token)
    )
    assert [each.published.number for each in rest.snapshots] == [1]


async def test_members_of_a_draft_that_was_made_again_no_longer_count(bench: DatasetBench) -> None:
    """A sample that left before publication does not take the snapshot along when its rights end."""
    first, second = await accepted_people(bench, 1, 2)
    snapshots = SnapshotDocuments(bench.documents, bench.outbox)
    insert = bench.documents.insert_once

    async def slow_insert(collection: str, document: dict[str, object]) -> bool:
        done = await insert(collection, document)
        if collection == "snapshots":
            bench.documents.insert_once = insert  # type: ignore[method-assign]
            ban = rights.RightsChanged(
                subject=Subject(asset_id=asset_called(1)), statements=[BAN], revision=1
            )
            await bench.deliver(ban)
        return done

    bench.documents.insert_once = slow_insert  # type: ignore[method-assign]
    await bench.settle()
    (published,) = bench.facts.of(SnapshotPublished)
    holding = {
        sample_id: [stored.published.snapshot_id async for stored in snapshots.ever_containing(sample_id)]
        for sample_id in (first, second)
    }
    assert holding == {first: [], second: [published.snapshot_id]}
    assert await bench.documents.count("snapshot_members", {"sample_ids": first}) == 0
