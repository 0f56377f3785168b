"""A change of rights is previewed with its money, and followed from the statement to the next snapshot."""

from decimal import Decimal

import pytest

from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.dataset.v1.snapshot_service_pb2 import PublishSnapshotRequest
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import SampleWithdrawn
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.people import BAN, accepted_people, proposed_man
from framewell_kit.outcomes import NotFound
from framewell_kit.testing.ids import asset_called

FLAT = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")


def change(*statements: rights.RightsStatement, **subject: str) -> rights.RightsChanged:
    return rights.RightsChanged(
        subject=Subject(**subject), statements=statements, actor=DECIDED_BY, revision=1
    )


async def followed(bench: DatasetBench, change_id: str) -> rights_rpc.GetRightsChangeResponse:
    return await bench.call("GetRightsChange", rights_rpc.GetRightsChangeRequest(change_id=change_id))


async def listed(bench: DatasetBench) -> list[rights_rpc.RightsChange]:
    return list((await bench.call("ListRightsChanges", rights_rpc.ListRightsChangesRequest())).changes)


async def preview(bench: DatasetBench, fact: rights.RightsChanged) -> rights_rpc.PreviewRightsChangeResponse:
    return await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=fact))


async def test_a_prohibition_is_followed_from_its_samples_to_the_snapshot_in_their_place(
    bench: DatasetBench,
) -> None:
    ids = await accepted_people(bench, 1, 2)
    await bench.settle()
    await bench.deliver(change(BAN, asset_id=asset_called(1)), bench.cause("no-1"))
    now = await followed(bench, "no-1")
    assert now.change.applied
    assert (now.change.samples_withdrawn, now.change.snapshot_count, now.change.asset_count) == (1, 1, 1)
    assert [(one.sample_id, one.asset_id, one.effect) for one in now.samples] == [
        (ids[0], asset_called(1), "withdrawn")
    ]
    (snapshot,) = now.snapshots
    assert (snapshot.number, snapshot.withdrawn, snapshot.successor_number) == (1, True, 0)
    assert snapshot.successor_id
    await bench.settle()
    (snapshot,) = (await followed(bench, "no-1")).snapshots
    assert snapshot.successor_number == 2
    assert snapshot.HasField("successor_published_at")
    assert now.change.actor == DECIDED_BY
    assert now.change.title.startswith("Programme of ")


async def test_a_change_delivered_twice_is_followed_once(bench: DatasetBench) -> None:
    await accepted_people(bench, 1, 2)
    await bench.settle()
    fact = change(BAN, asset_id=asset_called(1))
    for _ in range(2):
        await bench.deliver(fact, bench.cause("no-1"))
    (one,) = await listed(bench)
    assert (one.samples_withdrawn, one.snapshot_count) == (1, 1)


async def test_a_worker_that_dies_between_its_samples_has_told_what_the_next_one_does(
    bench: DatasetBench,
) -> None:
    await accepted_people(bench, 1)
    await bench.settle()
    update = bench.documents.update

    async def dies(collection: str, *args: object, **more: object) -> object:
        if collection == "samples":
            raise RuntimeError("killed")
        return await update(collection, *args, **more)  # type: ignore[arg-type]

    bench.documents.update = dies  # type: ignore[method-assign]
    fact = change(BAN, asset_id=asset_called(1))
    with pytest.raises(RuntimeError):
        await bench.deliver(fact, bench.cause("no-1"))
    bench.documents.update = update  # type: ignore[method-assign]
    assert not (await followed(bench, "no-1")).change.applied, "it says that it is under way"
    await bench.deliver(fact, bench.cause("no-1"))
    done = (await followed(bench, "no-1")).change
    assert (done.applied, done.samples_withdrawn, done.snapshot_count) == (True, 1, 1)


async def test_a_change_tells_of_samples_that_a_snapshot_takes_back_before_it_comes_to_them(
    bench: DatasetBench,
) -> None:
    ids = await accepted_people(bench, 1, 2, 3)
    await bench.settle()
    update, publish = bench.documents.update, PublishSnapshotRequest(dataset_id="people")

    async def published_meanwhile(collection: str, *args: object, **more: object) -> object:
        done = await update(collection, *args, **more)  # type: ignore[arg-type]
        if collection == "samples":
            bench.documents.update = update  # type: ignore[method-assign]
            await bench.call("PublishSnapshot", publish)
        return done

    bench.documents.update = published_meanwhile  # type: ignore[method-assign]
    await bench.deliver(change(BAN, holder="Kanal Eins"), bench.cause("no-1"))
    withdrawn = bench.facts.of(SampleWithdrawn)
    by_rule = [one for one in withdrawn if one.actor.authority == "rule"]
    assert (len(withdrawn), bool(by_rule)) == (3, True), "the snapshot took none back: this shows nothing"
    now = await followed(bench, "no-1")
    assert now.change.samples_withdrawn == 3
    assert {one.sample_id for one in now.samples} == set(ids)


async def test_changes_are_listed_newest_first_and_an_unknown_one_is_not_found(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.deliver(change(BAN, asset_id=asset_called("a")), bench.cause("first"))
    bench.clock.advance(1)
    await bench.deliver(change(BAN, holder="Agentur Blau"), bench.cause("second"))
    found = await listed(bench)
    assert [one.change_id for one in found] == ["second", "first"]
    assert (found[0].asset_count, found[1].samples_withheld) == (0, 1)
    assert found[0].statements[0].outcome == rights.STATEMENT_OUTCOME_MATCHED_NOTHING
    with pytest.raises(NotFound, match="no change of rights"):
        await followed(bench, "third")


async def test_an_erased_holder_leaves_no_change_behind(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await bench.deliver(change(BAN, holder="Kanal Eins"), bench.cause("no-1"))
    erase = ErasureRequested(erasure_id="e", subject=Subject(holder="KANAL eins"), actor=DECIDED_BY)
    await bench.deliver(erase)
    await bench.settle()
    assert await listed(bench) == []
    with pytest.raises(NotFound):
        await followed(bench, "no-1")


async def test_a_preview_says_what_accepted_samples_would_cost_otherwise(bench: DatasetBench) -> None:
    await accepted_people(bench, 1, 2, payment=FLAT)
    dearer = stated(payment=rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.25", currency="EUR"))
    dearer.revision = 2
    (effect,) = (await preview(bench, change(dearer, asset_id=asset_called(1)))).money
    assert (effect.holder, effect.currency, effect.model) == ("Kanal Eins", "EUR", rights.PAY_MODEL_FLAT)
    assert (Decimal(effect.before), Decimal(effect.after)) == (Decimal("0.10"), Decimal("0.25"))
    assert effect.sample_count == 1
    (effect,) = (await preview(bench, change(BAN, holder="Kanal Eins"))).money
    assert (Decimal(effect.before), Decimal(effect.after), effect.sample_count) == (Decimal("0.20"), 0, 2)
    assert await listed(bench) == [], "nothing was done"
