"""Crops, tables and exports are given out below what they are part of, and not once that is withdrawn."""

import pytest

from framewell.dataset.v1 import snapshot_service_pb2 as snapshot_rpc
from framewell.dataset.v1.snapshot_service_pb2 import ExportFormat
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.objects.v1.object_service_pb2 import FindObjectRequest, FindObjectResponse
from framewell.rights.v1.rights_pb2 import RightsChanged
from framewell.sample.v1.sample_pb2 import DECISION_REJECT
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell_dataset.testing import DatasetBench
from framewell_dataset.testing.people import BAN, accepted_people, proposed_man, review_each
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import Going, class_subject


async def find(bench: DatasetBench, key: str, **owner: str) -> FindObjectResponse:
    request = FindObjectRequest(key=key, **owner)  # type: ignore[arg-type]
    found: FindObjectResponse = await bench.call("FindObject", request)
    return found


async def prohibit(bench: DatasetBench, asset_id: str) -> None:
    await bench.deliver(RightsChanged(subject=Subject(asset_id=asset_id), statements=[BAN], revision=1))
    await bench.settle()


async def test_a_crop_is_given_out_below_its_sample_alone_and_until_that_is_withdrawn(
    bench: DatasetBench,
) -> None:
    proposal = await proposed_man(bench)
    key = proposal.crops[0].picture.key
    other = (await bench.objects.put(b"of somebody else", media_type="image/jpeg", suffix=".jpg")).key
    assert (await find(bench, key, sample_id=proposal.sample_id)).object == proposal.crops[0].picture
    with pytest.raises(NotFound):
        await find(bench, other, sample_id=proposal.sample_id)
    with pytest.raises(NotFound):
        await find(bench, key, sample_id="nobody")
    await review_each(bench, proposal.sample_id)
    await prohibit(bench, asset_called("a"))
    with pytest.raises(Gone, match="was withdrawn: "):
        await find(bench, key, sample_id=proposal.sample_id)


async def test_a_crop_of_a_class_that_is_gone_is_gone(bench: DatasetBench) -> None:
    proposal = await proposed_man(bench)
    await bench.tombstones.put(class_subject(proposal.class_id), Going.ERASED, "e-1")
    with pytest.raises(Gone, match="class was erased"):
        await find(bench, proposal.crops[0].picture.key, sample_id=proposal.sample_id)


async def test_a_rejected_sample_can_still_be_looked_at(bench: DatasetBench) -> None:
    proposal = await proposed_man(bench)
    await review_each(bench, proposal.sample_id, decision=DECISION_REJECT)
    assert (await find(bench, proposal.crops[0].picture.key, sample_id=proposal.sample_id)).object.size


@pytest.mark.parametrize("which", ["manifest", "samples", "background", "export"])
async def test_what_a_withdrawn_snapshot_was_made_of_cannot_be_fetched_any_more(
    bench: DatasetBench, which: str
) -> None:
    await accepted_people(bench, 1, 2)
    await bench.settle()
    snapshot = bench.facts.of(SnapshotPublished)[0]
    name = snapshot.snapshot_id
    request = snapshot_rpc.ExportSnapshotRequest(snapshot_id=name, format=ExportFormat.EXPORT_FORMAT_COCO)
    export = (await bench.read("ExportSnapshot", request))[-1].export
    ref = export if which == "export" else getattr(snapshot, which)
    found = await find(bench, ref.key, snapshot_id=name)
    assert (found.object.key, found.snapshot_id, bool(found.purpose)) == (ref.key, name, True)
    await prohibit(bench, asset_called(1))
    with pytest.raises(Gone, match="was withdrawn: "):
        await find(bench, ref.key, snapshot_id=name)


async def test_a_key_opens_nothing_below_a_snapshot_that_does_not_name_it(bench: DatasetBench) -> None:
    proposal = await proposed_man(bench)
    await review_each(bench, proposal.sample_id)
    await bench.settle()
    name = bench.facts.of(SnapshotPublished)[0].snapshot_id
    with pytest.raises(NotFound):
        await find(bench, proposal.crops[0].picture.key, snapshot_id=name)
