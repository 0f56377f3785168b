"""What happened to an asset: the list, and the stream that a client may resume."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from starlette.requests import Request

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.gateway.v1.events_pb2 import ListEventsRequest
from framewell.ingest.v1.ingest_service_pb2 import GetAssetResponse, IngestAsset
from framewell.media.v1.media_pb2 import Work
from framewell.sample.v1.sample_pb2 import Provenance, SampleProposed, SampleReviewed
from framewell_gateway.domain.events import Arrivals, RecordedEvent, recorded_event
from framewell_gateway.entrypoints.http import asset_events, event_streams
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.event_stream_limit import EventStreamLimit, TooManyStreams
from framewell_gateway.queries.follow_events import FollowEvents
from framewell_gateway.testing import HASHES, ReadModels
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.testing.waiting import patient, remains

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
OTHER = "1c5b2c1e-0000-4000-8000-00000000000b"
WORK = Work(asset_id=ASSET)


async def test_a_fact_delivered_twice_is_recorded_once(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(work=WORK), AssetIngested(work=WORK))
    listed = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert [event["type"] for event in listed] == ["framewell.asset.ingested.v1"]
    assert listed[0]["data"] == {"work": {"asset_id": ASSET}}


async def test_the_same_id_from_two_senders_is_two_events(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(work=WORK), source="/playout-1")
    await mesh.happened(AssetIngested(work=WORK), source="/playout-2")
    listed = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert [event["source"] for event in listed] == ["/playout-1", "/playout-2"]
    assert len({event["id"] for event in listed}) == 1


async def test_reviews_belong_to_the_asset_of_their_sample(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(
        SampleReviewed(sample_id="s1"),
        SampleReviewed(sample_id="s2"),
        SampleProposed(sample_id="s1", provenance=Provenance(asset_id=ASSET)),
        SampleProposed(sample_id="s2", provenance=Provenance(asset_id=OTHER)),
    )
    listed = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert [event["type"].split(".", 1)[1] for event in listed] == [
        "sample.reviewed.v1",
        "sample.proposed.v1",
    ]


async def test_keys_of_maps_from_outside_are_stored_as_they_are(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    labels = {"$where": "1", "a.b": "2", "": "3"}
    await mesh.happened(AssetIngested(work=WORK, labels=labels))
    (event,) = (await gateway.get(f"/v1/assets/{ASSET}/events")).json()["events"]
    assert event["data"]["labels"] == labels


async def test_events_are_listed_by_type_and_counted(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(work=WORK), SampleProposed(provenance=Provenance(asset_id=ASSET)))
    for query, count in (
        ("", 2), ("?page_size=1", 2), ("?type=framewell.asset.ingested.v1", 1),
        ("?type=framewell.asset.ingested.v1&type=framewell.sample.proposed.v1", 2),
        ("?type=framewell.asset.rejected.v1", 0),
    ):  # fmt: skip
        answer = await gateway.get(f"/v1/assets/{ASSET}/events{query}")
        assert (answer.status_code, answer.json()["total_size"]) == (200, count)


AS_STREAM = {"accept": "text/event-stream"}


@pytest.mark.parametrize("headers", [{}, AS_STREAM])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
async def test_an_asset_that_nobody_knows_has_no_events(
    gateway: httpx.AsyncClient, method: str, headers: dict[str, str]
) -> None:
    answer = await gateway.request(method, f"/v1/assets/{ASSET}/events", headers=headers)
    assert answer.status_code == 404


@pytest.mark.parametrize("headers", [{}, AS_STREAM])
async def test_while_ingest_is_away_nobody_says_that_an_asset_is_unknown(
    mesh: Any, gateway: httpx.AsyncClient, headers: dict[str, str]
) -> None:
    mesh.ingest.away = True
    assert (await gateway.get(f"/v1/assets/{ASSET}/events", headers=headers)).status_code == 503


async def test_an_asset_that_ingest_knows_has_a_stream_before_its_first_event(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.ingest.answers["GetAsset"] = GetAssetResponse(asset=IngestAsset(asset_id=ASSET))
    listed = await gateway.get(f"/v1/assets/{ASSET}/events")
    assert (listed.status_code, listed.json()["events"]) == (200, [])
    head = await gateway.head(f"/v1/assets/{ASSET}/events", headers=AS_STREAM)
    assert (head.status_code, head.headers["content-type"]) == (200, "text/event-stream; charset=utf-8")


@pytest.mark.parametrize(
    "key", ["nonsense", "a b#c", "#", "x#" + "y" * 3000, "/test#é".encode().decode("latin-1")]
)
async def test_a_place_to_resume_that_no_event_has_is_refused(
    mesh: Any, gateway: httpx.AsyncClient, key: str
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    headers = httpx.Headers({**AS_STREAM, "last-event-id": key}, encoding="latin-1")
    answer = await gateway.get(f"/v1/assets/{ASSET}/events", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_place_in_another_assets_stream_is_refused(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    (other,) = await mesh.happened(AssetIngested(work=Work(asset_id=OTHER)))
    headers = {**AS_STREAM, "last-event-id": other}
    answer = await gateway.get(f"/v1/assets/{ASSET}/events", headers=headers)
    assert answer.status_code == 422
    assert OTHER in answer.json()["detail"]


async def test_streams_are_counted_by_caller_and_in_all() -> None:
    limit = EventStreamLimit(most_of_caller=2, most=3)
    async with limit.opened("anna"), limit.opened("anna"):
        with pytest.raises(TooManyStreams) as of_caller:
            limit.check("anna")
        limit.check("bernd")
        async with limit.opened("bernd"):
            with pytest.raises(TooManyStreams) as in_all:
                limit.check("carla")
    assert (of_caller.value.of_caller, in_all.value.of_caller) == (True, False)
    limit.check("anna")


@pytest.mark.parametrize(("most_of_caller", "most", "status"), [(1, 9, 429), (9, 1, 503)])
async def test_beyond_the_bound_a_stream_is_refused_for_now(
    mesh: Any, most_of_caller: int, most: int, status: int
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    context = replace(mesh.context(), stream_limit=EventStreamLimit(most_of_caller, most))
    transport = httpx.ASGITransport(application(context))
    client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
    async with client, context.stream_limit.opened("local"):
        answer = await client.get(f"/v1/assets/{ASSET}/events", headers=AS_STREAM)
    assert answer.status_code == status
    assert int(answer.headers["retry-after"]) > 0


async def test_what_this_process_records_reaches_a_quiet_stream_at_once(mesh: Any) -> None:
    class Asleep(SystemClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.Event().wait()

    events = mesh.events
    await mesh.happened(AssetIngested(work=WORK))
    async with aclosing(FollowEvents(events, Asleep())(ASSET, "/test#none")) as stream:
        (first,) = [await anext(stream)]
        assert first is not None
    (key,) = await mesh.happened(AssetTranscoded(work=WORK))
    async with aclosing(FollowEvents(events, Asleep())(ASSET, key)) as stream:
        assert await anext(stream) is None
        looking = asyncio.ensure_future(anext(stream))
        await remains(lambda: not looking.done(), seconds=0.05)
        late = recorded_event(AssetTranscoded(work=WORK), cause_of("late"), mesh.arrivals.next(), HASHES.of)
        await events.record(late)
        async with patient():
            assert (await looking).id == "late"


def cause_of(event_id: str) -> Cause:
    return Cause(event_id, "/test", "framewell.asset.transcoded.v1", SystemClock().now(), subject=ASSET)


class HeldClock(SystemClock):
    """Sleeps without waiting."""

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


async def until_quiet(stream: AsyncIterator[RecordedEvent | None], most: int = 100) -> list[RecordedEvent]:
    """Events up to the first look without news."""
    events: list[RecordedEvent] = []
    async for event in stream:
        if event is None or len(events) == most:
            break
        events.append(event)
    return events


async def test_the_stream_gives_what_was_and_what_comes_once_each(mesh: Any) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    async with aclosing(FollowEvents(mesh.events, HeldClock())(ASSET)) as stream:
        assert [event.name for event in await until_quiet(stream)] == ["asset.ingested"]
        await mesh.happened(ChunkPlanned(work=WORK, chunk_id="c"), ChunkPlanned(work=Work(asset_id=OTHER)))
        await mesh.happened(AssetTranscoded(work=WORK))
        assert [event.name for event in await until_quiet(stream)] == ["chunk.planned", "asset.transcoded"]


async def test_a_resumed_stream_leaves_nothing_out_and_repeats_nothing(mesh: Any) -> None:
    chunks = [ChunkPlanned(work=WORK, chunk_id=f"c{number}") for number in range(5)]
    ids = await mesh.happened(*chunks)
    resumed = await until_quiet(FollowEvents(mesh.events, HeldClock())(ASSET, ids[2]))
    assert [event.key for event in resumed] == ids[3:]


async def test_a_review_of_an_old_sample_reaches_a_resumed_stream(mesh: Any) -> None:
    class LongAgo(SystemClock):
        def now(self) -> Any:
            return super().now() - timedelta(hours=1)

    proposed = SampleProposed(sample_id="s1", provenance=Provenance(asset_id=ASSET))
    kind, now = "framewell.sample.proposed.v1", SystemClock().now()
    cause = Cause(id="p", source="/test", type=kind, time=now, subject=ASSET)
    await ReadModels(mesh.documents, LongAgo()).record(proposed, cause)
    (last,) = await mesh.happened(AssetIngested(work=WORK))
    (review,) = await mesh.happened(SampleReviewed(sample_id="s1"))
    resumed = await until_quiet(FollowEvents(mesh.events, HeldClock())(ASSET, last))
    assert [event.key for event in resumed] == [review]


async def test_an_unknown_place_to_resume_starts_from_the_beginning(mesh: Any) -> None:
    ids = await mesh.happened(AssetIngested(work=WORK))
    resumed = await until_quiet(FollowEvents(mesh.events, HeldClock())(ASSET, "never seen"))
    assert [event.key for event in resumed] == ids


async def test_events_travel_as_server_sent_events(mesh: Any) -> None:
    (key,) = await mesh.happened(AssetIngested(work=WORK))
    async with aclosing(asset_events.stream(mesh.context(), ASSET, "")) as stream:
        opened, event = await anext(stream), await anext(stream)
    assert opened.startswith(b": ")
    name, data, number = event.decode().strip().split("\n")
    assert (name, number) == ("event: asset.ingested", f"id: {key}")
    assert json.loads(data.removeprefix("data: "))["type"] == "framewell.asset.ingested.v1"


@pytest.mark.parametrize("accept", ["text/event-stream", "text/event-stream, */*", "TEXT/EVENT-STREAM"])
async def test_the_stream_is_asked_for_by_its_media_type(mesh: Any, accept: str) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    request = Request({"type": "http", "method": "GET", "headers": [(b"accept", accept.encode())]})
    response = await asset_events.list_or_follow(mesh.context(), ListEventsRequest(asset_id=ASSET), request)
    assert response.media_type == "text/event-stream"


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("text/event-stream", True),
        ("TEXT/Event-Stream", True),
        ("text/event-stream; charset=utf-8", True),
        ("application/json, text/event-stream", True),
        ("text/event-stream;q=0.5, */*;q=0.1", True),
        ("text/event-stream;q=0", False),
        ("text/event-stream ; Q=0.000", False),
        ("application/json, text/event-stream;q=0.5", False),
        ("text/event-stream;q=0.5, */*", False),
        ("text/event-streams", False),
        ("application/json;profile=text/event-stream", False),
        ("*/*", False),
        ("", False),
    ],
)
def test_accept_is_read_with_its_weights(accept: str, wanted: bool) -> None:
    assert event_streams.wants_stream(accept) == wanted


async def test_a_stream_that_is_refused_by_its_weight_is_a_list(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(AssetIngested(work=WORK))
    headers = {"accept": "text/event-stream;q=0"}
    answer = await gateway.get(f"/v1/assets/{ASSET}/events", headers=headers, timeout=5)
    assert answer.headers["content-type"] == "application/json"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 100])
async def test_pages_of_events_skip_and_repeat_nothing(
    mesh: Any, gateway: httpx.AsyncClient, size: int
) -> None:
    keys = await mesh.happened(*[ChunkPlanned(work=WORK, chunk_id=f"c{number}") for number in range(7)])
    listed, after = [], ""
    while True:
        answer = await gateway.get(f"/v1/assets/{ASSET}/events?page_size={size}{after}")
        page = answer.json()
        assert len(page["events"]) <= size
        listed += [f"{event['source']}#{event['id']}" for event in page["events"]]
        if not page["next_page_token"]:
            break
        after = f"&page_token={page['next_page_token']}"
    assert listed == keys


async def test_a_token_of_another_list_is_refused(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.get(f"/v1/assets/{ASSET}/events?page_token=WyJ4Il0%3D")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_look_of_a_stream_does_not_read_what_the_stream_has_had(mesh: Any) -> None:
    """However long the history: only what arrived since, and a little before it, is read again."""

    class Before(SystemClock):
        def now(self) -> Any:
            return super().now() - timedelta(hours=1)

    mesh.arrivals = Arrivals(Before())
    await mesh.happened(*[ChunkPlanned(work=WORK, chunk_id=f"c{number}") for number in range(200)])
    mesh.arrivals = Arrivals(SystemClock())
    (last,) = await mesh.happened(AssetTranscoded(work=WORK))
    cursor = (await mesh.events.get(last)).cursor
    assert [event.key for event in await mesh.events.since(ASSET, cursor)] == [last]
