"""What rights have to say about samples, whenever they change."""

from datetime import timedelta

import pytest

from framewell.dataset.v1 import rights_service_pb2 as rights_rpc
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleWithdrawn, SampleWithheld
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_dataset.adapters.statement_documents import StatementDocuments
from framewell_dataset.domain.rights import ReceivedStatement
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, contract_4711, stated
from framewell_dataset.testing.people import (
    ASTRONAUT,
    BAN,
    MAN,
    decide,
    proposed_man,
    review_each,
    samples,
)
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.testing.ids import asset_called


async def test_what_a_contract_prohibits_is_withheld_in_its_words(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("c"), contract_4711(rights.USE_PROHIBITED, 1))
    await bench.show(asset_called("c"), ASTRONAUT)
    (withheld,) = bench.facts.of(SampleWithheld)
    assert withheld.class_id
    assert withheld.rule == "lower_third_face"
    assert bench.facts.of(SampleProposed) == []
    (sample,) = await samples(bench)
    assert (
        sample.provenance.rights.sentence
        == "Withheld: training prohibited until contract 4711 is signed (contract 4711, Archiv)."
    )
    assert sample.state == wire.SAMPLE_STATE_WITHHELD
    refused = await decide(bench, sample.sample_id)
    assert "contract 4711" in refused.error


async def test_a_photo_that_forbids_reuse_is_withheld_with_its_own_words(bench: DatasetBench) -> None:
    forbids = rights.RightsStatement(
        source=rights.STATEMENT_SOURCE_EXIF,
        use=rights.USE_PROHIBITED,
        verbatim="This photograph may not be manipulated in any way.",
        found_at="EXIF 0x8298 Copyright",
    )
    await bench.take_in("photo", forbids, still=True)
    await bench.show("photo", Seen(3, pictures=1))
    (withheld,) = bench.facts.of(SampleWithheld)
    assert withheld.class_id == ""
    assert "'This photograph may not be manipulated in any way.'" in (
        (await samples(bench))[0].provenance.rights.sentence
    )


async def test_what_nobody_stated_is_withheld(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"))
    await bench.show(asset_called("a"), MAN)
    assert "nobody stated a right" in (await samples(bench))[0].provenance.rights.sentence


async def test_a_signed_contract_proposes_what_it_withheld(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("c"), contract_4711(rights.USE_PROHIBITED, 1))
    await bench.show(asset_called("c"), ASTRONAUT)
    signed = rights.RightsChanged(
        subject=Subject(asset_id=asset_called("c")),
        statements=[contract_4711(rights.USE_ALLOWED, 2)],
        actor=DECIDED_BY,
        revision=1,
    )
    preview = await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=signed))
    assert (preview.samples_proposed, preview.samples_withdrawn) == (1, 0)
    await bench.deliver(signed)
    await bench.deliver(signed)
    (proposed,) = bench.facts.of(SampleProposed)
    assert proposed.sample_id == bench.facts.of(SampleWithheld)[0].sample_id
    assert proposed.provenance.rights.allowed
    assert not (await decide(bench, proposed.sample_id)).error


async def test_permitting_takes_an_authorised_actor_and_restricting_does_not(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("c"), contract_4711(rights.USE_PROHIBITED, 1))
    await bench.show(asset_called("c"), ASTRONAUT)
    with pytest.raises(Rejected, match="authority"):
        await bench.deliver(
            rights.RightsChanged(
                subject=Subject(asset_id=asset_called("c")), statements=[contract_4711(rights.USE_ALLOWED, 2)]
            )
        )
    assert bench.facts.of(SampleProposed) == []
    await proposed_man(bench)
    await bench.deliver(rights.RightsChanged(subject=Subject(asset_id=asset_called("a")), statements=[BAN]))
    assert [sample.state for sample in await samples(bench, asset_id=asset_called("a"))] == [
        wire.SAMPLE_STATE_WITHHELD
    ]


@pytest.mark.parametrize("subject", [Subject(source="/playout"), Subject(holder="Kanal Eins")])
async def test_rights_of_a_source_or_holder_reach_all_their_assets(
    bench: DatasetBench, subject: Subject
) -> None:
    await proposed_man(bench)
    await bench.deliver(rights.RightsChanged(subject=subject, statements=[BAN], revision=1))
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
    await bench.take_in("later", stated())
    await bench.show("later", Seen(9, name="Anna Neumann"))
    assert bench.facts.of(SampleWithheld)[-1].provenance.asset_id == "later"


async def test_rights_that_move_while_a_sample_is_written_are_seen(bench: DatasetBench) -> None:
    """The change happens between the gate's answer and the sample's insertion, and scans too early."""
    await bench.take_in(asset_called("a"), stated())
    chunk = await bench.chunk(asset_called("a"), MAN)
    insert = bench.documents.insert_once

    async def slow_insert(collection: str, document: dict[str, object]) -> bool:
        if collection == "samples":
            bench.documents.insert_once = insert  # type: ignore[method-assign]
            await bench.deliver(
                rights.RightsChanged(
                    subject=Subject(asset_id=asset_called("a")), statements=[BAN], revision=1
                )
            )
        return await insert(collection, document)

    bench.documents.insert_once = slow_insert  # type: ignore[method-assign]
    await bench.deliver(chunk)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]


async def test_rights_that_move_while_a_sample_is_accepted_are_seen(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    update = bench.documents.update

    async def slow_update(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "samples":
            bench.documents.update = update  # type: ignore[method-assign]
            # The change is written, but its scan has not come to this sample yet.
            await StatementDocuments(bench.documents).add(
                Subject(asset_id=asset_called("a")), [ReceivedStatement(BAN, 1)]
            )
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = slow_update  # type: ignore[method-assign,assignment]
    result = await decide(bench, proposed.sample_id)
    assert result.sample.state == wire.SAMPLE_STATE_WITHDRAWN
    await bench.settle()
    assert bench.facts.of(SnapshotPublished) == []


async def test_an_asset_taken_in_again_with_a_prohibition_loses_its_samples(bench: DatasetBench) -> None:
    await proposed_man(bench)
    ban = stated(rights.USE_PROHIBITED, issuer="agency", statement_id="late")
    await bench.take_in(asset_called("a"), stated(), ban)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]


async def test_a_term_that_ends_withdraws_without_an_event(bench: DatasetBench) -> None:
    until = bench.clock.now() + timedelta(days=1)
    ends = stated()
    ends.valid_until.FromDatetime(until)
    await bench.take_in(asset_called(1), ends)
    await bench.analyse(asset_called(1), await bench.chunk(asset_called(1), Seen(1, name="Ada Neumann")))
    await review_each(bench, bench.facts.of(SampleProposed)[0].sample_id)
    await bench.settle()
    assert await bench.recheck_terms() == 0
    await bench.clock.sleep(25 * 3600)
    assert await bench.recheck_terms() == 1
    assert await bench.recheck_terms() == 0
    await bench.settle()
    assert len(bench.facts.of(SampleWithdrawn)) == 1
    assert "ended on 2026-01-02" in (await samples(bench))[0].reason
    assert len(bench.facts.of(SnapshotWithdrawn)) == 1


async def test_a_term_that_begins_proposes_without_an_event(bench: DatasetBench) -> None:
    begins = stated()
    begins.valid_from.FromDatetime(bench.clock.now() + timedelta(days=1))
    await bench.take_in(asset_called(1), begins)
    await bench.analyse(asset_called(1), await bench.chunk(asset_called(1), Seen(1, name="Ada Neumann")))
    assert "begins on 2026-01-02" in (await samples(bench))[0].provenance.rights.sentence
    await bench.clock.sleep(25 * 3600)
    await bench.recheck_terms()
    await bench.settle()
    assert len(bench.facts.of(SampleProposed)) == 1


async def test_rights_of_an_asset_are_decided_per_purpose(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated(purposes=[rights.PURPOSE_OWN_TRAINING]))
    answer = await bench.call("GetRights", rights_rpc.GetRightsRequest(asset_id=asset_called("a")))
    allowed = {decision.purpose: decision.allowed for decision in answer.decisions}
    assert allowed == {
        rights.PURPOSE_ANALYSIS: True,
        rights.PURPOSE_OWN_TRAINING: True,
        rights.PURPOSE_SHARING: False,
        rights.PURPOSE_GENERATIVE_TRAINING: False,
    }
    assert len(answer.statements) == 1
    with pytest.raises(NotFound):
        await bench.call("GetRights", rights_rpc.GetRightsRequest(asset_id=asset_called("nobody")))


@pytest.mark.parametrize(
    "change",
    [
        rights.RightsChanged(statements=[BAN]),
        rights.RightsChanged(subject=Subject(asset_id=""), statements=[BAN]),
        rights.RightsChanged(subject=Subject(class_id="c"), statements=[BAN]),
    ],
)
async def test_rights_of_what_has_none_are_refused(bench: DatasetBench, change: rights.RightsChanged) -> None:
    with pytest.raises(Rejected, match="an asset, a source or a holder"):
        await bench.deliver(change)
    with pytest.raises(Rejected, match="subject"):
        await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=change))


async def test_a_statement_about_an_unspecified_purpose_withholds_and_says_so(bench: DatasetBench) -> None:
    """Every door refuses it in words (`proto/`); what passes by all of them is kept as a restriction."""
    await proposed_man(bench)
    unclear = stated(purposes=[rights.PURPOSE_UNSPECIFIED], statement_id="unclear")
    change = rights.RightsChanged(
        subject=Subject(asset_id=asset_called("a")), statements=[unclear], actor=DECIDED_BY
    )
    await bench.deliver(change)
    (answer,) = bench.facts.of(rights.RightsApplied)
    assert answer.statements[0].outcome == rights.STATEMENT_OUTCOME_UNREADABLE
    assert "one of its purposes is none" in answer.statements[0].sentence
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]


async def test_a_permission_for_an_unspecified_purpose_permits_nothing(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated(purposes=[rights.PURPOSE_UNSPECIFIED]))
    await bench.show(asset_called("a"), MAN)
    assert "could not be read as a permission" in (await samples(bench))[0].provenance.rights.sentence


async def test_a_preview_names_at_most_a_hundred_assets_and_counts_all(bench: DatasetBench) -> None:
    for number in range(101):
        await bench.take_in(f"a{number:03}", stated())
    change = rights.RightsChanged(subject=Subject(source="/playout"), statements=[BAN])
    preview = await bench.call("PreviewRightsChange", rights_rpc.PreviewRightsChangeRequest(change=change))
    assert (preview.asset_count, len(preview.asset_ids)) == (101, 100)
