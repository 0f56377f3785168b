"""Samples are claimed for a while, counted, and shown with all that a decision about them rests on."""

import asyncio

import pytest
from google.protobuf.duration_pb2 import Duration

from framewell.dataset.v1 import review_service_pb2 as rpc
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed
from framewell_dataset.testing import DatasetBench, Seen, stated
from framewell_dataset.testing.people import BAN, MAN, accepted_people, decide, proposed_man, samples
from framewell_kit.outcomes import Rejected
from framewell_kit.testing.ids import asset_called


async def people(bench: DatasetBench, *numbers: int) -> list[str]:
    """Show one named person a number, each in an asset of its own; return the ids of their samples."""
    ids = []
    for number in numbers:
        await bench.take_in(f"a{number}", stated())
        await bench.show(f"a{number}", Seen(number, name=f"Ada {chr(65 + number)}mann"))
        ids.append(bench.facts.of(SampleProposed)[-1].sample_id)
        await bench.clock.sleep(1)
    return ids


async def claim(bench: DatasetBench, by: str = "anna", **asked: object) -> rpc.ClaimSamplesResponse:
    request = rpc.ClaimSamplesRequest(lease=Duration(seconds=120), **asked)  # type: ignore[arg-type]
    answer: rpc.ClaimSamplesResponse = await bench.call("ClaimSamples", request, by=by)
    return answer


async def shown(bench: DatasetBench, sample_id: str) -> rpc.GetSampleResponse:
    answer: rpc.GetSampleResponse = await bench.call("GetSample", rpc.GetSampleRequest(sample_id=sample_id))
    return answer


async def test_a_claim_names_who_has_it_and_until_when_and_ends_by_itself(bench: DatasetBench) -> None:
    (first,) = await people(bench, 1)
    (claimed,) = (await claim(bench)).samples
    assert (claimed.sample_id, claimed.claimed_by) == (first, "anna")
    assert claimed.claimed_until.ToDatetime() > claimed.created_at.ToDatetime()
    await bench.clock.sleep(121)
    (free,) = await samples(bench)
    assert (free.claimed_by, free.HasField("claimed_until")) == ("", False)
    assert free.revision == claimed.revision


async def test_a_lease_is_renewed_by_id_and_others_learn_who_has_it(bench: DatasetBench) -> None:
    (first,) = await people(bench, 1)
    await claim(bench)
    await bench.clock.sleep(100)
    renewed = await claim(bench, sample_ids=[first])
    assert [one.sample_id for one in renewed.samples] == [first]
    await bench.clock.sleep(100)
    taken = await claim(bench, by="bert", sample_ids=[first, "nobody", first])
    assert not taken.samples
    assert [(one.refusal, one.error) for one in taken.refused] == [
        (rpc.REVIEW_REFUSAL_CLAIMED, "anna is reviewing the sample"),
        (rpc.REVIEW_REFUSAL_NOT_FOUND, "sample nobody does not exist"),
    ]


async def test_what_is_given_back_is_free_at_once_and_only_by_who_has_it(bench: DatasetBench) -> None:
    first, second = await people(bench, 1, 2)
    assert len((await claim(bench)).samples) == 2
    release = rpc.ReleaseSamplesRequest(sample_ids=[first, second, "nobody"])
    assert (await bench.call("ReleaseSamples", release, by="bert")).released == 0
    assert (await bench.call("ReleaseSamples", release)).released == 2
    assert (await bench.call("ReleaseSamples", release)).released == 0
    assert len((await claim(bench, by="bert")).samples) == 2


async def test_two_who_claim_at_once_share_without_overlap(bench: DatasetBench) -> None:
    ids = await people(bench, *range(1, 9))
    mine, theirs = await asyncio.gather(claim(bench, limit=4), claim(bench, by="bert", limit=4))
    got = [one.sample_id for answer in (mine, theirs) for one in answer.samples]
    assert sorted(got) == sorted(ids)


async def test_questions_and_poor_pictures_come_first_where_that_is_asked(bench: DatasetBench) -> None:
    named = await people(bench, 1, 2)
    await bench.take_in("photo", stated(), still=True)
    await bench.show("photo", Seen(3, pictures=1))
    (question,) = [one.sample_id for one in await samples(bench) if one.question]
    assert [one.sample_id for one in await samples(bench)] == [*named, question]
    assert (await samples(bench, order_by="doubtful"))[0].sample_id == question
    assert [one.sample_id for one in await samples(bench, question=True)] == [question]
    claimed = (await claim(bench, order_by="doubtful", limit=1)).samples
    assert [one.sample_id for one in claimed] == [question]
    by_person = [one.class_id for one in await samples(bench, order_by="person", question=False)]
    assert by_person == sorted(by_person)


async def test_what_was_skipped_is_not_given_again(bench: DatasetBench) -> None:
    first, second, third = await people(bench, 1, 2, 3)
    claimed = (await claim(bench, limit=2, without_ids=[first])).samples
    assert [one.sample_id for one in claimed] == [second, third]
    assert not (await claim(bench, without_ids=[first, second, third])).samples


async def test_a_lease_is_an_hour_at_most(bench: DatasetBench) -> None:
    for seconds in (0, -1, 3601):
        request = rpc.ClaimSamplesRequest(lease=Duration(seconds=seconds))
        with pytest.raises(Rejected, match="one hour at most"):
            await bench.call("ClaimSamples", request)


async def test_what_waits_is_counted_by_class_and_reviewer(bench: DatasetBench) -> None:
    await people(bench, 1, 2, 3)
    await bench.take_in("b1", stated())
    await bench.show("b1", Seen(1, name="Ada Bmann", take=1))
    await bench.take_in("ban", BAN)
    await bench.show("ban", MAN)
    (mine,) = (await claim(bench, limit=1)).samples
    counted = await bench.call("CountSamples", rpc.CountSamplesRequest())
    assert (counted.proposed, counted.claimed, counted.questions) == (
        len(await samples(bench, states=[wire.SAMPLE_STATE_PROPOSED])), 1, 0,
    )  # fmt: skip
    assert counted.withheld == 1
    assert [(one.id, one.count) for one in counted.datasets] == [("people", counted.proposed)]
    assert sum(one.count for one in counted.classes) == counted.proposed
    assert {one.name for one in counted.classes} == {"Ada Bmann", "Ada Cmann", "Ada Dmann"}
    assert [(one.id, one.count) for one in counted.reviewers] == [("anna", 1)]
    await decide(bench, mine.sample_id)
    assert (await bench.call("CountSamples", rpc.CountSamplesRequest(dataset_id="people"))).claimed == 0


async def test_the_second_of_two_curators_learns_who_decided_and_what_it_is_now(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id, wire.DECISION_REJECT, by="bert", expected_revision=1)
    late = await decide(bench, proposed.sample_id, expected_revision=1)
    assert late.refusal == rpc.REVIEW_REFUSAL_CHANGED
    assert "bert rejected it at" in late.error
    assert (late.sample.state, late.sample.decided_by.principal) == (wire.SAMPLE_STATE_REJECTED, "bert")


async def test_of_two_decisions_at_the_same_instant_one_stands(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    results = await asyncio.gather(
        decide(bench, proposed.sample_id, expected_revision=1),
        decide(bench, proposed.sample_id, wire.DECISION_REJECT, by="bert", expected_revision=1),
    )
    refused = [one for one in results if one.error]
    assert len(refused) == 1
    assert refused[0].refusal == rpc.REVIEW_REFUSAL_CHANGED
    assert len(bench.facts.of(SampleReviewed)) == 1


async def test_a_decision_whose_answer_was_lost_is_taken_once(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    for _ in range(3):
        result = await decide(bench, proposed.sample_id, expected_revision=1)
        assert (result.error, result.sample.revision) == ("", 2)
    assert len(bench.facts.of(SampleReviewed)) == 1
    other = await decide(bench, proposed.sample_id, wire.DECISION_REJECT, expected_revision=1)
    assert "anna accepted it" in other.error
    for _ in range(2):
        undone = await decide(bench, proposed.sample_id, wire.DECISION_UNDO, expected_revision=2)
        assert (undone.error, undone.sample.revision) == ("", 3)
    assert len(bench.facts.of(SampleReviewed)) == 2


async def test_the_last_decisions_of_a_person_are_listed_newest_first(bench: DatasetBench) -> None:
    first, second, third = await people(bench, 1, 2, 3)
    for sample_id, by in ((second, "anna"), (third, "bert"), (first, "anna")):
        await decide(bench, sample_id, by=by)
        await bench.clock.sleep(1)
    mine = await samples(bench, order_by="decided", decided_by="anna")
    assert [one.sample_id for one in mine] == [first, second]
    assert [one.sample_id for one in await samples(bench, order_by="decided")] == [first, third, second]


async def test_a_sample_is_shown_with_its_two_sources_and_the_gates_sentence(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    answer = await shown(bench, proposed.sample_id)
    caption, *faces = answer.sources
    assert (caption.kind, caption.text, caption.below_text) == (
        "lower_third", "Jörg Müßigbrodt", "Reporter (fiktiv)",
    )  # fmt: skip
    assert caption.chunk_id.startswith(f"{asset_called('a')}/")
    assert f"/v1/assets/{asset_called('a')}/frame?frame=" in caption.picture
    assert "&crop=" in caption.picture
    assert faces
    assert all(one.kind == "face_track" and one.box.width > 0 for one in faces)
    assert answer.rights.allowed
    assert answer.rights.sentence.startswith("Allowed:")
    assert answer.rights.grounds[0].verbatim == answer.sample.provenance.rights.grounds[0].verbatim
    assert answer.alike_count == 1


async def test_whom_to_compare_with_is_the_person_and_the_nearest_others(bench: DatasetBench) -> None:
    accepted = await accepted_people(bench, 4, 5)
    await bench.take_in(asset_called("c"), stated())
    await bench.show(asset_called("c"), Seen(4, name="Ada Emann", take=2))
    waiting = await samples(bench, states=[wire.SAMPLE_STATE_PROPOSED])
    answer = await shown(bench, waiting[0].sample_id)
    assert answer.claimed.class_name == "Ada Emann"
    assert (answer.claimed.sample_id, answer.claimed.accepted_count) == (accepted[0], 1)
    assert answer.claimed.path == f"/v1/samples/{accepted[0]}/objects/{answer.claimed.picture.key}"
    assert [one.class_name for one in answer.candidates] == ["Ada Fmann"]
    assert answer.candidates[0].distance > answer.claimed.distance


async def test_a_sample_of_which_nothing_can_be_read_any_more_is_shown_by_its_ids(
    bench: DatasetBench,
) -> None:
    proposed = await proposed_man(bench)
    await bench.documents.delete_where("chunks", {})
    answer = await shown(bench, proposed.sample_id)
    assert answer.sources
    assert not any(one.HasField("box") or one.picture for one in answer.sources)
