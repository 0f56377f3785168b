"""Who was forgotten does not come back: by no new class, name, alias, outside id, merge or caption."""

from collections.abc import Sequence

import pytest

from framewell.dataset.v1 import catalogue_service_pb2 as rpc
from framewell.dataset.v1.dataset_pb2 import DatasetClass
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasurePlanned, ErasureRequested
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, stated
from framewell_dataset.testing.people import proposed_man, samples
from framewell_kit.outcomes import NotFound, Rejected
from framewell_kit.testing.ids import asset_called
from framewell_kit.tombstones import Going

NAME = "Jörg Müßigbrodt"
GND = {"gnd": "118540238"}


async def erase(bench: DatasetBench, subject: Subject, erasure_id: str = "e1") -> None:
    await bench.deliver(ErasureRequested(erasure_id=erasure_id, subject=subject, actor=DECIDED_BY))
    await bench.settle()


async def made(bench: DatasetBench, name: str, class_id: str = "", **more: object) -> DatasetClass:
    asked = DatasetClass(dataset_id="people", name=name, class_id=class_id, **more)  # type: ignore[arg-type]
    request = rpc.CreateClassRequest(dataset_class=asked)
    answer: rpc.CreateClassResponse = await bench.call("CreateClass", request)
    return answer.dataset_class


async def renamed(bench: DatasetBench, class_id: str, name: str, aliases: Sequence[str] = ()) -> None:
    await bench.call("RenameClass", rpc.RenameClassRequest(class_id=class_id, name=name, aliases=aliases))


async def merged(bench: DatasetBench, gone: str, stays: str) -> None:
    await bench.call("MergeClasses", rpc.MergeClassesRequest(from_class_id=gone, into_class_id=stays))


@pytest.mark.parametrize(
    "again",
    [
        {"name": "JÖRG MÜSSIGBRODT"},
        {"name": "Prof. Dr. Jörg Müßigbrodt"},
        {"name": "Wetterfrosch"},
        {"name": "Somebody", "aliases": ["Jörg Müßigbrodt"]},
        {"name": "Somebody", "external_ids": GND},
        {"name": "Früher Anders"},
    ],
)
async def test_no_new_class_has_a_forgotten_name_alias_id_or_earlier_name(
    bench: DatasetBench, again: dict[str, object]
) -> None:
    person = await made(bench, "Früher Anders", external_ids=GND)
    request = rpc.RenameClassRequest(
        class_id=person.class_id, name=NAME, aliases=["Wetterfrosch"], external_ids=GND
    )
    await bench.call("RenameClass", request)
    await erase(bench, Subject(class_id=person.class_id))
    with pytest.raises(Rejected, match="must not be learned again") as refused:
        await made(bench, **again)  # type: ignore[arg-type]
    assert refused.value.code == "forgotten"
    assert "Müßigbrodt" not in str(refused.value)
    other = await made(bench, "Jörg Müller")
    with pytest.raises(Rejected, match="must not be learned again"):
        await renamed(bench, other.class_id, str(again["name"]), [NAME])
    assert (await bench.documents.get("classes", other.class_id) or {})["name"] == "Jörg Müller"


async def test_a_forgotten_class_is_not_made_again_under_its_id(bench: DatasetBench) -> None:
    await made(bench, NAME, "c1")
    await erase(bench, Subject(class_id="c1"))
    with pytest.raises(Rejected, match="was forgotten and stays so"):
        await made(bench, "Somebody", "c1")
    with pytest.raises(NotFound):
        await renamed(bench, "c1", "Somebody")


@pytest.mark.parametrize("asked_for", ["first", "second", "third"])
async def test_a_person_goes_with_every_class_that_was_merged_into_them(
    bench: DatasetBench, asked_for: str
) -> None:
    for class_id in ("first", "second", "third"):
        await made(bench, f"{NAME} {class_id}", class_id)
    await merged(bench, "first", "second")
    await merged(bench, "second", "third")
    await erase(bench, Subject(class_id=asked_for))
    (plan,) = bench.facts.of(ErasurePlanned)
    assert plan.class_ids == ["first", "second", "third"]
    assert await bench.documents.find("classes", {}) == []
    assert "Müßigbrodt" not in str(bench.facts.messages)
    with pytest.raises(Rejected):
        await made(bench, f"{NAME} second")


async def test_a_merge_with_somebody_who_is_forgotten_meanwhile_is_undone(bench: DatasetBench) -> None:
    for class_id in ("gone", "stays"):
        await made(bench, f"Name {class_id}", class_id)
    tombstones = bench.tombstones
    await tombstones.put("class:gone", Going.ERASED, "plan")
    with pytest.raises(Rejected, match="was forgotten"):
        await merged(bench, "gone", "stays")
    stays = await bench.documents.get("classes", "stays")
    assert stays is not None
    assert stays["aliases"] == []
    assert (await bench.documents.get("classes", "gone") or {})["merged_into"] == ""


async def test_an_erasure_between_asking_and_writing_leaves_no_class(
    bench: DatasetBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The tombstone comes with the very write: only whoever looks again afterwards finds it."""
    hashed = bench.name_hashes.of(NAME)
    insert = bench.documents.insert_once

    async def with_erasure(collection: str, document: dict[str, object]) -> bool:
        done = await insert(collection, document)
        if collection == "classes":
            await bench.tombstones.put(f"name:{hashed}", Going.ERASED, "plan")
        return done

    monkeypatch.setattr(bench.documents, "insert_once", with_erasure)
    with pytest.raises(Rejected, match="must not be learned again"):
        await made(bench, NAME)
    assert await bench.documents.find("classes", {}) == []
    await bench.take_in(asset_called("a"), stated())
    await bench.show(asset_called("a"), Seen(1, name=NAME))
    assert await bench.documents.find("classes", {}) == []


async def test_a_redelivered_request_plans_the_same_and_a_replay_brings_nobody_back(
    bench: DatasetBench,
) -> None:
    proposed = await proposed_man(bench)
    request = ErasureRequested(erasure_id="e1", subject=Subject(class_id=proposed.class_id), actor=DECIDED_BY)
    cause = bench.cause("request")
    first = await bench.deliver(request, cause)
    await bench.settle()
    assert await bench.deliver(request, cause) == first
    (answer,) = bench.facts.of(ErasureCompleted)
    for event in bench.facts.events:
        if bench._reading(event.message, ""):
            await bench.deliver(event.message, bench.cause(event.envelope.id))
    await bench.show(asset_called("a"), Seen(1, name=NAME))
    assert bench.facts.of(ErasureCompleted) == [answer]
    assert await bench.documents.find("classes", {}) == []
    assert all(not sample.crops for sample in await samples(bench))
