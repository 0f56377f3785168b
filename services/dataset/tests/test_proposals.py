"""What is seen becomes samples: proposed, asked, collapsed, never twice."""

import asyncio
from dataclasses import replace

import pytest

from framewell.dataset.v1 import catalogue_service_pb2 as catalogue_rpc
from framewell.dataset.v1 import dataset_pb2 as messages
from framewell.dataset.v1 import review_service_pb2 as review_rpc
from framewell.media.v1.media_pb2 import Box
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1 import sample_pb2 as wire
from framewell.sample.v1.sample_pb2 import SampleProposed
from framewell_dataset.settings import DatasetSettings
from framewell_dataset.testing import DatasetBench, Seen, contract_4711, stated
from framewell_dataset.testing.people import (
    ASTRONAUT,
    MAN,
    decide,
    proposed_man,
    samples,
)
from framewell_kit.outcomes import NotYet, Rejected
from framewell_kit.testing.ids import asset_called


async def test_a_lower_third_and_one_prominent_face_become_a_proposal(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    assert not proposed.question
    assert proposed.class_id
    assert 1 <= len(proposed.crops) <= 10
    assert await bench.objects.exists(proposed.crops[0].picture)
    assert proposed.provenance.timecode.startswith("10:00:")
    assert proposed.provenance.rights.allowed
    (named,) = (
        await bench.call("ListClasses", catalogue_rpc.ListClassesRequest(dataset_id="people"))
    ).classes
    assert named.name == "Jörg Müßigbrodt"
    assert named.fictional


async def test_no_fact_of_a_sample_holds_a_name(bench: DatasetBench) -> None:
    sample = (await proposed_man(bench)).sample_id
    await decide(bench, sample)
    await bench.settle()
    assert len(bench.facts.events) >= 3
    for _, message in bench.facts.events:
        assert "Müßigbrodt".encode() not in message.SerializeToString()
    for document in await bench.documents.find("samples", {}):
        assert "Müßigbrodt" not in str(document)
        assert "Müßigbrodt".encode() not in document["content"]


async def test_a_chunk_delivered_twice_makes_one_sample(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated())
    chunk = await bench.chunk(asset_called("a"), MAN)
    cause = bench.cause("the same")
    await bench.deliver(chunk, cause)
    await bench.deliver(chunk, cause)
    await bench.analyse(asset_called("a"), chunk)
    assert len(await samples(bench)) == 1
    assert len(bench.facts.of(SampleProposed)) == 1


async def test_a_chunk_of_an_unknown_asset_waits_for_it(bench: DatasetBench) -> None:
    with pytest.raises(NotYet):
        await bench.deliver(await bench.chunk(asset_called("a"), MAN))


@pytest.mark.parametrize("order", ["parts first", "a part last", "a part and the whole at once", "reversed"])
async def test_one_shot_across_two_chunks_is_one_sample_in_whatever_order_it_is_delivered(
    bench: DatasetBench, order: str
) -> None:
    await bench.take_in(asset_called("c"), contract_4711(rights.USE_PROHIBITED, 1))
    first = await bench.chunk(asset_called("c"), ASTRONAUT)
    second = await bench.chunk(asset_called("c"), replace(ASTRONAUT, take=1), index=1)
    await bench.deliver(first)
    if order == "parts first":
        await bench.deliver(second)
        await bench.whole(asset_called("c"), first, second)
    elif order == "a part last":
        await bench.whole(asset_called("c"), first, second)
        await bench.deliver(second)
    elif order == "a part and the whole at once":
        await asyncio.gather(bench.deliver(second), bench.whole(asset_called("c"), first, second))
    else:
        await asyncio.gather(bench.whole(asset_called("c"), first, second), bench.deliver(second))
    (alive,) = [s for s in await samples(bench) if s.state != wire.SAMPLE_STATE_WITHDRAWN]
    assert alive.state == wire.SAMPLE_STATE_WITHHELD


async def test_a_rejected_sample_never_returns(bench: DatasetBench) -> None:
    proposed = await proposed_man(bench)
    await decide(bench, proposed.sample_id, wire.DECISION_REJECT)
    elsewhere = Seen(1, name="Jörg Müßigbrodt", track=7, x=0.42)
    await bench.show(asset_called("a"), elsewhere)
    assert [sample.state for sample in await samples(bench)] == [wire.SAMPLE_STATE_REJECTED]


async def test_a_wrong_caption_over_a_known_face_is_a_question(bench: DatasetBench) -> None:
    await decide(bench, (await proposed_man(bench)).sample_id)
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), Seen(1, name="Joe Biden", take=1))
    conflict = bench.facts.of(SampleProposed)[-1]
    assert conflict.question
    assert conflict.class_id == ""
    assert any(evidence.kind == "known_face" for evidence in conflict.evidence)


async def test_the_same_name_over_another_face_is_a_question(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), Seen(5, name="Jörg Müßigbrodt"))
    assert bench.facts.of(SampleProposed)[-1].question
    assert len((await bench.call("ListClasses", catalogue_rpc.ListClassesRequest())).classes) == 1


async def test_another_spelling_of_a_known_face_is_the_same_class(bench: DatasetBench) -> None:
    first = await proposed_man(bench)
    await bench.take_in(asset_called("b"), stated())
    await bench.show(asset_called("b"), Seen(1, name="Jörg Müssigbrodt", take=1))
    assert bench.facts.of(SampleProposed)[-1].class_id == first.class_id


async def test_the_same_pictures_again_collapse_into_the_first(bench: DatasetBench) -> None:
    await proposed_man(bench)
    await bench.take_in("copy", stated())
    await bench.show("copy", MAN)
    (sample,) = await samples(bench)
    assert sample.collapsed >= 8


async def test_a_second_shot_with_the_same_pictures_is_counted(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated())
    again = Seen(1, begin=8, shot=1, track=1)
    await bench.show(asset_called("a"), MAN, again)
    (sample,) = await samples(bench)
    assert sample.collapsed == 8


async def test_a_quota_bounds_one_class_in_one_programme() -> None:
    async with DatasetBench(DatasetSettings(quota=2)) as bench:
        for number in range(4):
            asset_id = f"a{number}"
            await bench.take_in(asset_id, stated(), title="News")
            await bench.show(asset_id, Seen(1, name="Jörg Müßigbrodt", take=number))
        assert len(await samples(bench)) == 2


async def test_a_track_over_two_chunks_is_one_sample(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated())
    first = await bench.chunk(asset_called("a"), Seen(1, begin=8, pictures=8, name="Jörg Müßigbrodt"))
    second = await bench.chunk(
        asset_called("a"), Seen(1, pictures=8, take=1, name="Jörg Müßigbrodt"), index=1
    )
    await bench.analyse(asset_called("a"), first, second)
    live = [s for s in await samples(bench) if s.state != wire.SAMPLE_STATE_WITHDRAWN]
    assert len(live) == 1
    assert live[0].state == wire.SAMPLE_STATE_PROPOSED


async def test_a_person_can_point_at_a_face(bench: DatasetBench) -> None:
    await bench.take_in(asset_called("a"), stated())
    chunk = await bench.chunk(asset_called("a"), Seen(4))
    await bench.analyse(asset_called("a"), chunk)
    assert await samples(bench) == []
    made = await bench.call(
        "CreateClass",
        catalogue_rpc.CreateClassRequest(
            dataset_class=messages.DatasetClass(dataset_id="people", name="Ada Neumann")
        ),
    )
    request = review_rpc.ProposeSampleRequest(
        dataset_id="people",
        class_id=made.dataset_class.class_id,
        asset_id=asset_called("a"),
        note="that is her",
    )
    request.moment.pts = 3 * 12800 + 900
    request.box.CopyFrom(Box(x=0.41, y=0.21, width=0.25, height=0.25))
    sample = (await bench.call("ProposeSample", request)).sample
    assert sample.class_name == "Ada Neumann"
    assert sample.state == wire.SAMPLE_STATE_PROPOSED
    assert sample.provenance.proposed_by.principal == "anna"
    request.box.x = 0.0
    with pytest.raises(Rejected, match="no face"):
        await bench.call("ProposeSample", request)
