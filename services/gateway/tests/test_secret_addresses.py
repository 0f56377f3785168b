"""A password or signature in an address reaches whoever fetches; no answer and no document holds it."""

from typing import Any

import httpx
import pytest

from framewell.ingest.v1.ingest_pb2 import IngestRequested
from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse
from framewell.segment.v1.segment_pb2 import SegmentArrived
from framewell_kit.outcomes import Rejected

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
CANARY = "cAnArY7r0b1n5s0ngX9q"
SIGNED = f"https://archive.example/a.mp4?id=1&X-Amz-Signature={CANARY}"
LOGIN = f"https://editor:{CANARY}@archive.example/a.mp4"


async def test_a_request_that_was_published_with_a_secret_is_recorded_without(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    await mesh.happened(
        IngestRequested(asset_id=ASSET, uri=SIGNED, existing_proxy=LOGIN),
        SegmentArrived(asset_id=ASSET, uri=LOGIN),
    )
    listed = await gateway.get(f"/v1/assets/{ASSET}/events")
    assert [event["data"]["uri"] for event in listed.json()["events"]] == [
        "https://archive.example/a.mp4?id=1&X-Amz-Signature=REDACTED",
        "https://REDACTED@archive.example/a.mp4",
    ]
    assert CANARY not in listed.text
    assert CANARY not in repr(mesh.documents._collections)


async def test_a_signed_address_reaches_ingest_whole_and_is_kept_nowhere(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.ingest.answers["Submit"] = SubmitResponse(asset_id=ASSET)
    answer = await gateway.post("/v1/assets", json={"uri": SIGNED})
    assert answer.status_code == 202
    (asked,) = (asked for method, asked in mesh.ingest.asked if method == "Submit")
    assert asked.request.uri == SIGNED
    assert CANARY not in answer.text
    for path in (f"/v1/assets/{ASSET}", "/v1/assets", f"/v1/assets/{ASSET}/why"):
        assert CANARY not in (await gateway.get(path)).text
    assert CANARY not in repr(mesh.documents._collections)


@pytest.mark.parametrize(
    "body",
    [
        {"uri": f"ftp://editor:{CANARY}@archive.example/a.mp4"},
        {"uri": f"//editor:{CANARY}@archive.example/a.mp4"},
        {"uri": f"https://archive.example/a.mp4?sig={CANARY}", "urn": 1},
        {"uri": f"https://archive.example/a.mp4?sig={CANARY}" + "x" * 5000},
        {"uri": [f"https://archive.example/a.mp4?sig={CANARY}"]},
        {"uri": "https://archive.example/a.mp4", "asset_id": SIGNED},
        {"uri": "https://archive.example/a.mp4", "lane": LOGIN},
        {SIGNED: 1},
    ],
)
async def test_no_refusal_repeats_a_secret(gateway: httpx.AsyncClient, body: Any) -> None:
    answer = await gateway.post("/v1/assets", json=body)
    assert answer.status_code == 422
    assert CANARY not in answer.text


async def test_no_refusal_of_a_service_repeats_a_secret(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.ingest.answers["Submit"] = Rejected(f"uri {LOGIN} is refused")
    answer = await gateway.post("/v1/assets", json={"uri": LOGIN})
    assert (answer.status_code, CANARY in answer.text) == (422, False)
