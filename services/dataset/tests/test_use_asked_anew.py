"""Every use asks state, rights and tombstones anew: exports, tables, and faces that nobody named."""

import json
from collections.abc import Awaitable, Callable
from importlib.resources import files

import pytest

from framewell.access.v1.access_pb2 import AccessRecorded
from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.dataset.v1 import snapshot_service_pb2 as snapshot_rpc
from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.objects.v1.object_service_pb2 import FindObjectRequest
from framewell.rights.v1 import rights_pb2 as rights
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_contracts.sentences import render
from framewell_dataset.testing import DatasetBench, Seen, stated
from framewell_dataset.testing.people import BAN, accepted_people, read_table
from framewell_kit.outcomes import Conflict, Gone, Rejected
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import Going, asset_subject, class_subject

SHARING, OWN_TRAINING = rights.PURPOSE_SHARING, rights.PURPOSE_OWN_TRAINING
NOT_SHARED = rights.RightsStatement(
    issuer="agency", statement_id="2", revision=1, use=rights.USE_PROHIBITED, purposes=[SHARING]
)


async def change(bench: DatasetBench, asset_id: str, statement: rights.RightsStatement) -> None:
    await bench.deliver(
        rights.RightsChanged(subject=Subject(asset_id=asset_id), statements=[statement], revision=1)
    )
    await bench.settle()


async def published(bench: DatasetBench, *numbers: int) -> tuple[list[str], SnapshotPublished]:
    ids = await accepted_people(bench, *numbers)
    await bench.settle()
    return ids, bench.facts.of(SnapshotPublished)[-1]


async def export(
    bench: DatasetBench, snapshot: SnapshotPublished, purpose: "rights.Purpose.ValueType" = 0
) -> snapshot_rpc.ExportSnapshotResponse:
    request = snapshot_rpc.ExportSnapshotRequest(
        snapshot_id=snapshot.snapshot_id, format=ExportFormat.EXPORT_FORMAT_PARQUET, purpose=purpose
    )
    answer: snapshot_rpc.ExportSnapshotResponse = (await bench.read("ExportSnapshot", request))[-1]
    return answer


async def fetch(bench: DatasetBench, snapshot: SnapshotPublished, key: str) -> None:
    await bench.call("FindObject", FindObjectRequest(snapshot_id=snapshot.snapshot_id, key=key))


async def test_an_export_asks_whether_each_sample_may_be_passed_on(bench: DatasetBench) -> None:
    (first, second), snapshot = await published(bench, 1, 2)
    assert (await export(bench, snapshot)).sample_count == 2
    await change(bench, asset_called(1), NOT_SHARED)
    answer = await export(bench, snapshot)
    assert (answer.sample_count, answer.left_out_count) == (1, 1)
    assert "passing samples on" in answer.left_out_reason
    templates = json.loads(files("framewell_contracts").joinpath("sentences.json").read_text())
    wording = answer.left_out_wording
    assert render(templates[wording.template], wording.params) == answer.left_out_reason
    rows = (await read_table(bench, answer.export)).to_pylist()
    assert {row["sample_id"] for row in rows} == {second}
    inside = await export(bench, snapshot, OWN_TRAINING)
    rows = (await read_table(bench, inside.export)).to_pylist()
    assert {row["sample_id"] for row in rows} == {first, second}


async def test_an_export_of_nothing_is_refused_with_the_reason(bench: DatasetBench) -> None:
    _, snapshot = await published(bench, 1)
    await change(bench, asset_called(1), NOT_SHARED)
    with pytest.raises(Conflict, match="may be used for passing samples on: "):
        await export(bench, snapshot)


async def test_an_export_made_before_a_no_to_sharing_is_gone_after_it(bench: DatasetBench) -> None:
    _, snapshot = await published(bench, 1, 2)
    before = await export(bench, snapshot)
    await fetch(bench, snapshot, before.export.key)
    await change(bench, asset_called(1), NOT_SHARED)
    assert not bench.facts.of(SnapshotWithdrawn), "the house may still train on it"
    with pytest.raises(Gone, match="passing samples on any more"):
        await fetch(bench, snapshot, before.export.key)
    await fetch(bench, snapshot, (await export(bench, snapshot)).export.key)


@pytest.mark.parametrize("which", ["asset", "class"])
async def test_an_export_leaves_out_who_has_a_tombstone_before_the_scan_comes(
    bench: DatasetBench, which: str
) -> None:
    _, snapshot = await published(bench, 1, 2)
    before = await export(bench, snapshot)
    rows = (await read_table(bench, before.export)).to_pylist()
    row = next(row for row in rows if row["asset_id"] == asset_called(1))
    gone = asset_subject(asset_called(1)) if which == "asset" else class_subject(row["class_id"])
    await bench.tombstones.put(gone, Going.ERASED, "e-1")
    with pytest.raises(Gone):
        await fetch(bench, snapshot, before.export.key)
    assert (await export(bench, snapshot)).left_out_count == 1


async def test_an_export_is_recorded_with_who_and_what_for(bench: DatasetBench) -> None:
    _, snapshot = await published(bench, 1)
    await export(bench, snapshot)
    await export(bench, snapshot, OWN_TRAINING)
    await bench.settle()
    found = bench.facts.of(AccessRecorded)
    assert [each.purpose for each in found] == [SHARING, OWN_TRAINING]
    assert {each.resource for each in found} == {f"snapshots/{snapshot.snapshot_id}/exports/parquet"}
    assert all(each.actor.principal and each.actor.HasField("decided_at") for each in found)


async def prohibited(bench: DatasetBench) -> None:
    await change(bench, "crowd", BAN)


async def removed(bench: DatasetBench) -> None:
    await bench.deliver(AssetRemoved(asset_id="crowd", revision=2))


async def erased(bench: DatasetBench) -> None:
    await bench.deliver(erasure_plan(asset_ids=["crowd"]))


@pytest.mark.parametrize("taken_away", [prohibited, removed, erased])
async def test_unnamed_faces_leave_with_their_asset_and_the_next_snapshot_comes_by_itself(
    bench: DatasetBench, taken_away: Callable[[DatasetBench], Awaitable[None]]
) -> None:
    await bench.take_in("crowd", stated())
    await bench.analyse("crowd", await bench.chunk("crowd", Seen(50)))
    _, snapshot = await published(bench, 1)
    assert "crowd" in {row["asset_id"] for row in (await read_table(bench, snapshot.background)).to_pylist()}
    assert snapshot.purpose == OWN_TRAINING
    await taken_away(bench)
    await bench.settle()
    (withdrawn,) = bench.facts.of(SnapshotWithdrawn)
    successor = bench.facts.of(SnapshotPublished)[-1]
    assert (withdrawn.snapshot_id, withdrawn.superseded_by) == (snapshot.snapshot_id, successor.snapshot_id)
    background = (await read_table(bench, successor.background)).to_pylist()
    assert "crowd" not in {row["asset_id"] for row in background}
    assert sum(each.sample_count for each in successor.splits) == 1
    with pytest.raises(Gone):
        await fetch(bench, snapshot, snapshot.background.key)


@pytest.mark.parametrize("which", ["samples", "manifest", "background", "rows"])
async def test_a_snapshot_is_not_given_out_once_a_tombstone_stands(bench: DatasetBench, which: str) -> None:
    """The snapshot is withdrawn by the scan that follows; until it comes, the tombstone is met."""
    _, snapshot = await published(bench, 1)
    await bench.tombstones.put(asset_subject(asset_called(1)), Going.ERASED, "e-1")
    rows = snapshot_rpc.ReadSnapshotRequest(snapshot_id=snapshot.snapshot_id)
    reading = (
        bench.read("ReadSnapshot", rows)
        if which == "rows"
        else fetch(bench, snapshot, getattr(snapshot, which).key)
    )
    with pytest.raises(Gone):
        await reading


async def test_unnamed_faces_are_not_given_out_once_their_asset_has_a_tombstone(bench: DatasetBench) -> None:
    await bench.take_in("crowd", stated())
    await bench.analyse("crowd", await bench.chunk("crowd", Seen(50)))
    _, snapshot = await published(bench, 1)
    await fetch(bench, snapshot, snapshot.background.key)
    await bench.tombstones.put(asset_subject("crowd"), Going.ERASED, "e-1")
    with pytest.raises(Gone, match="unnamed faces"):
        await fetch(bench, snapshot, snapshot.background.key)


async def test_a_snapshot_withdrawn_by_who_makes_the_next_names_that_one(bench: DatasetBench) -> None:
    """A tombstone that the maker of a snapshot finds first takes earlier ones away in favour of his."""
    await published(bench, 1)
    await bench.tombstones.put(asset_subject(asset_called(1)), Going.ERASED, "e-1")
    _, successor = await published(bench, 2)
    (withdrawn,) = bench.facts.of(SnapshotWithdrawn)
    assert withdrawn.superseded_by == successor.snapshot_id


async def test_an_export_for_another_purpose_is_another_file(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await bench.settle()
    name = bench.facts.of(SnapshotPublished)[0].snapshot_id
    keys = set()
    for purpose in (rights.PURPOSE_SHARING, rights.PURPOSE_OWN_TRAINING):
        for format_ in ("PARQUET", "WEBDATASET", "COCO"):
            request = snapshot_rpc.ExportSnapshotRequest(
                snapshot_id=name,
                format=snapshot_rpc.ExportFormat.Value(f"EXPORT_FORMAT_{format_}"),
                purpose=purpose,
            )
            keys.add((await bench.read("ExportSnapshot", request))[-1].export.key)
    assert len(keys) == 6


@pytest.mark.parametrize("purpose", [rights.PURPOSE_ANALYSIS, 99])
async def test_an_export_for_no_purpose_that_there_is_is_refused(bench: DatasetBench, purpose: int) -> None:
    await accepted_people(bench, 1)
    await bench.settle()
    name = bench.facts.of(SnapshotPublished)[0].snapshot_id
    request = snapshot_rpc.ExportSnapshotRequest(
        snapshot_id=name,
        format=snapshot_rpc.EXPORT_FORMAT_PARQUET,
        purpose=purpose,  # type: ignore[arg-type]
    )
    with pytest.raises(Rejected, match=r"(?i)sharing.*generative_training|generative_training.*sharing"):
        await bench.read("ExportSnapshot", request)
