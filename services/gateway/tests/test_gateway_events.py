"""What happened to an asset: the list, and the stream that a client may resume."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.recognition.v1.recognition_pb2 import RecognitionUpdated
from framewell.sample.v1.sample_pb2 import Passport, SampleProposed, SampleReviewed
from framewell_gateway.domain.events import Arrivals, RecordedEvent
from framewell_gateway.entrypoints.http import events as entrypoint
from framewell_gateway.handlers.follow_events import FollowEvents
from framewell_gateway.handlers.record_event import RecordEvent
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
OTHER = "1c5b2c1e-0000-4000-8000-00000000000b"


async def test_a_fact_delivered_twice_is_recorded_once(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET), AssetIngested(asset_id=ASSET))
    listed = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert [event["type"] for event in listed] == ["framewell.asset.ingested.v1"]
    assert listed[0]["data"] == {"asset_id": ASSET}


async def test_the_same_id_from_two_senders_is_two_events(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET), source="/playout-1")
    await mesh.happened(AssetIngested(asset_id=ASSET), source="/playout-2")
    listed = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert [event["source"] for event in listed] == ["/playout-1", "/playout-2"]
    assert len({event["id"] for event in listed}) == 1


async def test_reviews_belong_to_the_asset_of_their_sample(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(
        SampleReviewed(sample_id="s1"),
        SampleReviewed(sample_id="s2"),
        SampleProposed(sample_id="s1", passport=Passport(asset_id=ASSET)),
        SampleProposed(sample_id="s2", passport=Passport(asset_id=OTHER)),
        RecognitionUpdated(name="identity/people", asset_ids=[ASSET, OTHER]),
    )
    listed = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert [event["type"].split(".", 1)[1] for event in listed] == [
        "sample.reviewed.v1",
        "sample.proposed.v1",
        "recognition.updated.v1",
    ]


async def test_keys_of_maps_from_outside_are_stored_as_they_are(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    labels = {"$where": "1", "a.b": "2", "": "3"}
    await mesh.happened(AssetIngested(asset_id=ASSET, labels=labels))
    (event,) = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert event["data"]["labels"] == labels


async def test_an_asset_without_events_is_unknown(gateway: httpx.AsyncClient) -> None:
    assert (await gateway.get(f"/v1/assets/{ASSET}/events")).status_code == 404


class HeldClock(SystemClock):
    """Sleeps without waiting."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


async def told(stream: AsyncIterator[RecordedEvent | None], most: int = 100) -> list[RecordedEvent]:
    """Events up to the first look without news."""
    events: list[RecordedEvent] = []
    async for event in stream:
        if event is None or len(events) == most:
            break
        events.append(event)
    return events


async def test_the_stream_tells_what_was_and_what_comes_once_each(mesh: Any) -> None:
    await mesh.happened(AssetIngested(asset_id=ASSET))
    async with aclosing(FollowEvents(mesh.log, HeldClock())(ASSET)) as stream:
        assert [event.name for event in await told(stream)] == ["asset.ingested"]
        await mesh.happened(ChunkPlanned(asset_id=ASSET, chunk_id="c"), ChunkPlanned(asset_id=OTHER))
        await mesh.happened(AssetTranscoded(asset_id=ASSET))
        assert [event.name for event in await told(stream)] == ["chunk.planned", "asset.transcoded"]


async def test_a_resumed_stream_leaves_nothing_out_and_repeats_nothing(mesh: Any) -> None:
    chunks = [ChunkPlanned(asset_id=ASSET, chunk_id=f"c{number}") for number in range(5)]
    ids = await mesh.happened(*chunks)
    resumed = await told(FollowEvents(mesh.log, HeldClock())(ASSET, ids[2]))
    assert [event.key for event in resumed] == ids[3:]


async def test_a_review_of_an_old_sample_reaches_a_resumed_stream(mesh: Any) -> None:
    class LongAgo(SystemClock):
        def now(self) -> Any:
            return super().now() - timedelta(hours=1)

    proposed = SampleProposed(sample_id="s1", passport=Passport(asset_id=ASSET))
    cause = Cause(id="p", source="/test", type="framewell.sample.proposed.v1", time=SystemClock().now())
    await RecordEvent(mesh.log, Arrivals(LongAgo()))(proposed, cause)
    (last,) = await mesh.happened(AssetIngested(asset_id=ASSET))
    (review,) = await mesh.happened(SampleReviewed(sample_id="s1"))
    resumed = await told(FollowEvents(mesh.log, HeldClock())(ASSET, last))
    assert [event.key for event in resumed] == [review]


async def test_an_unknown_place_to_resume_starts_from_the_beginning(mesh: Any) -> None:
    ids = await mesh.happened(AssetIngested(asset_id=ASSET))
    resumed = await told(FollowEvents(mesh.log, HeldClock())(ASSET, "never seen"))
    assert [event.key for event in resumed] == ids


async def test_events_travel_as_server_sent_events(mesh: Any) -> None:
    (key,) = await mesh.happened(AssetIngested(asset_id=ASSET))
    async with aclosing(entrypoint._stream(mesh.door(), ASSET, "")) as stream:
        opened, event = await anext(stream), await anext(stream)
    assert opened.startswith(b": ")
    name, data, number = event.decode().strip().split("\n")
    assert (name, number) == ("event: asset.ingested", f"id: {key}")
    assert json.loads(data.removeprefix("data: "))["type"] == "framewell.asset.ingested.v1"


@pytest.mark.parametrize("accept", ["text/event-stream", "text/event-stream, */*"])
async def test_the_stream_is_asked_for_by_its_media_type(mesh: Any, accept: str) -> None:
    response = await entrypoint.asset_events(mesh.door(), ASSET, accept, "")
    assert response.media_type == "text/event-stream"
