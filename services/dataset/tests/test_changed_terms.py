"""A changed price or legal ground reaches the passport, the snapshot and what is owed."""

import pytest

from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.people import accepted_people, read_table, samples
from framewell_kit.testing.ids import asset_called


def at(amount: str, revision: int, **terms: object) -> rights.RightsStatement:
    pay = rights.Payment(model=rights.PAY_MODEL_FLAT, amount=amount, currency="EUR")
    return stated(payment=pay, revision=revision, **terms)


async def test_a_new_price_is_owed_from_the_next_snapshot_on(bench: DatasetBench) -> None:
    """A new price was never owed."""
    (sample_id,) = await accepted_people(bench, 1, payment=at("0.10", 1).payment)
    await bench.settle()
    proposed = len(bench.facts.of(SampleProposed))
    change = rights.RightsChanged(
        subject=Subject(asset_id=asset_called(1)), statements=[at("0.25", 2)], actor=DECIDED_BY, revision=1
    )
    await bench.deliver(change)
    await bench.deliver(change)
    await bench.settle()
    (sample,) = await samples(bench)
    assert sample.sample_id == sample_id
    (ground,) = sample.provenance.rights.grounds
    assert (ground.payment.amount, ground.revision) == ("0.25", 2)
    assert sample.state == wire.SAMPLE_STATE_ACCEPTED
    assert len(bench.facts.of(SampleProposed)) == proposed
    assert [use.rate.amount for use in bench.facts.of(UsageRecorded)] == ["0.10", "0.25"]
    first, second = bench.facts.of(SnapshotPublished)
    rows = [(await read_table(bench, each.samples)).to_pylist()[0]["owed"] for each in (first, second)]
    assert [owed[0]["amount"] for owed in rows] == ["0.10", "0.25"]
    ledger = await bench.call("ListLedger", rights_rpc.ListLedgerRequest())
    assert [balance.amount for balance in ledger.balances] == ["0.35"]


async def test_another_legal_basis_is_a_new_snapshot_and_the_same_one_is_none(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    await bench.settle()
    for number, basis in enumerate([rights.LEGAL_BASIS_LICENCE, rights.LEGAL_BASIS_LICENCE], start=1):
        renewed = stated(revision=2, legal_basis=basis)
        change = rights.RightsChanged(
            subject=Subject(asset_id=asset_called(1)), statements=[renewed], actor=DECIDED_BY, revision=number
        )
        await bench.deliver(change)
        await bench.settle()
    assert len(bench.facts.of(SnapshotPublished)) == 2


async def test_a_preview_of_a_new_price_takes_nothing_away(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    change = rights.RightsChanged(
        subject=Subject(asset_id=asset_called(1)), statements=[at("9.00", 2)], actor=DECIDED_BY, revision=1
    )
    found = await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=change))
    assert (found.samples_withdrawn, found.samples_proposed) == (0, 0)


@pytest.mark.parametrize("spelt", ["kanal eins", "KANAL  EINS ", "Kanal\u200b Eins"])
async def test_the_ledger_of_a_holder_is_found_by_any_spelling(bench: DatasetBench, spelt: str) -> None:
    await accepted_people(bench, 1, payment=at("0.10", 1).payment)
    await bench.settle()
    ledger = await bench.call("ListLedger", rights_rpc.ListLedgerRequest(holder=spelt))
    assert [balance.holder for balance in ledger.balances] == ["Kanal Eins"]
