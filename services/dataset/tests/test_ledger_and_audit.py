"""What is owed, and who decided."""

from decimal import Decimal

import pytest

from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.testing import DatasetBench
from framewell_dataset.testing.people import (
    accepted_people,
    read_table,
    review_each,
)
from framewell_kit.outcomes import Rejected


async def test_flat_pay_is_recorded_once_per_sample_and_snapshot(bench: DatasetBench) -> None:
    pay = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")
    await accepted_people(bench, 1, 2, 3, payment=pay)
    await bench.settle()
    used = bench.facts.of(UsageRecorded)
    assert len(used) == 3
    assert {each.holder for each in used} == {"Kanal Eins"}
    await bench.redeliver(UsageRecorded)
    await bench.redeliver(UsageRecorded)
    ledger = await bench.call("ListLedger", rights_rpc.ListLedgerRequest(page_size=2))
    assert len(ledger.entries) == 2
    assert ledger.next_page_token
    (balance,) = ledger.balances
    assert (Decimal(balance.amount), balance.uses, balance.currency) == (Decimal("0.30"), 3, "EUR")
    rows = (await read_table(bench, bench.facts.of(SnapshotPublished)[0].samples)).to_pylist()
    assert rows[0]["owed"] == [
        {
            "holder": "Kanal Eins",
            "pay_model": "flat",
            "amount": "0.10",
            "currency": "EUR",
            "issuer": "Kanal Eins",
            "statement_id": "own",
            "revision": 1,
        }
    ]


async def test_pay_per_use_is_left_to_each_run(bench: DatasetBench) -> None:
    pay = rights.Payment(model=rights.PAY_MODEL_PER_USE, amount="0.05", currency="EUR")
    await accepted_people(bench, 1, payment=pay)
    await bench.settle()
    assert bench.facts.of(UsageRecorded) == []
    rows = (await read_table(bench, bench.facts.of(SnapshotPublished)[0].samples)).to_pylist()
    assert rows[0]["owed"][0]["pay_model"] == "per_use"


async def test_an_amount_that_is_no_number_is_refused(bench: DatasetBench) -> None:
    bad = UsageRecorded(holder="x", run_id="1", sample_id="s", quantity="1")
    bad.rate.amount = "ten"
    with pytest.raises(Rejected, match="'ten' is no decimal number"):
        await bench.deliver(bad)


async def test_every_decision_is_in_the_audit_log_once(bench: DatasetBench) -> None:
    ids = await accepted_people(bench, 1, 2, 3, 4)
    await review_each(bench, ids[0], decision=wire.DECISION_REJECT)
    await bench.redeliver(SampleReviewed)
    await bench.redeliver(SampleReviewed)
    checked = await bench.call("VerifyAudit", rights_rpc.VerifyAuditRequest())
    assert (checked.intact, checked.entries, checked.problem) == (True, 5, "")


async def test_two_writers_cannot_fork_a_chain(bench: DatasetBench) -> None:
    """The second writer looked at the end of the chain before the first one wrote."""
    ids = await accepted_people(bench, 1)
    await review_each(bench, *ids)
    first, second = bench.facts.of(SampleReviewed)
    find = bench.documents.find

    async def slow_find(collection: str, *args: object, **more: object) -> list[dict[str, object]]:
        found = await find(collection, *args, **more)  # type: ignore[arg-type]
        if collection == "audit":
            bench.documents.find = find  # type: ignore[method-assign]
            await bench.deliver(first, bench.cause("event 1"))
        return found

    bench.documents.find = slow_find  # type: ignore[method-assign]
    await bench.deliver(second, bench.cause("event 2"))
    entries = await bench.documents.find("audit", {}, sort=[("place", 1)])
    assert [(entry["place"], entry["event_id"]) for entry in entries] == [(0, "event 1"), (1, "event 2")]
    assert (await bench.call("VerifyAudit", rights_rpc.VerifyAuditRequest())).intact


@pytest.mark.parametrize("tampering", ["changed", "removed", "truncated", "inserted"])
async def test_a_log_that_was_tampered_with_is_found_out(bench: DatasetBench, tampering: str) -> None:
    ids = await accepted_people(bench, 1)
    for _ in range(3):
        await review_each(bench, *ids)
    await bench.redeliver(SampleReviewed)
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
            forged = {**entries[3], "_id": "forged", "place": 4, "identity": "forged"}
            await bench.documents.insert_once("audit", forged)
    checked = await bench.call("VerifyAudit", rights_rpc.VerifyAuditRequest())
    assert not checked.intact
    assert checked.problem


async def test_balances_come_with_the_first_page_only(bench: DatasetBench) -> None:
    pay = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")
    await accepted_people(bench, 1, 2, 3, payment=pay)
    await bench.settle()
    first = await bench.call("ListLedger", rights_rpc.ListLedgerRequest(page_size=2))
    request = rights_rpc.ListLedgerRequest(page_size=2, page_token=first.next_page_token)
    rest = await bench.call("ListLedger", request)
    assert (len(first.balances), len(rest.balances)) == (1, 0)
    samples = [each.sample_id for each in (*first.entries, *rest.entries)]
    assert len(samples) == len(set(samples)) == 3


async def test_a_use_of_nothing_is_refused(bench: DatasetBench) -> None:
    with pytest.raises(Rejected, match="neither a snapshot nor a run"):
        await bench.deliver(UsageRecorded(holder="x", sample_id="s", quantity="1"))


async def test_what_a_snapshot_costs_is_recorded_by_whoever_does_its_batch_again(bench: DatasetBench) -> None:
    """The process dies between publishing and recording."""
    pay = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")
    await accepted_people(bench, 1, 2, payment=pay)
    update = bench.documents.update

    async def killed(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "snapshot_members":
            bench.documents.update = update  # type: ignore[method-assign]
            raise RuntimeError("killed")
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = killed  # type: ignore[method-assign,assignment]
    await bench.run_jobs()
    assert len(bench.facts.of(SnapshotPublished)) == 1
    assert bench.facts.of(UsageRecorded) == []
    await bench.clock.sleep(60)
    await bench.run_jobs()
    assert len(bench.facts.of(SnapshotPublished)) == 1
    assert len(bench.facts.of(UsageRecorded)) == 2
