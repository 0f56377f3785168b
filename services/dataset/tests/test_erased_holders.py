"""A holder of rights is erased with every asset of theirs; what arrives later is withheld without a word."""

import pytest

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell_dataset.adapters.statement_documents import StatementDocuments
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.people import MAN, samples
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import Going

HOLDER = "Agentur Blau"


def theirs(use: "rights.Use.ValueType" = rights.USE_ALLOWED) -> rights.RightsStatement:
    return rights.RightsStatement(
        issuer=HOLDER, statement_id="9", revision=1, holder=HOLDER, use=use, verbatim=f"given by {HOLDER}"
    )


async def erase(bench: DatasetBench, holder: str) -> None:
    request = ErasureRequested(erasure_id="e", subject=Subject(holder=holder), actor=DECIDED_BY)
    await bench.deliver(request)
    await bench.settle()


async def stored(bench: DatasetBench) -> str:
    return str([await bench.documents.find(each, {}) for each in await bench.documents.collections()])


@pytest.mark.parametrize("spelling", [HOLDER, "AGENTUR  BLAU"])
async def test_every_asset_of_a_holder_goes_with_them(bench: DatasetBench, spelling: str) -> None:
    await bench.take_in(asset_called("a"), stated(), theirs())
    await bench.show(asset_called("a"), MAN)
    await bench.take_in(asset_called("b"), stated())
    await erase(bench, spelling)
    (plan,) = bench.facts.of(ErasurePlanned)
    assert (plan.asset_ids, plan.class_ids) == ([asset_called("a")], [])
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHDRAWN]
    assert HOLDER not in await stored(bench)


async def test_what_arrives_later_is_withheld_and_keeps_no_word_of_theirs(bench: DatasetBench) -> None:
    await erase(bench, HOLDER)
    await bench.take_in("late", stated(), theirs())
    await bench.show("late", MAN)
    (sample,) = await samples(bench)
    assert sample.state == wire.SAMPLE_STATE_WITHHELD
    assert "a holder of rights in it was erased" in sample.reason
    assert HOLDER not in await stored(bench)


async def test_an_asset_that_comes_while_its_holder_is_erased_is_withheld(
    bench: DatasetBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tombstone is written between the question and the statements: asked again, it is found."""
    insert = bench.documents.insert_once

    async def with_erasure(collection: str, document: dict[str, object]) -> bool:
        done = await insert(collection, document)
        if collection == "assets":
            await bench.tombstones.put(f"holder:{bench.name_hashes.of(HOLDER)}", Going.ERASED, "plan")
        return done

    monkeypatch.setattr(bench.documents, "insert_once", with_erasure)
    await bench.take_in(asset_called("a"), stated(), theirs())
    await bench.show(asset_called("a"), MAN)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
    assert HOLDER not in await stored(bench)


NOBODY = Actor(principal="mallory", authority="nobody")
SUBJECTS = (Subject(asset_id=asset_called("a")), Subject(source="/playout/7"), Subject(holder=HOLDER))


def changed(
    subject: Subject, *statements: rights.RightsStatement, actor: Actor = DECIDED_BY
) -> rights.RightsChanged:
    return rights.RightsChanged(subject=subject, statements=statements, actor=actor, revision=7)


@pytest.mark.parametrize("use", [rights.USE_ALLOWED, rights.USE_PROHIBITED])
@pytest.mark.parametrize("subject", SUBJECTS, ids=["asset", "source", "holder"])
async def test_a_later_change_of_rights_keeps_no_word_of_theirs(
    bench: DatasetBench, subject: Subject, use: "rights.Use.ValueType"
) -> None:
    await erase(bench, HOLDER)
    await bench.deliver(changed(subject, theirs(use)))
    assert HOLDER.casefold() not in (await stored(bench)).casefold()
    (answer,) = bench.facts.of(rights.RightsApplied)
    assert HOLDER not in str(answer.statements)


@pytest.mark.parametrize("actor", [DECIDED_BY, NOBODY])
@pytest.mark.parametrize("use", [rights.USE_ALLOWED, rights.USE_PROHIBITED])
async def test_a_later_change_by_an_erased_holder_withholds_beside_the_words_of_others(
    bench: DatasetBench, use: "rights.Use.ValueType", actor: Actor
) -> None:
    await bench.take_in(asset_called("a"), stated())
    await bench.show(asset_called("a"), MAN)
    await erase(bench, HOLDER)
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), theirs(use), actor=actor))
    (sample,) = await samples(bench)
    assert sample.state == wire.SAMPLE_STATE_WITHHELD
    assert "a holder of rights in it was erased" in sample.reason
    assert HOLDER not in await stored(bench)


async def test_what_cannot_be_read_of_an_erased_holder_is_withheld_without_their_words(
    bench: DatasetBench,
) -> None:
    await bench.take_in(asset_called("a"), stated())
    await bench.show(asset_called("a"), MAN)
    await erase(bench, HOLDER)
    unreadable = Rejected("it breaks a rule", code="out_of_bounds")
    (stage,) = (one for one in bench.service.stages if one.group == "dataset.change_rights")
    change = changed(Subject(asset_id=asset_called("a")), theirs(rights.USE_PROHIBITED))
    await stage.refuse(change, bench.cause("late"), unreadable)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
    assert HOLDER not in await stored(bench)


@pytest.mark.parametrize("subject", SUBJECTS, ids=["asset", "source", "holder"])
async def test_a_change_that_comes_while_its_holder_is_erased_keeps_what_others_restrict(
    bench: DatasetBench, monkeypatch: pytest.MonkeyPatch, subject: Subject
) -> None:
    """The tombstone is written between the question and the statements: asked again, it is found."""
    await bench.take_in(asset_called("a"), stated())
    await bench.show(asset_called("a"), MAN)
    other = stated(rights.USE_PROHIBITED, issuer="Kanal Eins", statement_id="1")
    await bench.deliver(changed(Subject(asset_id=asset_called("a")), other))
    note = StatementDocuments.note_unmatched

    async def with_erasure(*arguments: object) -> None:
        await note(*arguments)  # type: ignore[arg-type]
        await bench.tombstones.put(f"holder:{bench.name_hashes.of(HOLDER)}", Going.ERASED, "plan")

    monkeypatch.setattr(StatementDocuments, "note_unmatched", with_erasure)
    await bench.deliver(changed(subject, theirs()))
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
    assert HOLDER.casefold() not in (await stored(bench)).casefold()
    assert "Kanal Eins" in await stored(bench)
