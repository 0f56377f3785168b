"""Events reach their webhooks signed, repeated until they are taken, and nothing is lost."""

import asyncio
import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested, AssetTranscoded
from framewell.media.v1.media_pb2 import Work
from framewell_gateway.adapters.webhook_documents import DELIVERIES
from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.domain.webhooks import (
    DISABLED_AFTER,
    Answer,
)
from framewell_gateway.entrypoints.webhooks import WebhookService
from framewell_kit.clock import SystemClock
from framewell_kit.testing.erasures import erasure_plan
from framewell_kit.testing.waiting import eventually

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def ingested(number: int = 1) -> AssetIngested:
    return AssetIngested(work=Work(asset_id=ASSET, generation=number))


async def test_an_event_is_a_signed_cloud_event(bench: Any, receiver: Any) -> None:
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


async def test_both_secrets_sign_for_a_day_after_a_rotation(bench: Any, receiver: Any) -> None:
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


async def test_what_is_not_taken_is_tried_again_under_the_same_id(bench: Any, receiver: Any) -> None:
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
    bench: Any, receiver: Any
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


async def test_a_webhook_that_fails_for_days_is_disabled_and_says_why(bench: Any, receiver: Any) -> None:
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


async def test_a_delivery_leaves_the_version_that_a_change_rests_on(bench: Any, receiver: Any) -> None:
    receiver.statuses = [204, 500, 410]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    path = f"/v1/webhooks/{name}"
    seen = await bench.gateway.get(path)
    for number in (1, 2):  # one is taken, and one fails
        await bench.mesh.happened(ingested(number))
        await bench.deliver()(name)
    now = await bench.gateway.get(path, headers={"if-none-match": seen.headers["etag"]})
    assert (now.status_code, "delivered_at" in now.json(), "failing_since" in now.json()) == (200, True, True)
    etag = {"if-match": seen.headers["etag"]}
    assert (await bench.gateway.patch(path, json={"description": "a"}, headers=etag)).status_code == 200
    assert (await bench.gateway.patch(path, json={"description": "b"}, headers=etag)).status_code == 412
    etag = {"if-match": (await bench.gateway.get(path)).headers["etag"]}
    await bench.mesh.happened(ingested(3))
    await bench.deliver()(name)  # disabled: what nobody has seen who changes it
    assert (await bench.gateway.patch(path, json={"description": "c"}, headers=etag)).status_code == 412


async def test_an_answer_that_comes_late_disables_no_webhook_that_was_changed_meanwhile(
    bench: Any, receiver: Any
) -> None:
    receiver.statuses = [410]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())

    class Mended(HttpSender):
        async def send(self, url: str, headers: Any, body: bytes) -> Answer:
            answer = await HttpSender.send(self, url, headers, body)
            mended = await bench.gateway.patch(f"/v1/webhooks/{name}", json={"active": True})
            assert mended.status_code == 200
            return answer

    await bench.deliver(sender=Mended(("127.0.0.1",)))(name)
    assert (await bench.gateway.get(f"/v1/webhooks/{name}")).json()["state"] == "active"


async def test_an_address_that_is_gone_is_disabled_at_once(bench: Any, receiver: Any) -> None:
    receiver.statuses = [410]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await bench.deliver()(name)
    assert (await bench.gateway.get(f"/v1/webhooks/{name}")).json()["state"] == "disabled"


async def test_killed_between_sending_and_noting_it_sends_again_and_loses_nothing(
    bench: Any, receiver: Any
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
    bench: Any, receiver: Any
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


async def test_what_was_erased_before_it_was_sent_is_sent_to_nobody(bench: Any, receiver: Any) -> None:
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


async def test_of_two_gateways_one_serves_a_webhook(bench: Any, receiver: Any) -> None:
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    await bench.mesh.happened(ingested())
    await asyncio.gather(bench.deliver("one")(name), bench.deliver("two")(name))
    assert len(receiver.taken) == 1
    bench.clock.ahead = timedelta(minutes=2)  # the one that served it has died
    await bench.mesh.happened(ingested(2))
    await bench.deliver("two")(name)
    assert len(receiver.taken) == 2


async def test_the_line_of_a_webhook_is_bounded_and_the_rest_waits_in_the_timeline(
    bench: Any, receiver: Any, monkeypatch: pytest.MonkeyPatch
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


async def test_one_dead_endpoint_holds_up_no_other(bench: Any, receiver: Any, serve: Any) -> None:
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
