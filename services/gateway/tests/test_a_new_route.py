"""A new route is one entry in a table: what `docs/rest.md` says of adding one, done here with two."""

import json
from functools import partial
from typing import Any

import httpx
from jsonschema import Draft202012Validator
from starlette.applications import Starlette

from framewell.ingest.v1.ingest_service_pb2 import (
    CancelIngestRequest,
    CancelIngestResponse,
    GetAssetRequest,
    IngestAsset,
    IngestState,
)
from framewell_contracts.access.rules import BRING_IN, READ
from framewell_gateway.entrypoints.http import openapi, problems, routing
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.ports import Method

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
SHOWN = {
    "asset_id": ASSET,
    "state": "rejected",
    "uri": "file:///a.mp4",
    "labels": {},
    "revision": 2,
    "source": "",
    "generation": 0,
}

# In ports/methods.py: the method.
CANCEL_INGEST = Method("ingest", "CancelIngest", CancelIngestRequest, CancelIngestResponse)


# In queries/: what one method alone does not answer.
async def own_answer(context: AppContext, request: GetAssetRequest) -> IngestAsset:
    return IngestAsset(asset_id=request.asset_id, uri=context.playlist_url("a-1"))


# In routes/assets.py: the entries.
ROUTES = (
    routing.calls(
        "POST /assets/{asset_id}/cancel", "cancelIngest", CANCEL_INGEST, "Stop a fetch under way",
        tag="assets", status=202, answer={"asset": SHOWN},
    ),
    routing.asks(
        "GET /assets/{asset_id}/copy", "getCopy", lambda app: partial(own_answer, app), "Its own answer",
        takes=GetAssetRequest, gives=IngestAsset, tag="assets", answer=SHOWN,
    ),
)  # fmt: skip

# In domain/operation_roles.py: who may.
RULES = {"cancelIngest": BRING_IN, "getCopy": READ}


def served(context: AppContext) -> httpx.AsyncClient:
    app = Starlette(routes=routing.starlette_routes(ROUTES, RULES))
    app.state.context = context
    problems.install(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:7410")


async def test_a_route_of_a_method_is_served_and_described_by_its_entry(mesh: Any) -> None:
    state = IngestState.INGEST_STATE_REJECTED
    asset = IngestAsset(asset_id=ASSET, state=state, uri="file:///a.mp4", revision=2)
    mesh.ingest.answers["CancelIngest"] = CancelIngestResponse(asset=asset)
    async with served(mesh.context()) as client:
        answer = await client.post(f"/v1/assets/{ASSET.upper()}/cancel")
        assert (answer.status_code, answer.json()) == (202, {"asset": SHOWN})
        assert mesh.ingest.asked == [("CancelIngest", CancelIngestRequest(asset_id=ASSET))]
        assert (await client.post("/v1/assets/nonsense/cancel")).status_code == 422
    document = openapi.document(ROUTES, asks_for_tokens=False)
    operation = document["paths"]["/v1/assets/{asset_id}/cancel"]["post"]
    assert operation["operationId"] == "cancelIngest"
    assert "cancelled" in operation["description"]
    (parameter,) = [one for one in operation["parameters"] if one["in"] != "header"]
    assert (parameter["name"], parameter["in"], parameter["required"]) == ("asset_id", "path", True)
    schema = operation["responses"]["202"]["content"]["application/json"]["schema"]
    Draft202012Validator({**schema, "components": document["components"]}).validate(answer.json())


async def test_a_route_of_the_gateways_own_is_served_by_what_its_entry_makes(mesh: Any) -> None:
    async with served(mesh.context("https://archive.example/")) as client:
        answer = await client.get(f"/v1/assets/{ASSET}/copy")
    assert answer.json()["uri"] == "https://archive.example/v1/assets/a-1/playlist/master.m3u8"
    assert json.loads(answer.content)["asset_id"] == ASSET
