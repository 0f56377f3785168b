"""The same id with the same request is the same asset; with another request it is refused, at every door."""

from __future__ import annotations

import asyncio

import pytest

from framewell.asset.v1.asset_pb2 import AssetRejected
from framewell.ingest.v1 import ingest_service_pb2 as pb
from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.rights.v1.rights_pb2 import USE_ALLOWED, RightsStatement
from framewell_ingest.testing import IngestBench
from framewell_kit.outcomes import Conflict, Rejected

CHOSEN = "6f1b0c9e-2f0a-4d61-9a53-1c9b6c3b8a11"
URI = "file:///a.mp4"


def submitted(request_id: str = "r-1", uri: str = URI, **also: object) -> pb.SubmitRequest:
    return pb.SubmitRequest(request=IngestRequested(uri=uri, **also), request_id=request_id)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [
        submitted(uri="file:///b.mp4"),
        submitted(labels={"job": "1"}),
        submitted(expected_sha256="0" * 64),
        submitted(statements=[RightsStatement(use=USE_ALLOWED)]),
        submitted(existing_proxy="file:///p.mp4"),
    ],
)
async def test_another_request_under_the_same_id_is_a_conflict(
    ingest: IngestBench, other: pb.SubmitRequest
) -> None:
    first = await ingest.call("Submit", submitted())
    with pytest.raises(Conflict, match="an id of its own"):
        await ingest.call("Submit", other)
    assert (await ingest.call("Submit", submitted())).asset_id == first.asset_id
    (asset,) = await ingest.assets()
    assert (asset.uri, dict(asset.labels)) == (URI, {})
    assert len(ingest.facts.of(IngestRequested)) == 1


async def test_an_asset_id_in_capitals_is_the_same_request(ingest: IngestBench) -> None:
    await ingest.call("Submit", submitted("", asset_id=CHOSEN.upper()))
    again = await ingest.call("Submit", submitted("", asset_id=CHOSEN))
    assert (again.asset_id, again.existed) == (CHOSEN, True)
    assert [asset.asset_id for asset in await ingest.assets()] == [CHOSEN]


async def test_of_twins_at_once_one_counts(ingest: IngestBench) -> None:
    calls = [submitted(uri=f"file:///{number % 2}.mp4") for number in range(20)]
    answers = await asyncio.gather(*(ingest.call("Submit", call) for call in calls), return_exceptions=True)
    conflicts = [answer for answer in answers if isinstance(answer, Conflict)]
    taken = [answer for answer in answers if isinstance(answer, pb.SubmitResponse)]
    assert (len(conflicts), len(taken)) == (10, 10)
    assert [answer.existed for answer in taken].count(False) == 1


async def test_the_event_of_a_call_is_the_same_request(ingest: IngestBench) -> None:
    statement = RightsStatement(use=USE_ALLOWED, verbatim="Own production.")
    await ingest.call("Submit", submitted(statements=[statement], existing_proxy="file:///p.mp4"))
    assert await ingest.deliver_own(IngestRequested) == 1
    assert ingest.given_up == []


async def test_the_same_id_by_an_asset_that_was_chosen_is_held_to_its_request(ingest: IngestBench) -> None:
    first = await ingest.call("Submit", submitted("", asset_id=CHOSEN))
    again = await ingest.call("Submit", submitted("", asset_id=CHOSEN))
    assert (first.existed, again.existed) == (False, True)
    with pytest.raises(Conflict, match=CHOSEN):
        await ingest.call("Submit", submitted("", uri="file:///b.mp4", asset_id=CHOSEN))


@pytest.mark.parametrize("known", [True, False])
async def test_a_request_id_stands_for_one_asset_whatever_asset_is_named(
    ingest: IngestBench, known: bool
) -> None:
    if known:
        await ingest.call("Submit", submitted("r-1"))
    with pytest.raises(Conflict, match=f"request id r-1 stands for asset .* names {CHOSEN}"):
        await ingest.call("Submit", submitted("r-1", asset_id=CHOSEN))
    assert len(await ingest.assets()) == known


async def test_a_request_may_name_the_asset_that_its_request_id_stands_for(ingest: IngestBench) -> None:
    first = await ingest.call("Submit", submitted("r-1"))
    again = await ingest.call("Submit", submitted("r-1", asset_id=first.asset_id.upper()))
    assert (again.asset_id, again.existed) == (first.asset_id, True)


async def test_a_removed_asset_stays_removed_whatever_is_asked_by_its_id(ingest: IngestBench) -> None:
    asset = (await ingest.call("Submit", submitted())).asset_id
    await ingest.call("RemoveAsset", pb.RemoveAssetRequest(asset_id=asset))
    await ingest.settle()
    assert (await ingest.call("Submit", submitted(uri="file:///b.mp4"))).existed


async def test_over_kafka_another_request_under_the_same_id_is_given_up_and_changes_nothing(
    ingest: IngestBench,
) -> None:
    await ingest.accept(IngestRequested(uri=URI))
    await ingest.accept(IngestRequested(uri=URI))
    with pytest.raises(Rejected, match="an id of its own") as refused:
        await ingest.accept(IngestRequested(uri="file:///b.mp4"))
    assert refused.value.code == "conflict"
    with pytest.raises(Rejected):
        await ingest.accept(IngestRequested(uri="ftp://nowhere/b.mp4"))
    (asset,) = await ingest.assets()
    assert (asset.uri, asset.state) == (URI, pb.INGEST_STATE_REQUESTED)
    assert ingest.facts.of(AssetRejected) == []
