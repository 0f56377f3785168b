"""A page token opens the list that gave it out, with its filters, and no other."""

from typing import Any

import httpx
import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.dataset.v1.snapshot_service_pb2 import ListSnapshotsResponse
from framewell.media.v1.media_pb2 import Work
from framewell.training.v1.training_service_pb2 import ListRunsResponse

ASSETS = [f"1c5b2c1e-0000-4000-8000-00000000000{one}" for one in "abcd"]
PLACE = "WyIyMDI2LTExLTIyVDE4OjAwOjAwKzAwOjAwIiwiciJd"
"""A place in a list in order of time, as a service gives it."""


async def ingested(mesh: Any, *asset_ids: str) -> None:
    for one in asset_ids:
        await mesh.happened(AssetIngested(work=Work(asset_id=one, generation=1)))


@pytest.fixture
def lists(mesh: Any) -> Any:
    mesh.training.answers["ListRuns"] = ListRunsResponse(next_page_token=PLACE)
    mesh.dataset.answers["ListSnapshots"] = ListSnapshotsResponse(next_page_token=PLACE)
    return mesh


async def test_a_token_leads_to_the_place_that_the_service_gave(
    lists: Any, gateway: httpx.AsyncClient
) -> None:
    first = (await gateway.get("/v1/runs?state=done&page_size=1")).json()["next_page_token"]
    second = await gateway.get("/v1/runs", params={"state": "done", "page_size": 7, "page_token": first})
    assert second.status_code == 200
    assert [request.page_token for _, request in lists.training.asked] == ["", PLACE]
    assert PLACE not in (first.partition(".")[0], "")


@pytest.mark.parametrize(
    "other",
    [
        "/v1/snapshots",
        "/v1/runs?dataset_id=people",
        "/v1/runs?state=failed",
        "/v1/runs?state=done&state=failed",
    ],
)
async def test_a_token_of_another_list_or_of_other_filters_is_refused_with_a_word(
    lists: Any, gateway: httpx.AsyncClient, other: str
) -> None:
    token = (await gateway.get("/v1/runs?state=done")).json()["next_page_token"]
    asked = len(lists.training.asked)
    refused = await gateway.get(httpx.URL(other).copy_add_param("page_token", token))
    assert (refused.status_code, refused.json()["reason"]) == (422, "bad_page_token")
    assert refused.json()["errors"][0]["field"] == "page_token"
    assert "begin without a token" in refused.json()["detail"]
    assert len(lists.training.asked) == asked


@pytest.mark.parametrize("token", [PLACE, "x", "x.", ".x", "é"])
async def test_a_token_that_nobody_gave_out_is_refused(gateway: httpx.AsyncClient, token: str) -> None:
    refused = await gateway.get("/v1/runs", params={"page_token": token})
    assert (refused.status_code, refused.json()["reason"]) == (422, "bad_page_token")


async def test_what_is_added_meanwhile_moves_no_page(mesh: Any, gateway: httpx.AsyncClient) -> None:
    await ingested(mesh, *ASSETS[1:3])
    first = (await gateway.get("/v1/assets?order_by=requested_at&page_size=1")).json()
    await ingested(mesh, ASSETS[0], ASSETS[3])
    query = {"order_by": "requested_at", "page_token": first["next_page_token"]}
    rest = (await gateway.get("/v1/assets", params=query)).json()
    seen = [one["asset_id"] for one in (*first["assets"], *rest["assets"])]
    assert len(seen) == len(set(seen))
    assert set(ASSETS[1:]) <= set(seen)
