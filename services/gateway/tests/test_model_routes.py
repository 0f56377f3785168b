"""Models of others over REST: each route is a method of the inference service, asked as whoever calls."""

from typing import Any

import httpx
import pytest
from google.protobuf.message import Message

from framewell.inference.v1 import inference_service_pb2 as api
from framewell.mesh.v1.mesh_pb2 import ModelVersion
from framewell.model.v1.model_pb2 import ModelScope

NAMED = ModelVersion(name="house/dogs", version="2.0")
MODEL = api.Model(model=NAMED, in_force=True, enabled=[ModelScope(series="Tiere")])


@pytest.mark.parametrize(
    ("path", "body", "method", "request_", "answer"),
    [
        (
            "use",
            {"model": {"name": "house/dogs", "version": "2.0"}},
            "ChooseVersion",
            api.ChooseVersionRequest(model=NAMED),
            api.ChooseVersionResponse(model=MODEL),
        ),
        (
            "enable",
            {"name": "house/dogs", "scopes": [{"series": "Tiere"}]},
            "EnableModel",
            api.EnableModelRequest(name="house/dogs", scopes=[ModelScope(series="Tiere")]),
            api.EnableModelResponse(model=MODEL),
        ),
        (
            "disable",
            {"name": "house/dogs"},
            "DisableModel",
            api.DisableModelRequest(name="house/dogs"),
            api.DisableModelResponse(model=MODEL),
        ),
        (
            "remove",
            {"model": {"name": "house/dogs", "version": "2.0"}},
            "RemoveModel",
            api.RemoveModelRequest(model=NAMED),
            api.RemoveModelResponse(removed=[NAMED]),
        ),
    ],
)
async def test_a_model_is_changed_by_name(  # noqa: PLR0917 - the row of a table
    mesh: Any,
    gateway: httpx.AsyncClient,
    path: str,
    body: dict[str, Any],
    method: str,
    request_: Message,
    answer: Message,
) -> None:
    mesh.inference.answers[method] = answer
    response = await gateway.post(f"/v1/models/{path}", json=body)
    assert response.status_code == 200, response.text
    assert mesh.inference.asked == [(method, request_)]


async def test_a_name_is_needed(mesh: Any, gateway: httpx.AsyncClient) -> None:
    for path in ("enable", "disable", "remove"):
        assert (await gateway.post(f"/v1/models/{path}", json={})).status_code == 422
    assert mesh.inference.asked == []
