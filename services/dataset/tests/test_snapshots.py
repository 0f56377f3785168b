"""What a snapshot holds, what it costs, who decided, and when it must not be used any more."""

import io
import json
import tarfile
import zipfile
from datetime import timedelta
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from framewell.dataset.v1 import dataset_service_pb2 as rpc
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed, SampleWithdrawn, SampleWithheld
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, stated
from framewell_kit.outcomes import Conflict, NotFound, Rejected

BAN = rights.RightsStatement(issuer="court", statement_id="1", revision=1, use=rights.USE_PROHIBITED)


async def accepted(bench: DatasetBench, *numbers: int, **terms: object) -> list[str]:
    """One accepted sample of one person per number, each in an asset of its own."""
    ids = []
    for number in numbers:
        asset_id = f"asset-{number}"
        await bench.take_in(asset_id, stated(**terms))  # type: ignore[arg-type]
        who = Seen(number, name=f"Ada {chr(65 + number)}mann")
        await bench.analyse(asset_id, await bench.chunk(asset_id, who))
        ids.append(bench.said.of(SampleProposed)[-1].sample_id)
    await review(bench, *ids)
    return ids


async def review(bench: DatasetBench, *ids: str, decision: int = wire.DECISION_ACCEPT) -> None:
    reviews = [rpc.Review(sample_id=each, decision=decision) for each in ids]  # type: ignore[arg-type]
    answer = await bench.call("ReviewSamples", rpc.ReviewSamplesRequest(reviews=reviews))
    assert [result.error for result in answer.results] == [""] * len(ids)


async def table(bench: DatasetBench, ref: ObjectRef) -> pa.Table:
    return pq.read_table(pa.BufferReader(await bench.objects.read(ref)))


async def test_decisions_of_one_moment_share_one_snapshot(bench: DatasetBench) -> None:
    await accepted(bench, 1)
    await accepted(bench, 2)
    await bench.settle()
    (snapshot,) = bench.said.of(SnapshotPublished)
    assert snapshot.number == 1
    assert snapshot.recipe == "identity"
    assert snapshot.embedding.name == "faces/dlib-resnet"
    assert sum(count.samples for count in snapshot.counts) == 2
    await accepted(bench, 3)
    await bench.settle()
    assert [each.number for each in bench.said.of(SnapshotPublished)] == [1, 2]


async def test_a_snapshots_tables_hold_one_row_a_crop_and_no_name(bench: DatasetBench) -> None:
    (sample_id,) = await accepted(bench, 1)
    await bench.take_in("crowd", stated())
    await bench.analyse(
        "crowd", await bench.chunk("crowd", Seen(50), Seen(1, begin=8, shot=1, track=1, take=5))
    )
    await bench.take_in("forbidden", BAN)
    await bench.analyse("forbidden", await bench.chunk("forbidden", Seen(60)))
    await bench.settle()
    snapshot = bench.said.of(SnapshotPublished)[-1]
    rows = (await table(bench, snapshot.samples)).to_pylist()
    assert len(rows) == len(bench.said.of(SampleProposed)[0].crops)
    assert {row["sample_id"] for row in rows} == {sample_id}
    assert {row["split"] for row in rows} == {"train"}
    assert rows[0]["programme"] == "|Programme of asset-1|2026-11-22"
    assert len(rows[0]["vector"]) == 128
    assert rows[0]["owed"] == []
    background = (await table(bench, snapshot.background)).to_pylist()
    assert {row["asset_id"] for row in background} == {"crowd"}
    assert len({row["face"] for row in background}) == 1
    manifest = json.loads(await bench.objects.read(snapshot.manifest))
    assert manifest["tables"]["samples"]["sha256"] == snapshot.samples.sha256
    assert manifest["samples"][0]["rights"]["sentence"].startswith("Allowed: ")
    assert "Bmann" not in json.dumps(manifest)


async def test_a_snapshot_that_changes_nothing_is_not_published(bench: DatasetBench) -> None:
    ids = await accepted(bench, 1)
    await bench.settle()
    await review(bench, *ids, decision=wire.DECISION_UNDO)
    await review(bench, *ids)
    await bench.settle()
    assert len(bench.said.of(SnapshotPublished)) == 1
    again = await bench.call("PublishSnapshot", rpc.PublishSnapshotRequest(dataset_id="people"))
    assert again.snapshot == bench.said.of(SnapshotPublished)[0]


async def test_publishing_by_hand_needs_something_to_publish(bench: DatasetBench) -> None:
    with pytest.raises(Conflict, match="accept one first"):
        await bench.call("PublishSnapshot", rpc.PublishSnapshotRequest(dataset_id="people"))
    with pytest.raises(NotFound):
        await bench.call("PublishSnapshot", rpc.PublishSnapshotRequest(dataset_id="nobody"))
    await accepted(bench, 1)
    made = await bench.call("PublishSnapshot", rpc.PublishSnapshotRequest(dataset_id="people"))
    await bench.settle()
    assert bench.said.of(SnapshotPublished) == [made.snapshot]


async def test_ended_rights_withdraw_the_sample_and_every_snapshot_with_it(bench: DatasetBench) -> None:
    first, second = await accepted(bench, 1, 2)
    await bench.settle()
    ban = rights.RightsChanged(target="asset:asset-1", statements=[BAN], actor=DECIDED_BY, revision=1)
    preview = await bench.call("PreviewRightsChange", rpc.PreviewRightsChangeRequest(change=ban))
    assert preview.samples_withdrawn == 1
    assert list(preview.snapshot_ids) == [bench.said.of(SnapshotPublished)[0].snapshot_id]
    await bench.hear(ban)
    await bench.settle()
    (gone,) = bench.said.of(SampleWithdrawn)
    assert gone.sample_id == first
    (withdrawn,) = bench.said.of(SnapshotWithdrawn)
    assert list(withdrawn.sample_ids) == [first]
    assert withdrawn.actor == DECIDED_BY
    successor = bench.said.of(SnapshotPublished)[-1]
    assert withdrawn.superseded_by == successor.snapshot_id
    rows = (await table(bench, successor.samples)).to_pylist()
    assert {row["sample_id"] for row in rows} == {second}
    with pytest.raises(Conflict, match="withdrawn"):
        await bench.stream("ReadSnapshot", rpc.ReadSnapshotRequest(snapshot_id=withdrawn.snapshot_id))


async def test_the_last_sample_withdrawn_leaves_an_empty_snapshot(bench: DatasetBench) -> None:
    await accepted(bench, 1)
    await bench.settle()
    await bench.hear(rights.RightsChanged(target="asset:asset-1", statements=[BAN], revision=1))
    await bench.settle()
    assert [len(each.counts) for each in bench.said.of(SnapshotPublished)] == [1, 0]


async def only_the_second_is_published(bench: DatasetBench, first: str, second: str) -> None:
    for snapshot in bench.said.of(SnapshotPublished):
        rows = (await table(bench, snapshot.samples)).to_pylist()
        assert {row["sample_id"] for row in rows} == {second}
    assert len(bench.said.of(SnapshotPublished)) == 1
    assert [each.sample_id for each in bench.said.of(SampleWithdrawn)] == [first]


async def test_rights_that_moved_before_the_last_question_keep_a_snapshot_back(bench: DatasetBench) -> None:
    """The change is written after the draft; its scan has not come to the samples yet."""
    first, second = await accepted(bench, 1, 2)
    insert = bench.documents.insert_once

    async def slow_insert(collection: str, document: dict[str, object]) -> bool:
        done = await insert(collection, document)
        if collection == "snapshots":
            bench.documents.insert_once = insert  # type: ignore[method-assign]
            await bench.rpc.gate.book.add("asset:asset-1", [BAN], 1)
        return done

    bench.documents.insert_once = slow_insert  # type: ignore[method-assign]
    await bench.settle()
    await only_the_second_is_published(bench, first, second)


async def test_rights_that_move_after_the_last_question_keep_a_snapshot_back(bench: DatasetBench) -> None:
    """The change comes between the last question and the publication: its scan voids the draft."""
    first, second = await accepted(bench, 1, 2)
    update = bench.documents.update

    async def slow_update(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "snapshots":
            bench.documents.update = update  # type: ignore[method-assign]
            await bench.hear(rights.RightsChanged(target="asset:asset-1", statements=[BAN], revision=1))
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = slow_update  # type: ignore[method-assign,assignment]
    await bench.settle()
    await only_the_second_is_published(bench, first, second)


async def test_a_snapshot_goes_although_its_sample_was_taken_out_since(bench: DatasetBench) -> None:
    ids = await accepted(bench, 1)
    await bench.settle()
    await review(bench, *ids, decision=wire.DECISION_REJECT)
    await bench.hear(rights.RightsChanged(target="asset:asset-1", statements=[BAN], revision=1))
    assert [list(each.sample_ids) for each in bench.said.of(SnapshotWithdrawn)] == [ids]


async def test_two_who_publish_one_turn_publish_one_snapshot(bench: DatasetBench) -> None:
    await accepted(bench, 1)
    publish, cause = bench.rpc.publish, bench.cause()
    turn = await bench.rpc.snapshots.turn("people")
    update = bench.documents.update

    async def slow_update(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "snapshots":
            bench.documents.update = update  # type: ignore[method-assign]
            await publish("people", turn, DECIDED_BY, cause)
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = slow_update  # type: ignore[method-assign,assignment]
    await publish("people", turn, DECIDED_BY, cause)
    await bench.settle()
    (snapshot,) = bench.said.of(SnapshotPublished)
    assert (await table(bench, snapshot.samples)).num_rows > 0


async def test_a_decision_whose_call_died_still_leads_to_a_snapshot(bench: DatasetBench) -> None:
    await accepted(bench, 1)
    await bench.documents.delete_where("jobs", {})
    await bench.hear_own(SampleReviewed)
    await bench.settle()
    assert len(bench.said.of(SnapshotPublished)) == 1


async def test_a_term_that_ends_withdraws_without_an_event(bench: DatasetBench) -> None:
    until = bench.clock.now() + timedelta(days=1)
    ends = stated()
    ends.valid_until.FromDatetime(until)
    await bench.take_in("asset-1", ends)
    await bench.analyse("asset-1", await bench.chunk("asset-1", Seen(1, name="Ada Neumann")))
    await review(bench, bench.said.of(SampleProposed)[0].sample_id)
    await bench.settle()
    reask = bench.parts[0].reask  # type: ignore[attr-defined]
    assert await reask() == 0
    await bench.clock.sleep(25 * 3600)
    assert await reask() == 1
    assert await reask() == 0
    await bench.settle()
    assert "ended on 2026-11-23" in bench.said.of(SampleWithdrawn)[0].reason
    assert len(bench.said.of(SnapshotWithdrawn)) == 1


async def test_a_term_that_begins_proposes_without_an_event(bench: DatasetBench) -> None:
    begins = stated()
    begins.valid_from.FromDatetime(bench.clock.now() + timedelta(days=1))
    await bench.take_in("asset-1", begins)
    await bench.analyse("asset-1", await bench.chunk("asset-1", Seen(1, name="Ada Neumann")))
    assert "begins on 2026-11-23" in bench.said.of(SampleWithheld)[0].decision.sentence
    await bench.clock.sleep(25 * 3600)
    await bench.parts[0].reask()  # type: ignore[attr-defined]
    await bench.settle()
    assert len(bench.said.of(SampleProposed)) == 1


async def test_flat_pay_is_recorded_once_per_sample_and_snapshot(bench: DatasetBench) -> None:
    pay = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")
    await accepted(bench, 1, 2, 3, payment=pay)
    await bench.settle()
    used = bench.said.of(UsageRecorded)
    assert len(used) == 3
    assert {each.holder for each in used} == {"Kanal Eins"}
    await bench.hear_own(UsageRecorded)
    await bench.hear_own(UsageRecorded)
    ledger = await bench.call("ListLedger", rpc.ListLedgerRequest(page_size=2))
    assert len(ledger.entries) == 2
    assert ledger.next_page_token
    (balance,) = ledger.balances
    assert (Decimal(balance.amount), balance.uses, balance.currency) == (Decimal("0.30"), 3, "EUR")
    rows = (await table(bench, bench.said.of(SnapshotPublished)[0].samples)).to_pylist()
    assert rows[0]["owed"] == [
        {
            "holder": "Kanal Eins",
            "pay_model": "flat",
            "amount": "0.10",
            "currency": "EUR",
            "statement": "Kanal Eins/own@1",
        }
    ]


async def test_pay_per_use_is_left_to_each_run(bench: DatasetBench) -> None:
    pay = rights.Payment(model=rights.PAY_MODEL_PER_USE, amount="0.05", currency="EUR")
    await accepted(bench, 1, payment=pay)
    await bench.settle()
    assert bench.said.of(UsageRecorded) == []
    rows = (await table(bench, bench.said.of(SnapshotPublished)[0].samples)).to_pylist()
    assert rows[0]["owed"][0]["pay_model"] == "per_use"


async def test_an_amount_that_is_no_number_is_refused(bench: DatasetBench) -> None:
    bad = UsageRecorded(holder="x", use_id="run:1", sample_id="s", quantity="1")
    bad.rate.amount = "ten"
    with pytest.raises(Rejected, match="'ten' is no decimal number"):
        await bench.hear(bad)


async def test_every_decision_is_in_the_audit_log_once(bench: DatasetBench) -> None:
    ids = await accepted(bench, 1, 2, 3, 4)
    await review(bench, ids[0], decision=wire.DECISION_REJECT)
    await bench.hear_own(SampleReviewed)
    await bench.hear_own(SampleReviewed)
    checked = await bench.call("VerifyAudit", rpc.VerifyAuditRequest())
    assert (checked.intact, checked.entries, checked.problem) == (True, 5, "")


async def test_two_writers_cannot_fork_a_chain(bench: DatasetBench) -> None:
    """The second writer looked at the end of the chain before the first one wrote."""
    ids = await accepted(bench, 1)
    await review(bench, *ids)
    first, second = bench.said.of(SampleReviewed)
    find = bench.documents.find

    async def slow_find(collection: str, *args: object, **more: object) -> list[dict[str, object]]:
        found = await find(collection, *args, **more)  # type: ignore[arg-type]
        if collection == "audit":
            bench.documents.find = find  # type: ignore[method-assign]
            await bench.hear(first, bench.cause("event 1"))
        return found

    bench.documents.find = slow_find  # type: ignore[method-assign]
    await bench.hear(second, bench.cause("event 2"))
    entries = await bench.documents.find("audit", {}, sort=[("place", 1)])
    assert [(entry["place"], entry["event_id"]) for entry in entries] == [(0, "event 1"), (1, "event 2")]
    assert (await bench.call("VerifyAudit", rpc.VerifyAuditRequest())).intact


@pytest.mark.parametrize("tampering", ["changed", "removed", "truncated", "inserted"])
async def test_a_log_that_was_tampered_with_is_found_out(bench: DatasetBench, tampering: str) -> None:
    ids = await accepted(bench, 1)
    for _ in range(3):
        await review(bench, *ids)
    await bench.hear_own(SampleReviewed)
    entries = await bench.documents.find("audit", {}, sort=[("place", 1)])
    assert len(entries) == 4
    match tampering:
        case "changed":
            await bench.documents.update("audit", entries[1]["_id"], {"$set": {"principal": "mallory"}})
        case "removed":
            await bench.documents.delete("audit", entries[1]["_id"])
        case "truncated":
            await bench.documents.delete("audit", entries[3]["_id"])
        case _:
            forged = {**entries[3], "_id": "forged", "place": 4, "event_id": "forged"}
            await bench.documents.insert_once("audit", forged)
    checked = await bench.call("VerifyAudit", rpc.VerifyAuditRequest())
    assert not checked.intact
    assert checked.problem


async def exported(bench: DatasetBench, format_: str) -> bytes:
    await accepted(bench, 1, 2)
    await bench.settle()
    name = bench.said.of(SnapshotPublished)[0].snapshot_id
    steps = await bench.stream("ExportSnapshot", rpc.ExportSnapshotRequest(snapshot_id=name, format=format_))
    assert [step.progress for step in steps] == sorted(step.progress for step in steps)
    assert steps[-1].progress == 1
    return await bench.objects.read(steps[-1].export)


async def test_a_snapshot_exports_as_parquet_with_pictures(bench: DatasetBench) -> None:
    rows = pq.read_table(pa.BufferReader(await exported(bench, "parquet"))).to_pylist()
    assert len({row["sample_id"] for row in rows}) == 2
    assert all(row["picture"].startswith(b"\xff\xd8") for row in rows)


async def test_a_snapshot_exports_as_webdataset(bench: DatasetBench) -> None:
    with tarfile.open(fileobj=io.BytesIO(await exported(bench, "webdataset"))) as tar:
        names = tar.getnames()
        row = json.loads(tar.extractfile(names[1]).read())  # type: ignore[union-attr]
    assert names[0].removesuffix(".jpg") == names[1].removesuffix(".json")
    assert row["class_id"]


async def test_a_snapshot_exports_as_coco(bench: DatasetBench) -> None:
    with zipfile.ZipFile(io.BytesIO(await exported(bench, "coco"))) as archive:
        layout = json.loads(archive.read("annotations.json"))
        assert set(archive.namelist()) == {
            "annotations.json", *(image["file_name"] for image in layout["images"])
        }  # fmt: skip
    assert len(layout["categories"]) == 2
    assert {each["category_id"] for each in layout["annotations"]} == {1, 2}


async def test_an_unknown_export_format_names_those_there_are(bench: DatasetBench) -> None:
    with pytest.raises(Rejected, match="parquet, webdataset, coco"):
        await exported(bench, "csv")


async def test_a_snapshot_is_read_as_it_was_when_it_was_published(bench: DatasetBench) -> None:
    (sample_id,) = await accepted(bench, 1)
    await bench.settle()
    name = bench.said.of(SnapshotPublished)[0].snapshot_id
    await review(bench, sample_id, decision=wire.DECISION_REJECT)
    (row,) = await bench.stream("ReadSnapshot", rpc.ReadSnapshotRequest(snapshot_id=name))
    assert row.sample.sample_id == sample_id
    assert row.sample.state == wire.SAMPLE_STATE_ACCEPTED


async def test_snapshots_are_listed_newest_first(bench: DatasetBench) -> None:
    for number in range(3):
        await accepted(bench, number)
        await bench.settle()
    first = await bench.call("ListSnapshots", rpc.ListSnapshotsRequest(page_size=2))
    assert [each.published.number for each in first.snapshots] == [3, 2]
    rest = await bench.call("ListSnapshots", rpc.ListSnapshotsRequest(page_token=first.next_page_token))
    assert [each.published.number for each in rest.snapshots] == [1]


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (rpc.Dataset(dataset_id="Große Namen"), "lower-case letters"),
        (rpc.Dataset(dataset_id="x", rules=["magic"]), "lower_third_face"),
        (rpc.Dataset(dataset_id="x", recipe="alchemy"), "identity"),
    ],
)
async def test_a_dataset_that_cannot_work_is_refused(
    bench: DatasetBench, dataset: rpc.Dataset, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        await bench.call("CreateDataset", rpc.CreateDatasetRequest(dataset=dataset))


async def test_the_people_dataset_is_there_from_the_start(bench: DatasetBench) -> None:
    (people,) = (await bench.call("ListDatasets", rpc.ListDatasetsRequest())).datasets
    assert people.dataset_id == "people"
    assert list(people.rules) == ["lower_third_face"]
    assert (people.recipe, people.purpose) == ("identity", rights.PURPOSE_OWN_TRAINING)


async def test_rights_of_an_asset_are_told_per_purpose(bench: DatasetBench) -> None:
    await bench.take_in("a", stated(purposes=[rights.PURPOSE_OWN_TRAINING]))
    answer = await bench.call("GetRights", rpc.GetRightsRequest(asset_id="a"))
    allowed = {decision.purpose: decision.allowed for decision in answer.decisions}
    assert allowed == {
        rights.PURPOSE_ANALYSIS: True,
        rights.PURPOSE_OWN_TRAINING: True,
        rights.PURPOSE_SHARING: False,
        rights.PURPOSE_GENERATIVE_TRAINING: False,
    }
    assert len(answer.statements) == 1
    with pytest.raises(NotFound):
        await bench.call("GetRights", rpc.GetRightsRequest(asset_id="nobody"))
