"""Webhooks over REST: made, listed, changed, tried."""

import json
from datetime import timedelta
from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import Work
from framewell_gateway.adapters.webhook_documents import DELIVERIES
from framewell_gateway.domain.webhooks import (
    seconds_until_next,
)
from framewell_kit.paging import PageRequest

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def ingested(number: int = 1) -> AssetIngested:
    return AssetIngested(work=Work(asset_id=ASSET, generation=number))


async def test_an_address_that_is_not_allowed_is_refused_with_the_setting(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/webhooks", json={"url": "https://evil.example/"})
    assert answer.status_code == 422
    assert "FRAMEWELL_GATEWAY_WEBHOOK_HOSTS" in answer.json()["detail"]
    for wrong in ({"types": ["framewell.no.such.v1"]}, {"service": "nobody"}, {"url": "javascript:alert(1)"}):
        body = {"url": "https://mam.example/", **wrong}
        assert (await gateway.post("/v1/webhooks", json=body)).status_code == 422, wrong


async def test_a_webhook_is_listed_changed_paused_and_deleted(bench: Any, receiver: Any) -> None:
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


async def test_a_try_says_what_came_of_it(bench: Any, receiver: Any) -> None:
    receiver.statuses = [204, 500]
    name = (await bench.create(receiver.url))["webhook"]["webhook_id"]
    tried = [(await bench.gateway.post(f"/v1/webhooks/{name}/test")).json() for _ in range(2)]
    assert [(one["delivered"], one["status"], one["problem"]) for one in tried] == [
        (True, 204, ""), (False, 500, "HTTP 500"),
    ]  # fmt: skip
    assert json.loads(receiver.taken[0][1])["type"] == "framewell.webhook.tested.v1"


async def test_a_delivery_that_was_taken_is_forgotten_after_a_week(bench: Any, receiver: Any) -> None:
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
