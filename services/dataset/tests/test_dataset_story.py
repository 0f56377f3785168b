"""From what was seen to samples, and what rights, people and the store have to say about it."""

import asyncio
from dataclasses import replace

import pytest

from framewell.asset.v1.asset_pb2 import AssetRemoved
from framewell.dataset.v1 import dataset_service_pb2 as rpc
from framewell.erasure.v1.erasure_pb2 import ErasureCompleted, ErasureRequested
from framewell.media.v1.media_pb2 import Box
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed, SampleReviewed, SampleWithdrawn, SampleWithheld
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_dataset.testing import DECIDED_BY, DatasetBench, Seen, contract_4711, stated, whole
from framewell_kit.outcomes import NotYet, Rejected

MAN = Seen(1, name="Jörg Müßigbrodt", role="Reporter (fiktiv)")
ASTRONAUT = Seen(2, name="Eileen Collins", role="NASA")


async def samples(bench: DatasetBench, **query: object) -> list[rpc.Sample]:
    answer = await bench.call("ListSamples", rpc.ListSamplesRequest(**query))  # type: ignore[arg-type]
    return list(answer.samples)


async def decide(
    bench: DatasetBench, sample_id: str, decision: int = wire.DECISION_ACCEPT, **more: object
) -> rpc.ReviewResult:
    by = str(more.pop("by", "anna"))
    review = rpc.Review(sample_id=sample_id, decision=decision, **more)  # type: ignore[arg-type]
    answer = await bench.call("ReviewSamples", rpc.ReviewSamplesRequest(reviews=[review]), by=by)
    result: rpc.ReviewResult = answer.results[0]
    return result


async def show(bench: DatasetBench, asset_id: str, *seen: Seen, **take_in: object) -> None:
    await bench.analyse(asset_id, await bench.chunk(asset_id, *seen))


async def proposed_man(bench: DatasetBench, asset_id: str = "a") -> SampleProposed:
    await bench.take_in(asset_id, stated())
    await show(bench, asset_id, MAN)
    return bench.said.of(SampleProposed)[-1]


async def test_a_lower_third_and_one_prominent_face_become_a_proposal(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    assert not proposed.question
    assert proposed.class_id
    assert 1 <= len(proposed.crops) <= 10
    assert await bench.objects.exists(proposed.crops[0].picture)
    assert proposed.passport.timecode.startswith("10:00:")
    assert proposed.passport.rights.allowed
    (named,) = (await bench.call("ListClasses", rpc.ListClassesRequest(dataset_id="people"))).classes
    assert named.name == "Jörg Müßigbrodt"
    assert named.fictional


async def test_no_fact_of_a_sample_holds_a_name(bench: DatasetBench) -> None:
    sample = (await proposed_man(bench)).sample_id
    await decide(bench, sample)
    await bench.settle()
    assert len(bench.said.events) >= 3
    for _, message in bench.said.events.values():
        assert "Müßigbrodt".encode() not in message.SerializeToString()
    for document in await bench.documents.find("samples", {}):
        assert "Müßigbrodt" not in str(document)
        assert "Müßigbrodt".encode() not in document["content"]


async def test_a_chunk_delivered_twice_makes_one_sample(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    chunk = await bench.chunk("a", MAN)
    cause = bench.cause("the same")
    await bench.hear(chunk, cause)
    await bench.hear(chunk, cause)
    await bench.analyse("a", chunk)
    assert len(await samples(bench)) == 1
    assert len(bench.said.of(SampleProposed)) == 1


async def test_a_chunk_of_an_unknown_asset_waits_for_it(bench: DatasetBench) -> None:
    with pytest.raises(NotYet):
        await bench.hear(await bench.chunk("a", MAN))


async def test_what_a_contract_prohibits_is_withheld_in_its_words(bench: DatasetBench) -> None:
    await bench.take_in("c", contract_4711(rights.USE_PROHIBITED, 1))
    await show(bench, "c", ASTRONAUT)
    (withheld,) = bench.said.of(SampleWithheld)
    assert withheld.class_id
    assert withheld.rule == "lower_third_face"
    assert (
        withheld.decision.sentence
        == "Withheld: training prohibited until contract 4711 is signed (contract 4711, Archiv)."
    )
    assert bench.said.of(SampleProposed) == []
    (sample,) = await samples(bench)
    assert sample.state == wire.SAMPLE_STATE_WITHHELD
    refused = await decide(bench, sample.sample_id)
    assert "contract 4711" in refused.error


@pytest.mark.parametrize("order", ["parts first", "a part last", "a part and the whole at once", "turned"])
async def test_one_shot_across_two_chunks_is_one_sample_in_whatever_order_it_is_told(
    bench: DatasetBench, order: str
) -> None:
    await bench.take_in("c", contract_4711(rights.USE_PROHIBITED, 1))
    first = await bench.chunk("c", ASTRONAUT)
    second = await bench.chunk("c", replace(ASTRONAUT, take=1), index=1)
    both = whole("c", first, second)
    await bench.hear(first)
    if order == "parts first":
        await bench.hear(second)
        await bench.hear(both)
    elif order == "a part last":
        await bench.hear(both)
        await bench.hear(second)
    elif order == "a part and the whole at once":
        await asyncio.gather(bench.hear(second), bench.hear(both))
    else:
        await asyncio.gather(bench.hear(both), bench.hear(second))
    (alive,) = [s for s in await samples(bench) if s.state != wire.SAMPLE_STATE_WITHDRAWN]
    assert alive.state == wire.SAMPLE_STATE_WITHHELD


async def test_a_photo_that_forbids_reuse_is_withheld_with_its_own_words(bench: DatasetBench) -> None:
    forbids = rights.RightsStatement(
        source=rights.STATEMENT_SOURCE_EXIF,
        use=rights.USE_PROHIBITED,
        verbatim="This photograph may not be manipulated in any way.",
        found_at="EXIF 0x8298 Copyright",
    )
    await bench.take_in("photo", forbids, still=True)
    await show(bench, "photo", Seen(3, pictures=1))
    (withheld,) = bench.said.of(SampleWithheld)
    assert withheld.class_id == ""
    assert "'This photograph may not be manipulated in any way.'" in withheld.decision.sentence


async def test_what_nobody_stated_is_withheld(bench: DatasetBench) -> None:
    await bench.take_in("a")
    await show(bench, "a", MAN)
    assert "nobody stated a right" in bench.said.of(SampleWithheld)[0].decision.sentence


async def test_a_signed_contract_proposes_what_it_withheld(bench: DatasetBench) -> None:
    await bench.take_in("c", contract_4711(rights.USE_PROHIBITED, 1))
    await show(bench, "c", ASTRONAUT)
    signed = rights.RightsChanged(
        target="asset:c",
        statements=[contract_4711(rights.USE_ALLOWED, 2)],
        actor=DECIDED_BY,
        revision=1,
    )
    preview = await bench.call("PreviewRightsChange", rpc.PreviewRightsChangeRequest(change=signed))
    assert (preview.samples_proposed, preview.samples_withdrawn) == (1, 0)
    await bench.hear(signed)
    await bench.hear(signed)
    (proposed,) = bench.said.of(SampleProposed)
    assert proposed.sample_id == bench.said.of(SampleWithheld)[0].sample_id
    assert proposed.passport.rights.allowed
    assert not (await decide(bench, proposed.sample_id)).error


async def test_permitting_takes_an_authorised_actor_and_restricting_does_not(bench: DatasetBench) -> None:
    await bench.take_in("c", contract_4711(rights.USE_PROHIBITED, 1))
    await show(bench, "c", ASTRONAUT)
    with pytest.raises(Rejected, match="authority"):
        await bench.hear(
            rights.RightsChanged(target="asset:c", statements=[contract_4711(rights.USE_ALLOWED, 2)])
        )
    assert bench.said.of(SampleProposed) == []
    await proposed_man(bench)
    ban = rights.RightsStatement(issuer="court", statement_id="1", revision=1, use=rights.USE_PROHIBITED)
    await bench.hear(rights.RightsChanged(target="asset:a", statements=[ban]))
    assert [sample.state for sample in await samples(bench, asset_id="a")] == [wire.SAMPLE_STATE_WITHHELD]


@pytest.mark.parametrize("target", ["source:/playout", "holder:Kanal Eins"])
async def test_rights_of_a_source_or_holder_reach_all_their_assets(bench: DatasetBench, target: str) -> None:
    await proposed_man(bench)
    ban = rights.RightsStatement(issuer="court", statement_id="1", revision=1, use=rights.USE_PROHIBITED)
    await bench.hear(rights.RightsChanged(target=target, statements=[ban], revision=1))
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]
    await bench.take_in("later", stated())
    await show(bench, "later", Seen(9, name="Anna Neumann"))
    assert bench.said.of(SampleWithheld)[-1].passport.asset_id == "later"


async def test_rights_that_move_while_a_sample_is_written_are_seen(bench: DatasetBench) -> None:
    """The change happens between the gate's answer and the sample's insertion, and scans too early."""
    await bench.take_in("a", stated())
    chunk = await bench.chunk("a", MAN)
    ban = rights.RightsStatement(issuer="court", statement_id="1", revision=1, use=rights.USE_PROHIBITED)
    insert = bench.documents.insert_once

    async def slow_insert(collection: str, document: dict[str, object]) -> bool:
        if collection == "samples":
            bench.documents.insert_once = insert  # type: ignore[method-assign]
            await bench.hear(rights.RightsChanged(target="asset:a", statements=[ban], revision=1))
        return await insert(collection, document)

    bench.documents.insert_once = slow_insert  # type: ignore[method-assign]
    await bench.hear(chunk)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]


async def test_rights_that_move_while_a_sample_is_accepted_are_seen(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    ban = rights.RightsStatement(issuer="court", statement_id="1", revision=1, use=rights.USE_PROHIBITED)
    update = bench.documents.update

    async def slow_update(collection: str, id: str, change: object, **more: object) -> object:  # noqa: A002
        if collection == "samples":
            bench.documents.update = update  # type: ignore[method-assign]
            # The change is written, but its scan has not come to this sample yet.
            await bench.rpc.gate.book.add("asset:a", [ban], 1)
        return await update(collection, id, change, **more)  # type: ignore[arg-type]

    bench.documents.update = slow_update  # type: ignore[method-assign,assignment]
    result = await decide(bench, proposed.sample_id)
    assert result.sample.state == wire.SAMPLE_STATE_WITHDRAWN
    await bench.settle()
    assert bench.said.of(SnapshotPublished) == []


async def test_a_rejected_sample_never_returns(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id, wire.DECISION_REJECT)
    elsewhere = Seen(1, name="Jörg Müßigbrodt", track=7, x=0.42)
    await show(bench, "a", elsewhere)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_REJECTED]


async def test_a_wrong_caption_over_a_known_face_is_a_question(bench: DatasetBench) -> None:
    await decide(bench, (await proposed_man(bench)).sample_id)
    await bench.take_in("b", stated())
    await show(bench, "b", Seen(1, name="Joe Biden", take=1))
    conflict = bench.said.of(SampleProposed)[-1]
    assert conflict.question
    assert conflict.class_id == ""
    assert any(evidence.kind == "known_face" for evidence in conflict.evidence)


async def test_the_same_name_over_another_face_is_a_question(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.take_in("b", stated())
    await show(bench, "b", Seen(5, name="Jörg Müßigbrodt"))
    assert bench.said.of(SampleProposed)[-1].question
    assert len((await bench.call("ListClasses", rpc.ListClassesRequest())).classes) == 1


async def test_another_spelling_of_a_known_face_is_the_same_class(bench: DatasetBench) -> None:
    first = await proposed_man(bench)
    await bench.take_in("b", stated())
    await show(bench, "b", Seen(1, name="Jörg Müssigbrodt", take=1))
    assert bench.said.of(SampleProposed)[-1].class_id == first.class_id


async def test_the_same_pictures_again_collapse_into_the_first(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.take_in("copy", stated())
    await show(bench, "copy", MAN)
    (sample,) = await samples(bench)
    assert sample.collapsed >= 8


async def test_a_second_shot_with_the_same_pictures_is_counted(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    again = Seen(1, begin=8, shot=1, track=1)
    await show(bench, "a", MAN, again)
    (sample,) = await samples(bench)
    assert sample.collapsed == 8


async def test_a_quota_bounds_one_class_in_one_programme(bench: DatasetBench) -> None:
    bench = await DatasetBench(bench.settings.model_copy(update={"quota": 2})).start()
    for number in range(4):
        asset_id = f"a{number}"
        await bench.take_in(asset_id, stated(), title="News")
        await show(bench, asset_id, Seen(1, name="Jörg Müßigbrodt", take=number))
    assert len(await samples(bench)) == 2


async def test_a_track_over_two_chunks_is_one_sample(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    first = await bench.chunk("a", Seen(1, begin=8, pictures=8, name="Jörg Müßigbrodt"))
    second = await bench.chunk("a", Seen(1, pictures=8, take=1, name="Jörg Müßigbrodt"), index=1)
    await bench.analyse("a", first, second)
    live = [s for s in await samples(bench) if s.state != wire.SAMPLE_STATE_WITHDRAWN]
    assert len(live) == 1
    assert live[0].state == wire.SAMPLE_STATE_PROPOSED


async def test_a_person_can_point_at_a_face(bench: DatasetBench) -> None:
    await bench.take_in("a", stated())
    chunk = await bench.chunk("a", Seen(4))
    await bench.analyse("a", chunk)
    assert await samples(bench) == []
    made = await bench.call(
        "CreateClass",
        rpc.CreateClassRequest(dataset_class=rpc.DatasetClass(dataset_id="people", name="Ada Neumann")),
    )
    request = rpc.ProposeSampleRequest(
        dataset_id="people", class_id=made.dataset_class.class_id, asset_id="a", note="that is her"
    )
    request.moment.pts = 3 * 12800 + 900
    request.box.CopyFrom(Box(x=0.41, y=0.21, width=0.25, height=0.25))
    sample = (await bench.call("ProposeSample", request)).sample
    assert sample.class_name == "Ada Neumann"
    assert sample.state == wire.SAMPLE_STATE_PROPOSED
    assert sample.passport.proposed_by.principal == "anna"
    request.box.x = 0.0
    with pytest.raises(Rejected, match="no face"):
        await bench.call("ProposeSample", request)


async def test_a_removed_asset_takes_its_samples_and_crops_along(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    await bench.hear(AssetRemoved(asset_id="a", reason="licence ended", revision=2))
    assert bench.said.of(SampleWithdrawn)[-1].sample_id == proposed.sample_id
    assert len(bench.said.of(SnapshotWithdrawn)) == 1
    assert not await bench.objects.exists(proposed.crops[0].picture)
    await bench.hear(await bench.chunk("a", MAN))
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHDRAWN]


async def test_a_forgotten_person_does_not_come_back_with_the_next_lower_third(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    await bench.hear(
        ErasureRequested(erasure_id="e1", subject=f"class:{proposed.class_id}", actor=DECIDED_BY)
    )
    (answer,) = bench.said.of(ErasureCompleted)
    counts = {each.kind: each.count for each in answer.counts}
    assert counts["names"] == 1
    assert counts["vectors"] == 1
    assert counts["crops"] == len(proposed.crops)
    assert counts["snapshot_tables"] == 2
    assert (await bench.call("ListClasses", rpc.ListClassesRequest())).classes == []
    await bench.take_in("b", stated())
    await show(bench, "b", Seen(1, name="Jörg Müssigbrodt", take=3))
    assert len(await samples(bench)) == 1
    assert "Müßigbrodt" not in str(await bench.documents.find("never_learn", {}))


async def test_an_erasure_that_was_cut_off_is_finished_by_the_next_attempt(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id)
    await bench.settle()
    forget = ErasureRequested(erasure_id="e1", subject=f"class:{proposed.class_id}", actor=DECIDED_BY)
    delete = bench.objects.delete

    async def killed(key: object) -> bool:
        raise RuntimeError("killed")

    bench.objects.delete = killed  # type: ignore[method-assign]
    with pytest.raises(RuntimeError):
        await bench.hear(forget)
    bench.objects.delete = delete  # type: ignore[method-assign]
    await bench.hear(forget)
    snapshot = bench.said.of(SnapshotPublished)[0]
    gone = [*(crop.picture for crop in proposed.crops), snapshot.samples]
    assert [await bench.objects.exists(ref) for ref in gone] == [False] * len(gone)
    assert len(bench.said.of(SampleWithdrawn)) == 1
    assert len(bench.said.of(SnapshotWithdrawn)) == 1


async def test_an_asset_taken_in_again_with_a_prohibition_loses_its_samples(bench: DatasetBench) -> None:
    await proposed_man(bench)
    ban = stated(rights.USE_PROHIBITED, issuer="agency", statement_id="late")
    await bench.take_in("a", stated(), ban)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_WITHHELD]


async def test_reviews_are_told_and_undone(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    accepted = await decide(bench, proposed.sample_id, note="sure")
    assert accepted.sample.state == wire.SAMPLE_STATE_ACCEPTED
    assert accepted.sample.passport.accepted_by.principal == "anna"
    undone = await bench.call("UndoReview", rpc.UndoReviewRequest(sample_ids=[proposed.sample_id]))
    assert undone.results[0].sample.state == wire.SAMPLE_STATE_PROPOSED
    told = bench.said.of(SampleReviewed)
    assert [each.decision for each in told] == [wire.DECISION_ACCEPT, wire.DECISION_UNDO]
    assert [each.revision for each in told] == [2, 3]


async def test_a_reviewer_who_saw_an_older_revision_is_told_so(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    assert "revision 1, not 7" in (await decide(bench, proposed.sample_id, expected_revision=7)).error
    assert not (await decide(bench, proposed.sample_id, expected_revision=1)).error
    assert len(bench.said.of(SampleReviewed)) == 1


async def test_two_reviewers_do_not_get_the_same_samples(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    claim = rpc.ClaimSamplesRequest(dataset_id="people", seconds=60)
    assert len((await bench.call("ClaimSamples", claim)).samples) == 1
    assert len((await bench.call("ClaimSamples", claim, by="bert")).samples) == 0
    assert "anna is reviewing" in (await decide(bench, proposed.sample_id, by="bert")).error
    await bench.clock.sleep(61)
    assert len((await bench.call("ClaimSamples", claim, by="bert")).samples) == 1


async def test_a_question_is_accepted_only_with_an_answer(bench: DatasetBench) -> None:
    await bench.take_in("photo", stated(), still=True)
    await show(bench, "photo", Seen(3, pictures=1))
    (question,) = await samples(bench)
    assert question.question
    assert "class_id" in (await decide(bench, question.sample_id)).error
    made = await bench.call(
        "CreateClass",
        rpc.CreateClassRequest(dataset_class=rpc.DatasetClass(dataset_id="people", name="Ada Neumann")),
    )
    answered = await decide(bench, question.sample_id, class_id=made.dataset_class.class_id)
    assert answered.sample.class_name == "Ada Neumann"
    assert not answered.sample.question


async def test_merged_classes_share_samples_and_names(bench: DatasetBench) -> None:
    one = await proposed_man(bench)
    await bench.take_in("b", stated())
    await show(bench, "b", ASTRONAUT)
    two = bench.said.of(SampleProposed)[-1]
    merged = await bench.call(
        "MergeClasses", rpc.MergeClassesRequest(from_class_id=two.class_id, into_class_id=one.class_id)
    )
    assert merged.samples_moved == 1
    assert list(merged.dataset_class.aliases) == ["Eileen Collins"]
    assert {sample.class_id for sample in await samples(bench)} == {one.class_id}


async def test_samples_are_listed_page_by_page(bench: DatasetBench) -> None:
    for number in range(5):
        await bench.take_in(f"a{number}", stated())
        await show(bench, f"a{number}", Seen(20 + number, name=f"Ada {chr(65 + number)}lein"))
    seen: list[str] = []
    token = ""
    while True:
        page = await bench.call("ListSamples", rpc.ListSamplesRequest(page_size=2, page_token=token))
        seen += [sample.sample_id for sample in page.samples]
        token = page.next_page_token
        if not token:
            break
    assert len(seen) == len(set(seen)) == 5
    with pytest.raises(Rejected, match="page token"):
        await bench.call("ListSamples", rpc.ListSamplesRequest(page_token="§"))
