"""What happens in the whole mesh: the list, and the stream that a client may resume."""

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1.media_pb2 import Work
from framewell.mesh.v1.mesh_pb2 import Actor, ModelVersion, Subject
from framewell.model.v1.model_pb2 import ModelPromoted
from framewell.rights.v1.rights_pb2 import RightsChanged, RightsStatement
from framewell_contracts.fact_types import FACTS
from framewell_gateway.domain.events import Arrivals, EventFilter, RecordedEvent, recorded_event
from framewell_gateway.domain.mesh_facts import in_ids_and_numbers
from framewell_gateway.entrypoints.http import mesh_events
from framewell_gateway.entrypoints.http.event_streams import EventStream
from framewell_gateway.queries import follow_mesh
from framewell_gateway.queries.follow_mesh import MOST_BEHIND, FollowMesh, Place
from framewell_gateway.testing import HASHES, ReadModels
from framewell_kit.clock import SystemClock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Busy
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.waiting import patient

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
OTHER = "1c5b2c1e-0000-4000-8000-00000000000b"
AS_STREAM = {"accept": "text/event-stream"}
PROMOTED = ModelPromoted(model=ModelVersion(name="identity/people", version="3.0"), revision=3)
EVERYTHING = EventFilter()


def ingested(asset_id: str = ASSET) -> AssetIngested:
    return AssetIngested(work=Work(asset_id=asset_id))


def chunks(count: int) -> list[Message]:
    return [ChunkPlanned(work=Work(asset_id=ASSET), chunk_id=f"c{number}") for number in range(count)]


async def told(stream: AsyncIterator[Any], count: int) -> list[Any]:
    """The next things that a stream tells; quiet moments are left out."""
    found: list[Any] = []
    async with patient():
        while len(found) < count:
            each = await anext(stream)
            if each is not None:
                found.append(each)
    return found


# --- the list


async def test_the_list_has_events_of_assets_and_of_none(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(ingested(), PROMOTED, ingested(OTHER))
    listed = (await gateway.get("/v1/events")).json()
    assert [event["type"].split(".", 1)[1] for event in listed["events"]] == [
        "asset.ingested.v1", "model.promoted.v1", "asset.ingested.v1",
    ]  # fmt: skip
    assert listed["total_size"] == 3
    newest = (await gateway.get("/v1/events?newest_first=true&page_size=2")).json()
    assert [event["subject"] for event in newest["events"]] == [OTHER, ""]
    last = await gateway.get(
        "/v1/events", params={"newest_first": "true", "page_token": newest["next_page_token"]}
    )
    assert [event["subject"] for event in last.json()["events"]] == [ASSET]
    wrong = await gateway.get("/v1/events", params={"page_token": newest["next_page_token"]})
    assert (wrong.status_code, wrong.json()["errors"][0]["field"]) == (422, "page_token")


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("", 4),
        ("?type=framewell.model.promoted.v1", 1),
        ("?type=framewell.model.promoted.v1&type=framewell.asset.ingested.v1", 3),
        (f"?asset_id={ASSET.upper()}", 2),
        ("?service=training", 1),
        ("?service=nobody", 0),
    ],
)
async def test_events_are_listed_by_type_asset_and_service(
    mesh: Any, gateway: httpx.AsyncClient, query: str, count: int
) -> None:
    await mesh.happened(ingested(), ingested(OTHER), AssetTranscoded(work=Work(asset_id=ASSET)))
    await mesh.happened(PROMOTED, source="framewell/training")
    answer = (await gateway.get(f"/v1/events{query}")).json()
    assert (len(answer["events"]), answer["total_size"]) == (count, count)


@pytest.mark.parametrize("size", [1, 2, 3, 100])
@pytest.mark.parametrize("newest_first", [False, True])
async def test_pages_skip_and_repeat_nothing(
    mesh: Any, gateway: httpx.AsyncClient, size: int, newest_first: bool
) -> None:
    keys = await mesh.happened(*chunks(7))
    listed: list[str] = []
    token = ""
    while True:
        asked: dict[str, str] = {"page_size": str(size), "newest_first": str(newest_first).lower()}
        page = (
            await gateway.get("/v1/events", params=asked | ({"page_token": token} if token else {}))
        ).json()
        listed += [f"{event['source']}#{event['id']}" for event in page["events"]]
        token = page["next_page_token"]
        if not token:
            break
    assert listed == (keys[::-1] if newest_first else keys)


async def test_the_list_goes_on_after_an_event(mesh: Any, gateway: httpx.AsyncClient) -> None:
    keys = await mesh.happened(*chunks(4))
    answer = (await gateway.get("/v1/events", params={"after": keys[1], "page_size": 1})).json()
    rest = await gateway.get("/v1/events", params={"after": keys[1], "page_token": answer["next_page_token"]})
    found = [f"{event['source']}#{event['id']}" for event in answer["events"] + rest.json()["events"]]
    assert found == keys[2:]
    assert answer["total_size"] == 2
    assert (await gateway.get("/v1/events?after=x%23gone")).status_code == 410
    assert (await gateway.get("/v1/events?after=nonsense")).status_code == 422


async def test_a_fact_of_no_asset_is_told_without_anybodys_words(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    statement = RightsStatement(issuer="Agentur Bluu", holder="Agentur Bluu", verbatim="Geheimes")
    changed = RightsChanged(
        subject=Subject(holder="Agentur Bluu"),
        statements=[statement],
        revision=4,
        actor=Actor(principal="anna"),
    )
    await mesh.happened(changed)
    listed = await gateway.get("/v1/events")
    assert "Bluu" not in listed.text
    assert "Geheimes" not in listed.text
    (event,) = listed.json()["events"]
    assert (event["data"]["revision"], event["data"]["actor"]["principal"]) == (4, "anna")


@pytest.mark.parametrize("kind", FACTS)
def test_no_fact_of_no_asset_keeps_a_field_of_words(kind: str) -> None:
    """Whatever facts there will be: what is kept of them are ids and what stands in the table."""
    words = {"holder", "issuer", "verbatim", "reason", "detail", "note", "statements", "subject", "source"}
    data = dict.fromkeys((field.name for field in FACTS[kind].message.DESCRIPTOR.fields), "x")
    cause = Cause("1", "/test", kind, SystemClock().now())
    kept = recorded_event(FACTS[kind].message(), cause, 1, HASHES.of).data
    assert not words & kept.keys()
    assert not words & in_ids_and_numbers(kind, data).keys()


async def test_what_was_erased_is_in_no_list_of_the_mesh(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await mesh.happened(ingested(), ingested(OTHER))
    await mesh.models.erase(erasure_plan(asset_ids=[ASSET]), None)
    listed = (await gateway.get("/v1/events")).json()
    assert [event["subject"] for event in listed["events"]] == [OTHER]


# --- the stream


@pytest.fixture
def feed(mesh: Any) -> FollowMesh:
    return FollowMesh(mesh.events, SystemClock())


async def test_a_stream_without_a_place_begins_now_and_says_where(mesh: Any, feed: FollowMesh) -> None:
    keys = await mesh.happened(*chunks(2))
    async with aclosing(feed(EVERYTHING)) as stream:
        assert await told(stream, 1) == [Place(keys[1])]
        (key,) = await mesh.happened(PROMOTED)
        assert [event.key for event in await told(stream, 1)] == [key]


async def test_a_resumed_stream_leaves_nothing_out_and_repeats_nothing(mesh: Any, feed: FollowMesh) -> None:
    keys = await mesh.happened(*chunks(5))
    async with aclosing(feed(EVERYTHING, keys[2])) as stream:
        assert [event.key for event in await told(stream, 2)] == keys[3:]
        (key,) = await mesh.happened(PROMOTED)
        assert [event.key for event in await told(stream, 1)] == [key]


async def test_a_stream_tells_only_what_is_meant(mesh: Any, feed: FollowMesh) -> None:
    (first,) = await mesh.happened(ingested(OTHER))
    await mesh.happened(ingested())
    wanted = EventFilter(frozenset({"framewell.model.promoted.v1"}))
    async with aclosing(feed(wanted, first)) as stream:
        assert await anext(stream) is None
        await mesh.happened(AssetTranscoded(work=Work(asset_id=ASSET)), PROMOTED)
        assert [event.name for event in await told(stream, 1)] == ["model.promoted"]


async def test_what_another_gateway_records_reaches_the_stream(mesh: Any, feed: FollowMesh) -> None:
    async with aclosing(feed(EVERYTHING)) as stream:
        await told(stream, 1)
        other = ReadModels(mesh.documents)  # its own process: nobody tells this one
        late = recorded_event(ingested(), cause_of("late"), Arrivals(SystemClock()).next(), HASHES.of)
        await other.events.record(late)
        assert [event.id for event in await told(stream, 1)] == ["late"]


def cause_of(event_id: str) -> Cause:
    return Cause(event_id, "/test", "framewell.asset.ingested.v1", SystemClock().now(), subject=ASSET)


@pytest.mark.parametrize("place", ["/test#never", "x#y"])
async def test_a_place_that_is_not_known_is_a_resync(mesh: Any, feed: FollowMesh, place: str) -> None:
    keys = await mesh.happened(*chunks(3))
    async with aclosing(feed(EVERYTHING, place)) as stream:
        (first,) = await told(stream, 1)
        assert isinstance(first, Place)
        assert first.key == keys[2]
        assert "not known any more" in first.reason
        (key,) = await mesh.happened(PROMOTED)
        assert [event.key for event in await told(stream, 1)] == [key]


async def test_a_place_of_days_ago_is_a_resync(mesh: Any, feed: FollowMesh) -> None:
    class LongAgo(SystemClock):
        def now(self) -> Any:
            return super().now() - timedelta(days=2)

    mesh.arrivals = Arrivals(LongAgo())
    (old,) = await mesh.happened(ingested())
    async with aclosing(feed(EVERYTHING, old)) as stream:
        (first,) = await told(stream, 1)
    assert isinstance(first, Place)
    assert first.reason


async def test_too_far_behind_is_a_resync(
    mesh: Any, feed: FollowMesh, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_mesh, "MOST_BEHIND", 5)
    keys = await mesh.happened(*chunks(7))
    async with aclosing(feed(EVERYTHING, keys[0])) as stream:
        (first,) = await told(stream, 1)
    assert (first.key, "more than 5" in first.reason) == (keys[-1], True)
    async with aclosing(feed(EVERYTHING, keys[1])) as stream:
        assert [event.key for event in await told(stream, 5)] == keys[2:]


async def test_a_caller_that_does_not_read_costs_no_more_than_its_bound(mesh: Any, feed: FollowMesh) -> None:
    async with aclosing(feed(EVERYTHING)) as stream:
        await told(stream, 1)
        keys = await mesh.happened(*chunks(MOST_BEHIND + 50))
        (inbox,) = feed._inboxes
        assert len(inbox.waiting) <= MOST_BEHIND
        (first,) = await told(stream, 1)
        assert isinstance(first, Place)
        assert (first.key, "waited for you" in first.reason) == (keys[-1], True)
        (key,) = await mesh.happened(PROMOTED)
        assert [event.key for event in await told(stream, 1)] == [key]


async def test_nobody_looks_when_nobody_listens(mesh: Any, feed: FollowMesh) -> None:
    async with aclosing(feed(EVERYTHING)) as stream:
        await told(stream, 1)
        looking = feed._looking
        assert looking is not None
    assert looking.cancelling()
    assert not feed._inboxes


async def test_while_the_store_is_away_a_stream_opens_and_begins_when_it_is_back(
    mesh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Hasty(SystemClock):
        async def sleep(self, seconds: float) -> None:
            await asyncio.sleep(0)

    events = mesh.events
    looks = iter([Busy("away"), None])

    async def newest() -> RecordedEvent | None:
        if error := next(looks):
            raise error
        return None

    monkeypatch.setattr(events, "newest", newest)
    async with aclosing(FollowMesh(events, Hasty())(EVERYTHING)) as stream:
        assert await anext(stream) is None
        assert await anext(stream) == Place("")


async def test_events_and_resyncs_travel_as_server_sent_events(mesh: Any) -> None:
    (key,) = await mesh.happened(ingested())
    async with aclosing(mesh_events.stream(mesh.context(), EVERYTHING, "")) as stream:
        opened, place = await anext(stream), await anext(stream)
        assert (opened[:2], place) == (b": ", f"id: {key}\n\n".encode())
        await mesh.happened(PROMOTED)
        async with patient():
            name, data, number = (await anext(stream)).decode().strip().split("\n")
    assert name == "event: model.promoted"
    assert json.loads(data.removeprefix("data: "))["data"]["model"]["version"] == "3.0"
    assert number.startswith("id: /test#")
    async with aclosing(mesh_events.stream(mesh.context(), EVERYTHING, "/test#gone")) as stream:
        await anext(stream)
        name, data, number = (await anext(stream)).decode().strip().split("\n")
    assert (name, json.loads(data.removeprefix("data: ")).keys()) == ("event: resync", {"reason"})


@pytest.mark.parametrize("key", ["nonsense", "a b#c", "#", "x#" + "y" * 3000])
@pytest.mark.parametrize("by_header", [True, False])
async def test_a_place_that_no_event_can_have_is_refused(
    gateway: httpx.AsyncClient, key: str, by_header: bool
) -> None:
    headers = AS_STREAM | ({"last-event-id": key} if by_header else {})
    answer = await gateway.get("/v1/events", headers=headers, params={} if by_header else {"after": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


async def test_a_caller_that_reads_nothing_is_let_go(mesh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("framewell_gateway.entrypoints.http.event_streams.SLOWEST_SECONDS", 0.05)

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b": x\n\n"

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "http.response.body" and message.get("more_body"):
            await asyncio.Event().wait()

    async def receive() -> Any:
        await asyncio.Event().wait()

    response = EventStream(mesh.context(), endless(), "anna")
    async with patient():
        await response({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send)
    assert sent[0]["status"] == 200


async def test_a_stream_does_not_outlive_the_right_of_whoever_opened_it(
    mesh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewell_gateway.entrypoints.http.event_streams.COMMENT_SECONDS", 0.01)
    context, asked = mesh.context(), 0

    async def holds(_: Any) -> bool:
        nonlocal asked
        asked += 1
        return asked < 3

    monkeypatch.setattr(type(context.access.admit), "holds", lambda _, principal: holds(principal))

    async def silent() -> AsyncGenerator[bytes, None]:
        yield b": open\n\n"
        await asyncio.Event().wait()

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    async with patient():
        await EventStream(context, silent(), "anna")(
            {"type": "http", "asgi": {"spec_version": "2.4"}}, receive, send
        )
    assert asked == 3
    assert [one.get("more_body") for one in sent[1:]] == [True, False]
