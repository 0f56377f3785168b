"""Free words lie in one erasable place: facts, the audit and snapshots have ids alone."""

import pytest

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.dataset.v1 import review_service_pb2 as review_rpc
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.media.v1.media_pb2 import Box
from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.sample.v1.sample_pb2 import DECISION_REJECT, SampleReviewed
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, stated
from framewell_dataset.testing.people import decide, proposed_man, samples
from framewell_kit.testing.ids import asset_called

SAID = "that is Jörg Müßigbrodt's sister"


async def kept(bench: DatasetBench) -> list[str]:
    return [each["text"] for each in await bench.documents.find("words", {})]


def outgoing(bench: DatasetBench) -> str:
    return str([event.message for event in bench.facts.events])


async def everything_else(bench: DatasetBench) -> str:
    """Return every document but the words and the names."""
    stores = [each for each in await bench.documents.collections() if each not in ("words", "classes")]
    return str([await bench.documents.find(each, {}) for each in stores])


async def pointed(bench: DatasetBench) -> messages.Sample:
    await bench.take_in(asset_called("a"), stated())
    await bench.analyse(asset_called("a"), await bench.chunk(asset_called("a"), Seen(4)))
    asked = messages.DatasetClass(dataset_id="people", name="Ada Neumann")
    made = await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=asked))
    request = review_rpc.ProposeSampleRequest(
        dataset_id="people", class_id=made.dataset_class.class_id, asset_id=asset_called("a"), note=SAID
    )
    request.moment.pts = 3 * 12800 + 900
    request.box.CopyFrom(Box(x=0.41, y=0.21, width=0.25, height=0.25))
    sample: messages.Sample = (await bench.call("ProposeSample", request)).sample
    return sample


async def test_a_reviewers_words_are_in_no_fact_and_in_no_audit(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id, note=SAID)
    await bench.settle()
    (reviewed,) = bench.facts.of(SampleReviewed)
    assert reviewed.note_id
    assert await kept(bench) == [SAID]
    assert SAID not in outgoing(bench)
    assert SAID not in await everything_else(bench)


async def test_a_decision_without_words_names_no_note(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id, note=" ")
    assert bench.facts.of(SampleReviewed)[0].note_id == ""
    assert await kept(bench) == []


async def test_who_points_at_somebody_is_read_in_their_words_and_no_fact_has_them(
    bench: DatasetBench,
) -> None:
    assert (await pointed(bench)).evidence[-1].sentence == SAID
    assert (await samples(bench))[0].evidence[-1].sentence == SAID
    assert SAID not in outgoing(bench)
    assert SAID not in await everything_else(bench)


@pytest.mark.parametrize("asked_for", ["class", "asset"])
async def test_words_go_with_the_person_or_the_asset_they_are_about(
    bench: DatasetBench, asked_for: str
) -> None:
    sample = await pointed(bench)
    await decide(bench, sample.sample_id, DECISION_REJECT, note="no, somebody else")
    assert len(await kept(bench)) == 2
    subject = (
        Subject(class_id=sample.class_id) if asked_for == "class" else Subject(asset_id=asset_called("a"))
    )
    await bench.deliver(ErasureRequested(erasure_id="e", subject=subject, actor=DECIDED_BY))
    await bench.settle()
    assert await kept(bench) == []
    (answer,) = bench.facts.of(ErasureCompleted)
    assert {each.kind: each.count for each in answer.counts}["words"] == 2


async def test_words_about_others_that_name_the_forgotten_go_too(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench, asset_called("b"))
    await pointed(bench)
    subject = Subject(class_id=proposed.class_id)
    await bench.deliver(ErasureRequested(erasure_id="e", subject=subject, actor=DECIDED_BY))
    await bench.settle()
    assert await kept(bench) == []
    assert "Müßigbrodt" not in outgoing(bench) + await everything_else(bench)


async def test_facts_about_samples_have_no_title_no_address_and_no_words_of_a_contract(
    bench: DatasetBench,
) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    (sample,) = await samples(bench)
    assert sample.provenance.programme.title
    assert sample.provenance.uri
    said = [*(one.verbatim for one in sample.provenance.rights.grounds), sample.provenance.programme.title]
    for words in (*said, sample.provenance.uri):
        assert not words or words not in outgoing(bench)


async def test_what_a_caption_named_stays_so_when_a_person_says_who_it_is(bench: DatasetBench) -> None:
    """Tried: the evidence read as if the caption had named the new person."""
    proposed = await proposed_man(bench)
    asked = messages.DatasetClass(dataset_id="people", name="Ada Neumann")
    ada = (
        await bench.call("CreateClass", catalogue_rpc.CreateClassRequest(dataset_class=asked))
    ).dataset_class
    for class_id in (ada.class_id, proposed.class_id, ada.class_id):
        assert not (await decide(bench, proposed.sample_id, class_id=class_id)).error
        (sample,) = await samples(bench)
        assert "names Jörg Müßigbrodt." in sample.evidence[0].sentence
    await bench.settle()
    assert "Jörg Müßigbrodt" not in outgoing(bench) + await everything_else(bench)
    subject = Subject(class_id=proposed.class_id)
    await bench.deliver(ErasureRequested(erasure_id="e", subject=subject, actor=DECIDED_BY))
    await bench.settle()
    assert await kept(bench) == []
    (sample,) = await samples(bench)
    assert "names somebody else." in sample.evidence[0].sentence


async def test_who_points_twice_is_one_reason(bench: DatasetBench) -> None:
    sample = await pointed(bench)
    request = review_rpc.ProposeSampleRequest(
        dataset_id="people", class_id=sample.class_id, asset_id=asset_called("a")
    )
    request.moment.pts = 3 * 12800 + 900
    request.box.CopyFrom(Box(x=0.41, y=0.21, width=0.25, height=0.25))
    for _ in range(2):
        sample = (await bench.call("ProposeSample", request)).sample
    assert [one.sentence for one in sample.evidence] == [SAID, "A person pointed at {class}."]
