"""What is withheld is listed by its sentence, holders with what is theirs, and decisions newest first."""

import json
from datetime import timedelta
from decimal import Decimal
from importlib.resources import files

import pytest

from framewell.dataset.v1 import audit_service_pb2 as audit_rpc
from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.erasure.v1.erasure_pb2 import ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject, Wording
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell_contracts.sentences import render
from framewell_dataset.adapters.asset_documents import AssetDocuments
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.footage import Seen
from framewell_dataset.testing.people import BAN, accepted_people
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.ids import asset_called

FLAT = rights.Payment(model=rights.PAY_MODEL_FLAT, amount="0.10", currency="EUR")


async def refusals(bench: DatasetBench, **query: object) -> list[rights_rpc.Refusal]:
    answer = await bench.call("ListRefusals", rights_rpc.ListRefusalsRequest(**query))
    return list(answer.refusals)


async def contributors(bench: DatasetBench, **query: object) -> list[rights_rpc.Contributor]:
    answer = await bench.call("ListContributors", rights_rpc.ListContributorsRequest(**query))
    return list(answer.contributors)


def filled(wording: Wording) -> str:
    """Return the English sentence that a wording makes; the templates are those that everybody may read."""
    templates = json.loads((files("framewell_contracts") / "sentences.json").read_text())
    return render(templates[wording.template], wording.params)


async def test_what_is_withheld_in_the_same_words_is_one_group_with_its_moments(bench: DatasetBench) -> None:
    ban = stated(rights.USE_PROHIBITED, purposes=[rights.PURPOSE_OWN_TRAINING], verbatim="Not for training.")
    allowed = stated(purposes=[rights.PURPOSE_ANALYSIS], statement_id="look")
    for number in (1, 2):
        await bench.take_in(asset_called(number), allowed, ban)
        await bench.show(asset_called(number), Seen(number, name=f"Ada {chr(65 + number)}mann"))
    found = await refusals(bench, kind="samples")
    (group,) = found
    assert group.count == 2
    assert "not for training" in group.sentence
    assert filled(group.wording) == group.sentence
    assert {one.asset_id for one in group.moments} == {asset_called(1), asset_called(2)}
    assert {one.title for one in group.moments} == {
        f"Programme of {asset_called(1)}",
        f"Programme of {asset_called(2)}",
    }
    assert all(one.HasField("at") for one in group.moments)
    assets = await refusals(bench, kind="assets", purpose=rights.PURPOSE_OWN_TRAINING)
    assert [(one.count, len(one.moments)) for one in assets] == [(2, 2)]
    assert filled(assets[0].wording) == assets[0].sentence
    assert not assets[0].moments[0].HasField("at")


async def test_samples_that_were_kept_without_wordings_have_those_of_their_decision(
    bench: DatasetBench,
) -> None:
    ban = stated(rights.USE_PROHIBITED, purposes=[rights.PURPOSE_OWN_TRAINING], verbatim="Not for training.")
    await bench.take_in(asset_called(1), stated(purposes=[rights.PURPOSE_ANALYSIS], statement_id="look"), ban)
    await bench.show(asset_called(1), Seen(1, name="Ada Amann"))
    (before,) = await refusals(bench, kind="samples")
    assert before.wording.template
    await bench.documents.update_where("samples", {}, {"$unset": {"reason_wording": ""}})
    assert await refusals(bench, kind="samples") == [before]


async def test_a_sample_taken_back_for_rights_is_refused_until_they_return(bench: DatasetBench) -> None:
    await accepted_people(bench, 1)
    assert await refusals(bench, kind="samples") == []
    no = rights.RightsChanged(
        subject=Subject(asset_id=asset_called(1)), statements=[BAN], actor=DECIDED_BY, revision=1
    )
    await bench.deliver(no)
    assert [one.count for one in await refusals(bench, kind="samples")] == [1]
    yes = rights.RightsChanged()
    yes.CopyFrom(no)
    yes.revision = 2
    yes.statements[0].revision = 2
    yes.statements[0].use = rights.USE_ALLOWED
    yes.statements[0].legal_basis = rights.LEGAL_BASIS_LICENCE
    await bench.deliver(yes)
    assert await refusals(bench) == []


async def test_pages_of_refusals_miss_nothing(bench: DatasetBench) -> None:
    for number in range(5):
        words = stated(rights.USE_PROHIBITED, verbatim=f"No use, says clause {number}.", statement_id="no")
        await bench.take_in(asset_called(number), words)
        await bench.show(asset_called(number), Seen(number, name=f"Ada {chr(65 + number)}mann"))
    whole = [(one.kind, one.purpose, one.sentence) for one in await refusals(bench)]
    seen, token = [], ""
    while True:
        request = rights_rpc.ListRefusalsRequest(page_size=2, page_token=token)
        page = await bench.call("ListRefusals", request)
        seen += [(one.kind, one.purpose, one.sentence) for one in page.refusals]
        assert page.total_size == len(whole)
        token = page.next_page_token
        if not token:
            break
    assert seen == whole
    with pytest.raises(Rejected):
        await refusals(bench, page_token="none of ours")


async def test_assets_of_before_refusals_were_kept_are_told_at_the_next_start(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated(rights.USE_PROHIBITED))
    before = await refusals(bench, kind="assets")
    lost = {"$unset": {f"refused_{purpose}": "" for purpose in range(1, 5)}}
    await bench.documents.update("assets", asset_called("a"), lost)
    assert await refusals(bench, kind="assets") == []
    await AssetDocuments(bench.documents, bench.outbox).prepare()
    assert await refusals(bench, kind="assets") == before != []


async def test_holders_are_listed_with_what_is_theirs(bench: DatasetBench) -> None:
    await accepted_people(bench, 1, 2, payment=FLAT)
    await bench.take_in(asset_called("b"), stated(holder="Agentur Blau"))
    await bench.settle()
    blue, ours = await contributors(bench)
    assert (blue.holder, blue.asset_count, blue.sample_count, len(blue.balances)) == ("Agentur Blau", 1, 0, 0)
    assert (ours.holder, ours.asset_count, ours.sample_count) == ("Kanal Eins", 2, 2)
    (owed,) = ours.balances
    assert (Decimal(owed.amount), Decimal(owed.flat_amount), Decimal(owed.per_use_amount)) == (
        Decimal("0.20"),
        Decimal("0.20"),
        0,
    )
    assert [one.holder for one in await contributors(bench, prefix="kanal")] == ["Kanal Eins"]


async def test_an_erased_holder_is_listed_no_more(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("b"), stated(holder="Agentur Blau"))
    erase = ErasureRequested(erasure_id="e", subject=Subject(holder="agentur blau"), actor=DECIDED_BY)
    await bench.deliver(erase)
    await bench.settle()
    assert "Agentur Blau" not in [one.holder for one in await contributors(bench)]


async def test_the_ledger_is_narrowed_by_time_currency_and_way_of_paying(bench: DatasetBench) -> None:
    await accepted_people(bench, 1, 2, payment=FLAT)
    await bench.settle()
    now = bench.clock.now()

    async def total(**query: object) -> int:
        request = rights_rpc.ListLedgerRequest()
        for name, value in query.items():
            if name.startswith("used_"):
                getattr(request, name).FromDatetime(value)
            else:
                setattr(request, name, value)
        answer = await bench.call("ListLedger", request)
        assert sum(one.uses for one in answer.balances) == answer.total_size
        return answer.total_size

    assert await total() == 2
    assert await total(currency="EUR", pay_model=rights.PAY_MODEL_FLAT, holder="kanal eins") == 2
    assert await total(currency="USD") == 0
    assert await total(pay_model=rights.PAY_MODEL_PER_USE) == 0
    assert await total(used_from=now + timedelta(days=1)) == 0
    assert await total(used_before=now - timedelta(days=1)) == 0
    assert await total(used_from=now - timedelta(days=1), used_before=now + timedelta(days=1)) == 2


async def test_decisions_are_listed_newest_first_and_by_whom(bench: DatasetBench) -> None:
    ids = await accepted_people(bench, 1, 2)
    await bench.redeliver(SampleReviewed)
    answer = await bench.call("ListAudit", audit_rpc.ListAuditRequest())
    times = [one.time for one in answer.records]
    assert times == sorted(times, reverse=True)
    mine = await bench.call("ListAudit", audit_rpc.ListAuditRequest(principal="anna"))
    assert {one.subject for one in mine.records} == {f"sample:{one}" for one in ids}
    one = await bench.call("ListAudit", audit_rpc.ListAuditRequest(subject=f"sample:{ids[0]}"))
    assert [(each.what, each.authority != "") for each in one.records] == [("accept", True)]
    nobody = await bench.call("ListAudit", audit_rpc.ListAuditRequest(principal="nobody"))
    assert (nobody.total_size, len(nobody.records)) == (0, 0)
