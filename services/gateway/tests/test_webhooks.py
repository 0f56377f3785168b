"""Webhooks: signed, repeated until they are taken, never followed anywhere else, and nothing lost."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell_gateway.adapters.webhook_documents import DELIVERIES, WebhookDocuments
from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.commands.deliver_webhooks import DeliverWebhook
from framewell_gateway.domain.webhook_hosts import NotAllowed, require_reachable, target_of
from framewell_gateway.domain.webhooks import (
    DISABLED_AFTER,
    Answer,
    seconds_until_next,
)
from framewell_gateway.entrypoints.webhooks import WebhookService
from framewell_kit.clock import SystemClock
from framewell_kit.paging import PageRequest
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.waiting import eventually

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Later(SystemClock):
    """The machine's clock, set forward by a test."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Receiver:
    """An address that takes deliveries, answering each with the next status of its list, else 204."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        _, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self.taken.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = self.statuses.pop(0) if self.statuses else 204
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=mesh"


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[int]]]:
    servers = []

    async def started(handler: Handler) -> int:
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield started
    for server in servers:
        server.close()


@pytest.fixture
async def receiver(serve: Any) -> Receiver:
    made = Receiver()
    made.port = await serve(made)
    return made


@dataclass
class Bench:
    """What serves webhooks, without the task around it."""

    mesh: Any
    clock: Later
    gateway: httpx.AsyncClient

    def __post_init__(self) -> None:
        self.webhooks = WebhookDocuments(self.mesh.documents)
        self.sender = HttpSender(("127.0.0.1",), seconds=2.0)

    def deliver(self, holder: str = "here", **more: Any) -> DeliverWebhook:
        given = {"sender": self.sender, "events": self.mesh.events, **more}
        return DeliverWebhook(self.webhooks, clock=self.clock, holder=holder, chance=lambda: 0.5, **given)

    async def create(self, url: str, **more: Any) -> dict[str, Any]:
        answer = await self.gateway.post("/v1/webhooks", json={"url": url, **more})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def deliveries(self, webhook_id: str) -> list[dict[str, Any]]:
        answer = await self.gateway.get(f"/v1/webhooks/{webhook_id}/deliveries")
        listed: list[dict[str, Any]] = answer.json()["deliveries"]
        return listed


@pytest.fixture
async def bench(mesh: Any, gateway: httpx.AsyncClient) -> Bench:
    return Bench(mesh, Later(), gateway)


def ingested(number: int = 1) -> AssetIngested:
    return AssetIngested(work=Work(asset_id=ASSET, generation=number))


async def test_an_event_is_a_signed_cloud_event(bench: Bench, receiver: Receiver) -> None:
    made = await bench.create(receiver.url, types=["framewell.asset.ingested.v1"])
    (key,) = await bench.mesh.happened(ingested())
    await bench.mesh.happened(AssetTranscoded(work=Work(asset_id=ASSET)))
    await bench.deliver()(made["webhook"]["webhook_id"])
    ((headers, body),) = receiver.taken
    event = json.loads(body)
    assert headers["content-type"] == "application/cloudevents+json"
    assert (event["specversion"], event["type"], event["subject"]) == (
        "1.0",
        "framewell.asset.ingested.v1",
        ASSET,
    )
    assert f"{event['source']}#{event['id']}" == key
    assert event["data"]["work"]["generation"] == 1
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    secret = base64.b64decode(made["secret"].removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(secret, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{signature}"
    assert abs(int(headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60
    shown = await bench.gateway.get(f"/v1/webhooks/{made['webhook']['webhook_id']}")
    assert made["secret"] not in shown.text
    assert shown.json()["delivered_at"]


async def test_both_secrets_sign_for_a_day_after_a_rotation(bench: Bench, receiver: Receiver) -> None:
    made = await bench.create(receiver.url)
    name = made["webhook"]["webhook_id"]
    rotated = (await bench.gateway.post(f"/v1/webhooks/{name}/secret")).json()
    assert rotated["secret"] != made["secret"]
    await bench.mesh.happened(ingested())
    await bench.deliver()(name)
    bench.clock.ahead = timedelta(hours=25)
    await bench.mesh.happened(ingested(2))
    await bench.deliver()(name)
    assert [len(headers["webhook-signature"].split()) for headers, _ in receiver.taken] == [2, 1]


async def test_what_is_not_taken_is_tried_again_under_the_same_id(bench: Bench, receiver: Receiver) -> None:
    receiver.statuses = [500, 302, 429]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    for waits in (5, 30, 300):
        await bench.deliver()(name)
        (delivery,) = await bench.deliveries(name)
        assert (delivery["state"], delivery["problem"][:4]) == ("waiting", "HTTP")
        taken = len(receiver.taken)
        bench.clock.ahead += timedelta(seconds=waits - 2)
        await bench.deliver()(name)
        assert len(receiver.taken) == taken  # not yet
        bench.clock.ahead += timedelta(seconds=4)
    await bench.deliver()(name)
    (delivery,) = await bench.deliveries(name)
    assert (delivery["state"], delivery["attempts"], delivery["status"]) == ("delivered", 4, 204)
    assert len({headers["webhook-id"] for headers, _ in receiver.taken}) == 1


async def test_after_its_last_attempt_a_delivery_is_a_dead_letter_and_can_be_replayed(
    bench: Bench, receiver: Receiver
) -> None:
    receiver.statuses = [503] * 9
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    for seconds in (5, 30, 300, 1800, 7200, 18_000, 36_000, 36_000, 0):
        await bench.deliver()(name)
        bench.clock.ahead += timedelta(seconds=seconds + 1)
    (dead,) = (await bench.gateway.get(f"/v1/webhooks/{name}/deliveries?state=dead")).json()["deliveries"]
    assert (dead["attempts"], dead["problem"]) == (9, "HTTP 503")
    replayed = await bench.gateway.post(f"/v1/webhooks/{name}/deliveries/replay", json={})
    assert replayed.json() == {"replayed": 1}
    await bench.deliver()(name)
    assert [one["state"] for one in await bench.deliveries(name)] == ["delivered"]


async def test_a_webhook_that_fails_for_days_is_disabled_and_says_why(
    bench: Bench, receiver: Receiver
) -> None:
    receiver.statuses = [500] * 50
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await bench.deliver()(name)
    bench.clock.ahead = DISABLED_AFTER + timedelta(minutes=1)
    await bench.deliver()(name)
    shown = (await bench.gateway.get(f"/v1/webhooks/{name}")).json()
    assert shown["state"] == "disabled"
    assert "every attempt has failed since" in shown["because"]
    assert "HTTP 500" in shown["because"]
    tries = len(receiver.taken)
    await bench.deliver()(name)
    assert len(receiver.taken) == tries


async def test_an_address_that_is_gone_is_disabled_at_once(bench: Bench, receiver: Receiver) -> None:
    receiver.statuses = [410]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await bench.deliver()(name)
    assert (await bench.gateway.get(f"/v1/webhooks/{name}")).json()["state"] == "disabled"


async def test_killed_between_sending_and_noting_it_sends_again_and_loses_nothing(
    bench: Bench, receiver: Receiver
) -> None:
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(*[ingested(number) for number in range(1, 4)])

    class Killed(HttpSender):
        async def send(self, url: str, headers: Any, body: bytes) -> Answer:
            await super().send(url, headers, body)
            raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        await bench.deliver(sender=Killed(("127.0.0.1",)))(name)
    await bench.deliver()(name)
    ids = [headers["webhook-id"] for headers, _ in receiver.taken]
    assert len(ids) == 4
    assert len(set(ids)) == 3
    assert {json.loads(body)["data"]["work"]["generation"] for _, body in receiver.taken} == {1, 2, 3}


async def test_an_event_that_becomes_visible_late_is_delivered_and_none_twice(
    bench: Bench, receiver: Receiver
) -> None:
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested(1))
    (late,) = await bench.mesh.happened(ingested(2))
    hidden = await bench.mesh.documents.get("events", late)
    await bench.mesh.documents.delete("events", late)
    await bench.mesh.happened(ingested(3))
    await bench.deliver()(name)
    await bench.mesh.documents.insert_once("events", hidden)
    await bench.deliver()(name)
    await bench.deliver()(name)
    assert [json.loads(body)["data"]["work"]["generation"] for _, body in receiver.taken] == [1, 3, 2]


async def test_what_was_erased_before_it_was_sent_is_sent_to_nobody(bench: Bench, receiver: Receiver) -> None:
    receiver.statuses = [500]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await bench.deliver()(name)
    await bench.mesh.models.erase(erasure_plan(asset_ids=[ASSET]), None)
    bench.clock.ahead = timedelta(minutes=1)
    await bench.deliver()(name)
    (delivery,) = await bench.deliveries(name)
    assert (len(receiver.taken), delivery["state"], delivery["problem"]) == (
        1,
        "dead",
        "its event was erased",
    )


async def test_of_two_gateways_one_serves_a_webhook(bench: Bench, receiver: Receiver) -> None:
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await asyncio.gather(bench.deliver("one")(name), bench.deliver("two")(name))
    assert len(receiver.taken) == 1
    bench.clock.ahead = timedelta(minutes=2)  # the one that served it has died
    await bench.mesh.happened(ingested(2))
    await bench.deliver("two")(name)
    assert len(receiver.taken) == 2


async def test_the_line_of_a_webhook_is_bounded_and_the_rest_waits_in_the_timeline(
    bench: Bench, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("framewell_gateway.commands.deliver_webhooks.MOST_WAITING", 3)
    monkeypatch.setattr("framewell_gateway.commands.deliver_webhooks._BATCH", 3)
    receiver.statuses = [500] * 3
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(*[ingested(number) for number in range(1, 9)])
    await bench.deliver()(name)
    await bench.deliver()(name)
    assert len(await bench.mesh.documents.find(DELIVERIES, {})) == 3
    bench.clock.ahead = timedelta(minutes=1)
    for _ in range(6):
        await bench.deliver()(name)
    seen = {json.loads(body)["data"]["work"]["generation"] for _, body in receiver.taken}
    assert seen == set(range(1, 9))


async def test_one_dead_endpoint_holds_up_no_other(bench: Bench, receiver: Receiver, serve: Any) -> None:
    async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.Event().wait()

    await bench.create(f"http://127.0.0.1:{await serve(hangs)}/")
    await bench.create(receiver.url)
    service = WebhookService(bench.webhooks, bench.mesh.events, bench.deliver(), SystemClock())
    await service.start()
    try:
        await eventually(lambda: len(service._serving) == 2)
        assert service.waiting() == ""
        await bench.mesh.happened(ingested())
        await eventually(lambda: receiver.taken)
    finally:
        await service.stop(2)


# --- hostile addresses


async def answers_with(serve: Any, content: bytes, *, again: bool = False) -> str:
    async def handler(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        try:
            writer.write(content)
            while again:
                writer.write(b"x" * 65536)
                await writer.drain()
        except ConnectionError:
            pass
        writer.close()

    return f"http://127.0.0.1:{await serve(handler)}/"


@pytest.mark.parametrize(
    ("content", "again", "status", "problem"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 10000000000\r\n\r\n", True, 200, ""),
        (b"HTTP/1.1 200 OK\r\nx: ", True, 0, "RemoteProtocolError"),
        (b"HTTP/1.1 302 Found\r\nlocation: http://169.254.169.254/\r\n\r\n", False, 302, "redirects"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", False, 0, "RemoteProtocolError"),
        (b"", False, 0, "closed without an answer"),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No\r\n\r\n", False, 204, ""),
    ],
)
async def test_of_an_answer_nothing_but_its_head_is_read(
    serve: Any, content: bytes, again: bool, status: int, problem: str
) -> None:
    url = await answers_with(serve, content, again=again)
    answer = await HttpSender(("127.0.0.1",)).send(url, {"a": "b"}, b"{}")
    assert answer.status == status
    assert problem in answer.problem
    assert bool(answer.problem) is not answer.is_taken


async def test_who_answers_byte_by_byte_is_not_waited_for(serve: Any) -> None:
    async def drips(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            writer.write(b"H")
            await asyncio.sleep(0.05)

    url = f"http://127.0.0.1:{await serve(drips)}/"
    answer = await HttpSender(("127.0.0.1",), seconds=0.3).send(url, {}, b"{}")
    assert (answer.status, answer.problem) == (0, "no answer within 0.3 s")


async def test_nobody_listening_is_a_sentence() -> None:
    answer = await HttpSender(("127.0.0.1",)).send("http://127.0.0.1:1/", {}, b"")
    assert answer.status == 0
    assert "Connect" in answer.problem


@pytest.mark.parametrize(
    ("url", "allowed", "is_allowed"),
    [
        ("https://mam.example/x", ["mam.example"], True),
        ("https://MAM.example./x", ["mam.example"], False),
        ("https://mam.example:8443/x", ["mam.example:8443"], True),
        ("https://mam.example/x", ["mam.example:8443"], False),
        ("https://a.mam.example/x", ["*.mam.example"], True),
        ("https://mam.example/x", ["*.mam.example"], False),
        ("https://evil-mam.example/x", ["mam.example", "*.mam.example"], False),
        ("https://mam.example@evil.example/", ["mam.example"], False),
        ("https://user:pass@mam.example/", ["mam.example"], False),
        ("https://evil.example/#mam.example", ["mam.example"], False),
        ("https://mam.example\\@evil.example/", ["mam.example"], False),
        ("http://[::1]:9/", ["[::1]"], True),
        ("http://[::1]:9/", ["[::1]:9"], True),
        ("http://127.0.0.1/", [], False),
        ("http://2130706433/", ["127.0.0.1"], False),
        ("ftp://mam.example/", ["mam.example"], False),
        ("http://mam.example:99999/", ["mam.example"], False),
        ("http:///x", [""], False),
        ("https://xn--mller-kva.example/", ["xn--mller-kva.example"], True),
        ("https://müller.example/", ["xn--mller-kva.example"], True),
    ],
)
def test_webhooks_lead_where_the_operator_allows(url: str, allowed: list[str], is_allowed: bool) -> None:
    if is_allowed:
        target_of(url, allowed)
    else:
        with pytest.raises(NotAllowed):
            target_of(url, allowed)


@pytest.mark.parametrize(
    ("address", "reached"),
    [
        ("10.0.0.7", True), ("93.184.216.34", True), ("fd00::7", True), ("127.0.0.1", False), ("::1", False),
        ("::ffff:127.0.0.1", False), ("169.254.169.254", False), ("::ffff:169.254.169.254", False),
        ("fe80::1%eth0", False), ("0.0.0.0", False), ("224.0.0.1", False), ("255.255.255.255", False),
    ],
)  # fmt: skip
def test_a_name_that_leads_to_this_machine_or_to_no_server_is_not_followed(
    address: str, reached: bool
) -> None:
    target = target_of("https://mam.example/", ["mam.example"])
    if reached:
        require_reachable(target, address)
    else:
        with pytest.raises(NotAllowed):
            require_reachable(target, address)


async def test_a_name_that_leads_elsewhere_later_is_looked_at_when_it_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def rebound(target: Any) -> str:
        return "127.0.0.1"

    monkeypatch.setattr("framewell_gateway.adapters.webhook_sender._address_of", rebound)
    sender = HttpSender(("mam.example",))
    sender.check("http://mam.example/")
    answer = await sender.send("http://mam.example/", {}, b"{}")
    assert (answer.status, "this very machine" in answer.problem) == (0, True)


# --- over REST


async def test_an_address_that_is_not_allowed_is_refused_with_the_setting(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/webhooks", json={"url": "https://evil.example/"})
    assert answer.status_code == 422
    assert "FRAMEWELL_GATEWAY_WEBHOOK_HOSTS" in answer.json()["detail"]
    for wrong in ({"types": ["framewell.no.such.v1"]}, {"service": "nobody"}, {"url": "javascript:alert(1)"}):
        body = {"url": "https://mam.example/", **wrong}
        assert (await gateway.post("/v1/webhooks", json=body)).status_code == 422, wrong


async def test_a_webhook_is_listed_changed_paused_and_deleted(bench: Bench, receiver: Receiver) -> None:
    made = (await bench.create(receiver.url, description="x"))["webhook"]
    path = f"/v1/webhooks/{made['webhook_id']}"
    listed = (await bench.gateway.get("/v1/webhooks")).json()
    assert (listed["total_size"], [one["url"] for one in listed["webhooks"]]) == (1, [receiver.url])
    changed = await bench.gateway.patch(
        path, json={"active": False, "types": ["framewell.asset.ingested.v1"]}
    )
    assert (changed.json()["state"], changed.json()["revision"]) == ("paused", 2)
    await bench.mesh.happened(ingested())
    await bench.deliver()(made["webhook_id"])
    assert receiver.taken == []
    await bench.gateway.patch(path, json={"active": True, "every_type": True})
    await bench.deliver()(made["webhook_id"])
    assert len(receiver.taken) == 1  # it waited in the timeline
    assert (await bench.gateway.delete(path)).status_code == 200
    for request in (bench.gateway.get(path), bench.gateway.delete(path), bench.gateway.post(f"{path}/test")):
        assert (await request).status_code == 404
    assert await bench.mesh.documents.find(DELIVERIES, {}) == []


async def test_a_try_says_what_came_of_it(bench: Bench, receiver: Receiver) -> None:
    receiver.statuses = [204, 500]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    tried = [(await bench.gateway.post(f"/v1/webhooks/{name}/test")).json() for _ in range(2)]
    assert [(one["delivered"], one["status"], one["problem"]) for one in tried] == [
        (True, 204, ""), (False, 500, "HTTP 500"),
    ]  # fmt: skip
    assert json.loads(receiver.taken[0][1])["type"] == "framewell.webhook.tested.v1"


async def test_a_delivery_that_was_taken_is_forgotten_after_a_week(bench: Bench, receiver: Receiver) -> None:
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await bench.deliver()(name)
    bench.clock.ahead = timedelta(days=8)
    await bench.deliver()(name)
    page = await bench.webhooks.deliveries(name, [], PageRequest())
    assert page.items == []


def test_attempts_are_spread_and_end() -> None:
    assert seconds_until_next(1, 0.0) == 4
    assert seconds_until_next(1, 1.0) == pytest.approx(6)
    assert seconds_until_next(8, 0.5) == 36_000
    assert seconds_until_next(9, 0.5) is None
