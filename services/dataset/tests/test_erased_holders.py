"""A holder of rights is erased with every asset of theirs; what arrives later is withheld without a word."""

import pytest

from framewell.erasure.v1.erasure_pb2 import ErasurePlanned, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell_dataset.testing import DECIDED_BY, DatasetBench, stated
from framewell_dataset.testing.people import MAN, samples
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
    await bench.take_in("a", stated(), theirs())
    await bench.show("a", MAN)
    await bench.take_in("b", stated())
    await erase(bench, spelling)
    (plan,) = bench.facts.of(ErasurePlanned)
    assert (plan.asset_ids, plan.class_ids) == (["a"], [])
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
    await bench.take_in("a", stated(), theirs())
    await bench.show("a", MAN)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
    assert HOLDER not in await stored(bench)
