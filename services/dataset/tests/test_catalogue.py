"""Datasets and classes."""

from contextlib import suppress

import pytest

from framewell.classes.v1.classes_pb2 import CLASS_CHANGE_PARTED, ClassesChanged
from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell_dataset.testing import DatasetBench, stated
from framewell_dataset.testing.people import (
    ASTRONAUT,
    decide,
    proposed_man,
    samples,
)
from framewell_kit.outcomes import Busy, Conflict, Rejected
from framewell_kit.testing.failing import failing
from framewell_kit.testing.ids import asset_called


async def test_merged_classes_share_samples_and_names(bench: DatasetBench) -> None:
    one = await proposed_man(bench)
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), ASTRONAUT)
    two = bench.facts.of(SampleProposed)[-1]
    merged = await bench.call(
        "MergeClasses",
        catalogue_rpc.MergeClassesRequest(from_class_id=two.class_id, into_class_id=one.class_id),
    )
    assert merged.samples_moved == 1
    assert list(merged.dataset_class.aliases) == ["Eileen Collins"]
    assert {sample.class_id for sample in await samples(bench)} == {one.class_id}


@pytest.mark.parametrize(
    ("dataset", "words"),
    [
        (messages.Dataset(dataset_id="Große Namen"), "lower-case letters"),
        (messages.Dataset(dataset_id="x", rules=["magic"]), "lower_third_face"),
        (messages.Dataset(dataset_id="x", recipe="alchemy"), "identity"),
        (
            messages.Dataset(dataset_id="x", recipe="identity", purpose=rights.PURPOSE_ANALYSIS),
            "own_training, and the dataset's purpose is analysis",
        ),
        (
            messages.Dataset(dataset_id="x", recipe="classifier", purpose=rights.PURPOSE_SHARING),
            "own_training, and the dataset's purpose is sharing",
        ),
        (messages.Dataset(dataset_id="x", purpose=99), "generative_training"),  # type: ignore[arg-type]
    ],
)
async def test_a_dataset_that_cannot_work_is_refused(
    bench: DatasetBench, dataset: messages.Dataset, words: str
) -> None:
    with pytest.raises(Rejected, match=words):
        await bench.call("CreateDataset", catalogue_rpc.CreateDatasetRequest(dataset=dataset))


async def test_a_dataset_that_names_no_purpose_is_for_the_houses_own_training(bench: DatasetBench) -> None:
    asked = catalogue_rpc.CreateDatasetRequest(dataset=messages.Dataset(dataset_id="x", recipe="identity"))
    assert (await bench.call("CreateDataset", asked)).dataset.purpose == rights.PURPOSE_OWN_TRAINING


async def test_a_dataset_without_a_recipe_may_be_for_any_purpose(bench: DatasetBench) -> None:
    asked = messages.Dataset(dataset_id="x", purpose=rights.PURPOSE_SHARING)
    made = await bench.call("CreateDataset", catalogue_rpc.CreateDatasetRequest(dataset=asked))
    assert made.dataset.purpose == rights.PURPOSE_SHARING


async def test_the_people_dataset_is_there_from_the_start(bench: DatasetBench) -> None:
    (people,) = (await bench.call("ListDatasets", catalogue_rpc.ListDatasetsRequest())).datasets
    assert people.dataset_id == "people"
    assert list(people.rules) == ["lower_third_face"]
    assert (people.recipe, people.purpose) == ("identity", rights.PURPOSE_OWN_TRAINING)


async def test_datasets_are_listed_page_by_page(bench: DatasetBench) -> None:
    for name in ("c", "a", "b"):
        request = catalogue_rpc.CreateDatasetRequest(dataset=messages.Dataset(dataset_id=name))
        await bench.call("CreateDataset", request)
    first = await bench.call("ListDatasets", catalogue_rpc.ListDatasetsRequest(page_size=3))
    assert [each.dataset_id for each in first.datasets] == ["a", "b", "c"]
    rest = await bench.call(
        "ListDatasets", catalogue_rpc.ListDatasetsRequest(page_size=3, page_token=first.next_page_token)
    )
    assert [each.dataset_id for each in rest.datasets] == ["people"]
    assert rest.next_page_token == ""


async def test_classes_of_one_name_are_all_listed_across_pages(bench: DatasetBench) -> None:
    for number in range(5):
        named = messages.DatasetClass(dataset_id="people", class_id=f"class-{number}", name="Ada Neumann")
        await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=named))
    seen: list[str] = []
    token = ""
    while not seen or token:
        page = await bench.call(
            "ListClasses", catalogue_rpc.ListClassesRequest(page_size=2, page_token=token)
        )
        seen += [each.class_id for each in page.classes]
        token = page.next_page_token
    assert seen == [f"class-{number}" for number in range(5)]
    assert page.total_size == 5


@pytest.mark.parametrize(("part", "found"), [("NEUM", ["ada"]), ("ü", ["jörg"]), ("Ada", ["ada"]), (".", [])])
async def test_classes_are_found_by_a_part_of_any_of_their_names(
    bench: DatasetBench, part: str, found: list[str]
) -> None:
    for class_id, name, aliases in (("ada", "A. Neumann", ["Ada Neumann"]), ("jörg", "Jörg Müßig", [])):
        named = messages.DatasetClass(dataset_id="people", class_id=class_id, name=name, aliases=aliases)
        await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=named))
    answer = await bench.call("ListClasses", catalogue_rpc.ListClassesRequest(name=part))
    assert [each.class_id for each in answer.classes] == found
    assert answer.total_size == len(found)


@pytest.mark.parametrize("name", ["A\x1b[31mB", "A\x00", "A\u2028B", "A\u202eB"])
async def test_a_class_has_no_control_characters_in_its_names(bench: DatasetBench, name: str) -> None:
    made = await proposed_man(bench)
    for kind in ({"name": name}, {"name": "A", "aliases": [name]}):
        added = messages.DatasetClass(dataset_id="people", **kind)
        with pytest.raises(Rejected, match="control characters"):
            await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=added))
        renamed = catalogue_rpc.RenameClassRequest(class_id=made.class_id, **kind)
        with pytest.raises(Rejected, match="control characters"):
            await bench.call("RenameClass", renamed)


async def merge(bench: DatasetBench, gone: str, stays: str) -> catalogue_rpc.MergeClassesResponse:
    request = catalogue_rpc.MergeClassesRequest(from_class_id=gone, into_class_id=stays)
    answer: catalogue_rpc.MergeClassesResponse = await bench.call("MergeClasses", request)
    return answer


async def undo_merge(bench: DatasetBench, class_id: str) -> catalogue_rpc.UndoMergeResponse:
    request = catalogue_rpc.UndoMergeRequest(class_id=class_id)
    answer: catalogue_rpc.UndoMergeResponse = await bench.call("UndoMerge", request)
    return answer


async def shown(bench: DatasetBench, class_id: str) -> catalogue_rpc.GetClassResponse:
    request = catalogue_rpc.GetClassRequest(class_id=class_id)
    answer: catalogue_rpc.GetClassResponse = await bench.call("GetClass", request)
    return answer


async def two_people(bench: DatasetBench) -> tuple[SampleProposed, SampleProposed]:
    one = await proposed_man(bench)
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), ASTRONAUT)
    return one, bench.facts.of(SampleProposed)[-1]


async def test_a_merger_is_taken_back_with_samples_and_names(bench: DatasetBench) -> None:
    one, two = await two_people(bench)
    await merge(bench, two.class_id, one.class_id)
    assert [each.class_id for each in (await shown(bench, one.class_id)).merged] == [two.class_id]
    undone = await undo_merge(bench, two.class_id)
    assert (undone.samples_moved, undone.dataset_class.merged_into) == (1, "")
    assert (undone.dataset_class.name, list(undone.rest.aliases)) == ("Eileen Collins", [])
    assert {each.sample_id: each.class_id for each in await samples(bench)} == {
        one.sample_id: one.class_id,
        two.sample_id: two.class_id,
    }
    changes = [each.change for each in bench.facts.of(ClassesChanged) if each.class_id == two.class_id]
    assert changes[-1] == CLASS_CHANGE_PARTED


async def test_a_merger_is_taken_back_once(bench: DatasetBench) -> None:
    one, two = await two_people(bench)
    with pytest.raises(Conflict, match="stands"):
        await undo_merge(bench, two.class_id)
    await merge(bench, two.class_id, one.class_id)
    await undo_merge(bench, two.class_id)
    with pytest.raises(Conflict, match="stands"):
        await undo_merge(bench, two.class_id)


async def test_what_people_did_since_a_merger_stays_when_it_is_taken_back(bench: DatasetBench) -> None:
    """A name that the class had before, one that it was given since, and a sample of another class."""
    one, two = await two_people(bench)
    rename = catalogue_rpc.RenameClassRequest(
        class_id=one.class_id, name="Jörg Müßigbrodt", aliases=["Eileen Collins"], external_ids={"gnd": "1"}
    )
    await bench.call("RenameClass", rename)
    await merge(bench, two.class_id, one.class_id)
    added = messages.DatasetClass(dataset_id="people", class_id="third", name="Ada Neumann")
    await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=added))
    await decide(bench, two.sample_id, class_id="third")
    undone = await undo_merge(bench, two.class_id)
    assert undone.samples_moved == 0
    assert list(undone.rest.aliases) == ["Eileen Collins"]
    assert dict(undone.rest.external_ids) == {"gnd": "1"}
    assert {each.sample_id: each.class_id for each in await samples(bench)}[two.sample_id] == "third"


async def test_a_chain_of_mergers_is_taken_back_from_its_end(bench: DatasetBench) -> None:
    one, two = await two_people(bench)
    added = messages.DatasetClass(dataset_id="people", class_id="third", name="Ada Neumann")
    await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=added))
    await merge(bench, two.class_id, one.class_id)
    await merge(bench, one.class_id, "third")
    with pytest.raises(Conflict, match="take that back first"):
        await undo_merge(bench, two.class_id)
    assert (await undo_merge(bench, one.class_id)).samples_moved == 2
    assert (await undo_merge(bench, two.class_id)).samples_moved == 1
    assert {each.sample_id: each.class_id for each in await samples(bench)} == {
        one.sample_id: one.class_id,
        two.sample_id: two.class_id,
    }
    assert not (await shown(bench, "third")).dataset_class.aliases


async def test_classes_say_how_many_samples_they_have_and_show_one(bench: DatasetBench) -> None:
    one, two = await two_people(bench)
    await decide(bench, one.sample_id)
    counted = (await shown(bench, one.class_id)).dataset_class.samples
    assert (counted.accepted, counted.proposed, counted.sample_id) == (1, 0, one.sample_id)
    assert counted.path.startswith(f"/v1/samples/{one.sample_id}/objects/")
    request = catalogue_rpc.ListClassesRequest(with_samples=True)
    listed = (await bench.call("ListClasses", request)).classes
    assert {each.class_id: each.samples.proposed for each in listed} == {one.class_id: 0, two.class_id: 1}
    plain = (await bench.call("ListClasses", catalogue_rpc.ListClassesRequest())).classes
    assert not any(each.HasField("samples") for each in plain)


async def test_the_classes_that_were_changed_last_come_first_without_merged_ones(bench: DatasetBench) -> None:
    one, two = await two_people(bench)
    await bench.clock.sleep(1)
    await bench.call("RenameClass", catalogue_rpc.RenameClassRequest(class_id=one.class_id, name="Jörg M."))
    changed = (await bench.call("ListClasses", catalogue_rpc.ListClassesRequest(order_by="changed"))).classes
    assert [each.class_id for each in changed] == [one.class_id, two.class_id]
    assert (changed[0].changed_by, changed[1].changed_by) == ("anna", "rule:lower_third_face")
    await merge(bench, two.class_id, one.class_id)
    standing = (await bench.call("ListClasses", catalogue_rpc.ListClassesRequest(standing=True))).classes
    assert [each.class_id for each in standing] == [one.class_id]


async def test_who_renames_what_somebody_renamed_meanwhile_is_told(bench: DatasetBench) -> None:
    one = await proposed_man(bench)
    first = catalogue_rpc.RenameClassRequest(class_id=one.class_id, name="J. M.", expected_revision=1)
    await bench.call("RenameClass", first, by="bert")
    late = catalogue_rpc.RenameClassRequest(class_id=one.class_id, name="Jörg", expected_revision=1)
    with pytest.raises(Conflict, match="bert changed it meanwhile"):
        await bench.call("RenameClass", late)


@pytest.mark.parametrize("after", [False, True])
async def test_killed_anywhere_a_merger_that_is_taken_back_again_comes_to_the_same(*, after: bool) -> None:
    fails_at, done = 0, False
    while not done:
        async with DatasetBench() as bench:
            one, two = await two_people(bench)
            await merge(bench, two.class_id, one.class_id)
            store, broken = failing(bench.documents, 1 << 30, after=after)
            async with DatasetBench(documents=store) as dying:
                broken.calls, broken.fails_at = 0, fails_at
                with suppress(Busy):
                    await undo_merge(dying, two.class_id)
                done = not broken.broke
            with suppress(Conflict):  # it was done, and only the answer was lost
                await undo_merge(bench, two.class_id)
            assert {each.sample_id: each.class_id for each in await samples(bench)} == {
                one.sample_id: one.class_id,
                two.sample_id: two.class_id,
            }
            assert not (await shown(bench, one.class_id)).dataset_class.aliases
        fails_at += 1
    assert fails_at > 5
