"""Every operation of REST from Python, blocking and asynchronous: what is sent, and what comes back."""

import asyncio
import json
from typing import Any

import pytest

from framewell_client import (
    AsyncGateway,
    Gateway,
    Refused,
    Unreachable,
    each,
    each_of,
    with_etag,
    with_etag_of,
)

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def pages_of_assets(mesh: Any) -> None:
    mesh.answers["GET", "/v1/assets"] = [
        {"assets": [{"asset_id": "a"}, {"asset_id": "b"}], "next_page_token": "t", "total_size": 3},
        {"assets": [{"asset_id": "c"}], "next_page_token": "", "total_size": 3},
    ]


def test_what_is_not_given_is_not_sent_and_lists_are_repeated(answering: Any) -> None:
    answering.answers["GET", "/v1/assets"] = {"assets": [], "next_page_token": "", "total_size": 0}
    with Gateway(answering.address) as gateway:
        gateway.rest.list_assets(state=["analysed", "rejected"], page_size=7)
    assert answering.asked[0][:2] == ("GET", "/v1/assets?page_size=7&state=analysed&state=rejected")


def test_ids_are_quoted_and_bodies_are_documents(answering: Any) -> None:
    answering.answers["POST", "/v1/samples/review"] = {"results": []}
    with Gateway(answering.address) as gateway:
        gateway.rest.review_samples({"reviews": [{"sample_id": "s", "decision": "accept"}]})
        with pytest.raises(Refused) as refused:
            gateway.rest.get_asset("../../secret?x#y")
    assert refused.value.status == 404
    assert json.loads(answering.asked[0][3]) == {"reviews": [{"sample_id": "s", "decision": "accept"}]}
    assert answering.asked[1][1] == "/v1/assets/..%2F..%2Fsecret%3Fx%23y"


def test_a_list_is_read_over_all_of_its_pages(answering: Any) -> None:
    pages_of_assets(answering)
    with Gateway(answering.address) as gateway:
        found = [one["asset_id"] for one in each(gateway.rest.list_assets, "assets", title="news")]
    assert found == ["a", "b", "c"]
    assert answering.asked[1][1].startswith("/v1/assets?page_size=1000&page_token=t")


async def test_the_same_without_blocking(answering: Any) -> None:
    pages_of_assets(answering)
    async with AsyncGateway(answering.address) as gateway:
        found = [one["asset_id"] async for one in each_of(gateway.rest.list_assets, "assets")]
        with pytest.raises(Refused):
            await gateway.rest.get_asset(ASSET)
    assert found == ["a", "b", "c"]


def test_a_change_names_the_version_that_was_read_and_the_key_of_its_request(answering: Any) -> None:
    answering.answers["GET", "/v1/webhooks/w"] = {"webhook_id": "w"}
    answering.answers["PATCH", "/v1/webhooks/w"] = {"webhook_id": "w"}
    answering.answers["POST", "/v1/webhooks"] = {"secret": "s"}
    answering.etags["/v1/webhooks/w"] = '"1"'
    with Gateway(answering.address) as gateway:
        seen, etag = with_etag(gateway.rest.get_webhook, "w")
        gateway.rest.update_webhook("w", {"active": False}, if_match=etag)
        gateway.rest.create_webhook({"url": "https://mam.example/a"}, idempotency_key="k-1")
        made, none = with_etag(gateway.rest.create_webhook, {"url": "https://mam.example/a"})
    assert (seen["webhook_id"], etag, made["secret"], none) == ("w", '"1"', "s", "")
    sent = [asked[2] for asked in answering.asked]
    assert sent[1]["if-match"] == '"1"'
    assert sent[2]["idempotency-key"] == "k-1"
    assert "if-match" not in sent[0]
    assert "idempotency-key" not in sent[3]


async def test_each_task_reads_its_own_version(answering: Any) -> None:
    ids = [f"w{number}" for number in range(5)]
    for one in ids:
        answering.answers["GET", f"/v1/webhooks/{one}"] = {"webhook_id": one}
        answering.etags[f"/v1/webhooks/{one}"] = f'"{one}"'
    async with AsyncGateway(answering.address) as gateway:
        found = await asyncio.gather(*(with_etag_of(gateway.rest.get_webhook, one) for one in ids))
    assert [(seen["webhook_id"], etag) for seen, etag in found] == [(one, f'"{one}"') for one in ids]


async def test_an_asset_is_awaited_over_a_break(answering: Any) -> None:
    path = f"/v1/assets/{ASSET}/events"
    answering.answers["GET", path] = [
        _sse("e1", "framewell.asset.ingested.v1"),
        503,
        _sse("e2", "framewell.asset.analysed.v1"),
    ]
    answering.answers["GET", f"/v1/assets/{ASSET}"] = {"asset_id": ASSET, "state": "analysed"}
    seen: list[str] = []
    async with AsyncGateway(answering.address) as gateway:
        view = await gateway.wait(ASSET, lambda event: seen.append(event["id"]))
    assert (view["state"], seen) == ("analysed", ["e1", "e2"])
    assert [asked[2].get("last-event-id") for asked in answering.asked[:3]] == ["", "1", "1"]


async def test_a_gateway_that_never_answered_is_not_waited_for() -> None:
    async with AsyncGateway("http://127.0.0.1:1") as gateway:
        with pytest.raises(Unreachable):
            await gateway.rest.list_runs()


def _sse(name: str, kind: str) -> bytes:
    event = {"id": name, "type": kind}
    return f"data: {json.dumps(event)}\nid: 1\n\n".encode()
