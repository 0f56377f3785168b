"""The same service on the real document database: what memory promised must hold there too."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from framewell.dataset.v1 import review_service_pb2 as review_rpc
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed, SampleWithdrawn, SampleWithheld
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, contract_4711, stated
from framewell_dataset.testing.people import decide
from framewell_kit.documents import MongoDocuments
from framewell_kit.testing.ids import asset_called

pytestmark = pytest.mark.integration

PAY = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")


@pytest.fixture
async def stored(database: str) -> AsyncIterator[DatasetBench]:
    documents = MongoDocuments(database, f"dataset_{uuid4().hex[:8]}")
    async with DatasetBench(documents=documents) as bench:
        yield bench
    documents.close()


async def test_the_story_holds_on_the_database(stored: DatasetBench) -> None:
    await stored.take_in(asset_called("a"), stated(payment=PAY))
    man = Seen(1, name="Jörg Müßigbrodt", role="Reporter (fiktiv)")
    again = Seen(1, begin=8, shot=1, track=1)
    await stored.analyse(asset_called("a"), await stored.chunk(asset_called("a"), man, again))
    await stored.clock.sleep(1)
    await stored.take_in(asset_called("c"), contract_4711(rights.USE_PROHIBITED, 1))
    await stored.analyse(
        asset_called("c"), await stored.chunk(asset_called("c"), Seen(2, name="Eileen Collins"))
    )
    (proposed,) = stored.facts.of(SampleProposed)
    assert len(stored.facts.of(SampleWithheld)) == 1
    listed = await stored.call("ListSamples", review_rpc.ListSamplesRequest(page_size=1))
    assert listed.samples[0].collapsed == 8
    rest = await stored.call("ListSamples", review_rpc.ListSamplesRequest(page_token=listed.next_page_token))
    assert [sample.state for sample in rest.samples] == [wire.SAMPLE_STATE_WITHHELD]

    claim = review_rpc.ClaimSamplesRequest(dataset_id="people")
    assert len((await stored.call("ClaimSamples", claim)).samples) == 1
    assert len((await stored.call("ClaimSamples", claim, by="bert")).samples) == 0
    assert not (await decide(stored, proposed.sample_id)).error
    await stored.settle()
    signed = [contract_4711(rights.USE_ALLOWED, 2)]
    await stored.deliver(
        rights.RightsChanged(subject=Subject(asset_id=asset_called("c")), statements=signed, actor=DECIDED_BY)
    )
    astronaut = stored.facts.of(SampleProposed)[-1]
    assert not (await decide(stored, astronaut.sample_id)).error
    await stored.settle()
    assert [each.number for each in stored.facts.of(SnapshotPublished)] == [1, 2]


async def test_money_audit_and_erasure_hold_on_the_database(stored: DatasetBench) -> None:
    await stored.take_in(asset_called("a"), stated(payment=PAY))
    await stored.analyse(
        asset_called("a"), await stored.chunk(asset_called("a"), Seen(1, name="Jörg Müßigbrodt"))
    )
    (proposed,) = stored.facts.of(SampleProposed)
    assert not (await decide(stored, proposed.sample_id)).error
    await stored.settle()
    for kind in (UsageRecorded, SampleReviewed):
        await stored.redeliver(kind)
        await stored.redeliver(kind)
    ledger = await stored.call("ListLedger", rights_rpc.ListLedgerRequest())
    assert [(each.amount, each.uses) for each in ledger.balances] == [("0.10", 1)]
    checked = await stored.call("VerifyAudit", rights_rpc.VerifyAuditRequest())
    assert (checked.intact, checked.facts) == (True, 3), "a class was made, a decision taken, a snapshot made"

    subject = Subject(class_id=proposed.class_id)
    await stored.deliver(ErasureRequested(erasure_id="e", subject=subject, actor=DECIDED_BY))
    await stored.settle()
    counts = {each.kind: each.count for each in stored.facts.of(ErasureCompleted)[0].counts}
    assert counts["classes"] == counts["sample_vectors"] == 1
    assert stored.facts.of(SampleWithdrawn)[0].sample_id == proposed.sample_id
    (withdrawn,) = stored.facts.of(SnapshotWithdrawn)
    assert withdrawn.superseded_by == stored.facts.of(SnapshotPublished)[-1].snapshot_id
