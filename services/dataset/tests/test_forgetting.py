"""Removed assets and forgotten people take everything of theirs along."""

import pytest

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleWithdrawn
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, stated
from framewell_dataset.testing.people import (
    ASTRONAUT,
    MAN,
    decide,
    proposed_man,
    samples,
)
from framewell_kit.testing.ids import asset_called


async def test_a_removed_asset_takes_its_samples_and_crops_along(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    await bench.deliver(AssetRemoved(asset_id=asset_called("a"), reason="licence ended", revision=2))
    assert bench.facts.of(SampleWithdrawn)[-1].sample_id == proposed.sample_id
    (withdrawn,) = bench.facts.of(SnapshotWithdrawn)
    assert withdrawn.wording.template == "withdrawal.asset_removed"
    assert not await bench.objects.exists(proposed.crops[0].picture)
    await bench.deliver(await bench.chunk(asset_called("a"), MAN))
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHDRAWN]


async def test_a_forgotten_person_does_not_come_back_with_the_next_lower_third(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    await bench.deliver(
        ErasureRequested(erasure_id="e1", subject=Subject(class_id=proposed.class_id), actor=DECIDED_BY)
    )
    await bench.settle()
    (answer,) = bench.facts.of(ErasureCompleted)
    counts = {each.kind: each.count for each in answer.counts}
    assert counts["classes"] == 1
    assert counts["sample_vectors"] == 1
    assert counts["objects/image/jpeg"] == len(proposed.crops)
    assert counts["objects/application/vnd.apache.parquet"] == 2
    assert counts["objects/application/x-protobuf"] == 1
    assert counts["objects/application/json"] == 1, "the manifest names programmes and where they came from"
    assert (await bench.call("ListClasses", catalogue_rpc.ListClassesRequest())).classes == []
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), Seen(1, name="Jörg Müssigbrodt", take=3))
    assert len(await samples(bench)) == 1
    kept = await bench.documents.find("tombstones", {})
    assert [one["_id"].partition(":")[0] for one in kept] == ["class", "name"]
    assert "Müßigbrodt" not in str(kept)


async def test_an_erasure_that_was_cut_off_is_finished_by_the_next_attempt(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    forget = ErasureRequested(erasure_id="e1", subject=Subject(class_id=proposed.class_id), actor=DECIDED_BY)
    delete = bench.objects.delete

    async def killed(key: object) -> bool:
        raise RuntimeError("killed")

    bench.objects.delete = killed  # type: ignore[method-assign]
    await bench.deliver(forget)
    with pytest.raises(RuntimeError):
        await bench.settle()
    bench.objects.delete = delete  # type: ignore[method-assign]
    await bench.settle()
    snapshot = bench.facts.of(SnapshotPublished)[0]
    gone = [*(crop.picture for crop in proposed.crops), snapshot.samples]
    assert [await bench.objects.exists(ref) for ref in gone] == [False] * len(gone)
    assert len(bench.facts.of(SampleWithdrawn)) == 1
    assert len(bench.facts.of(SnapshotWithdrawn)) == 1


async def test_a_picture_that_two_samples_share_goes_with_the_last_of_them(bench: DatasetBench) -> None:
    """Two people at the same place of the same picture: their crops are one object."""
    await proposed_man(bench, asset_called("a"))
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), ASTRONAUT)
    first, second = bench.facts.of(SampleProposed)
    shared = first.crops[0].picture
    assert shared.key in {crop.picture.key for crop in second.crops}
    await bench.deliver(AssetRemoved(asset_id=asset_called("a"), revision=2))
    assert await bench.objects.exists(shared)
    await bench.deliver(AssetRemoved(asset_id=asset_called("b"), revision=2))
    assert not await bench.objects.exists(shared)
