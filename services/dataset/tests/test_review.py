"""What people decide about samples, and about classes and datasets."""

import pytest
from google.protobuf.duration_pb2 import Duration

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.dataset.v1 import review_service_pb2 as review_rpc
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleReviewed
from framewell_dataset.domain.sample_facts import without_words
from framewell_dataset.testing import DatasetBench, Seen, stated
from framewell_dataset.testing.people import (
    decide,
    proposed_man,
    samples,
)
from framewell_kit.outcomes import NotFound, Rejected


async def test_reviews_are_published_and_undone(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    accepted = await decide(bench, proposed.sample_id, note="sure")
    assert accepted.sample.state == wire.SAMPLE_STATE_ACCEPTED
    assert accepted.sample.provenance.accepted_by.principal == "anna"
    undone = await bench.call("UndoReview", review_rpc.UndoReviewRequest(sample_ids=[proposed.sample_id]))
    assert undone.results[0].sample.state == wire.SAMPLE_STATE_PROPOSED
    reviewed = bench.facts.of(SampleReviewed)
    assert [each.decision for each in reviewed] == [wire.DECISION_ACCEPT, wire.DECISION_UNDO]
    assert [each.revision for each in reviewed] == [2, 3]


async def test_a_reviewer_who_saw_an_older_revision_is_refused(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    assert "revision 1, not 7" in (await decide(bench, proposed.sample_id, expected_revision=7)).error
    assert not (await decide(bench, proposed.sample_id, expected_revision=1)).error
    assert len(bench.facts.of(SampleReviewed)) == 1


async def test_two_reviewers_do_not_get_the_same_samples(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    claim = review_rpc.ClaimSamplesRequest(dataset_id="people", lease=Duration(seconds=60))
    assert len((await bench.call("ClaimSamples", claim)).samples) == 1
    assert len((await bench.call("ClaimSamples", claim, by="bert")).samples) == 0
    assert "anna is reviewing" in (await decide(bench, proposed.sample_id, by="bert")).error
    await bench.clock.sleep(61)
    assert len((await bench.call("ClaimSamples", claim, by="bert")).samples) == 1


async def test_a_question_is_accepted_only_with_an_answer(bench: DatasetBench) -> None:
    await bench.take_in("photo", stated(), still=True)
    await bench.show("photo", Seen(3, pictures=1))
    (question,) = await samples(bench)
    assert question.question
    assert "class_id" in (await decide(bench, question.sample_id)).error
    made = await bench.call(
        "CreateClass",
        catalogue_rpc.CreateClassRequest(
            dataset_class=messages.DatasetClass(dataset_id="people", name="Ada Neumann")
        ),
    )
    answered = await decide(bench, question.sample_id, class_id=made.dataset_class.class_id)
    assert answered.sample.class_name == "Ada Neumann"
    assert not answered.sample.question


async def test_samples_are_listed_page_by_page(bench: DatasetBench) -> None:
    for number in range(5):
        await bench.take_in(f"a{number}", stated())
        await bench.show(f"a{number}", Seen(20 + number, name=f"Ada {chr(65 + number)}lein"))
    seen: list[str] = []
    token = ""
    while True:
        page = await bench.call("ListSamples", review_rpc.ListSamplesRequest(page_size=2, page_token=token))
        seen += [sample.sample_id for sample in page.samples]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == 5
    with pytest.raises(Rejected, match="page token"):
        await bench.call("ListSamples", review_rpc.ListSamplesRequest(page_token="§"))


async def test_a_revision_of_zero_is_a_revision_that_nobody_saw(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    assert "revision 1, not 0" in (await decide(bench, proposed.sample_id, expected_revision=0)).error


async def test_a_sample_is_read_with_its_provenance_and_the_name_of_its_class(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    request = review_rpc.GetSampleRequest(sample_id=proposed.sample_id)
    sample = (await bench.call("GetSample", request)).sample
    assert sample.provenance.programme.title
    assert without_words(sample.provenance) == proposed.provenance
    assert sample.class_name == "Jörg Müßigbrodt"
    with pytest.raises(NotFound):
        await bench.call("GetSample", review_rpc.GetSampleRequest(sample_id="nobody"))
