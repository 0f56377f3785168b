"""Datasets and classes."""

import pytest

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell_dataset.testing import DatasetBench, stated
from framewell_dataset.testing.people import (
    ASTRONAUT,
    proposed_man,
    samples,
)
from framewell_kit.outcomes import Rejected


async def test_merged_classes_share_samples_and_names(bench: DatasetBench) -> None:
    one = await proposed_man(bench)
    await bench.take_in("b", stated())
    await bench.show("b", ASTRONAUT)
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
