"""Similar faces and pictures are asked for over REST, also by a picture."""

import base64
from typing import Any

import httpx

from framewell.inference.v1.inference_service_pb2 import (
    FindSimilarRequest,
    FindSimilarResponse,
    Neighbour,
    SimilarFilter,
)

ASSET, OTHER = "1c5b2c1e-0000-4000-8000-00000000000a", "1c5b2c1e-0000-4000-8000-00000000000b"


async def test_a_picture_and_a_filter_arrive_as_they_were_meant(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    found = FindSimilarResponse(neighbours=[Neighbour(asset_id=OTHER, distance=6.5)])
    mesh.inference.answers["FindSimilar"] = found
    body = {
        "image": base64.b64encode(b"a picture").decode(),
        "analyser": "labels",
        "near_duplicates": True,
        "filter": {"other_than": [ASSET]},
    }
    answer = await gateway.post("/v1/similar", json=body)
    assert (answer.status_code, answer.json()["neighbours"][0]["distance"]) == (200, 6.5)
    wanted = FindSimilarRequest(
        image=b"a picture", analyser="labels", near_duplicates=True, filter=SimilarFilter(other_than=[ASSET])
    )
    assert mesh.inference.asked == [("FindSimilar", wanted)]


async def test_what_is_no_asset_is_refused_by_its_place(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/similar", json={"image": "", "filter": {"other_than": ["no asset"]}})
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["filter.other_than.0"]


async def test_a_picture_of_four_megabytes_is_taken(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.inference.answers["FindSimilar"] = FindSimilarResponse()
    large = base64.b64encode(bytes((4 << 20) - 1024)).decode()
    answer = await gateway.post("/v1/similar", json={"image": large})
    assert answer.status_code == 200


async def test_a_body_beyond_that_is_refused(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/similar", content=bytes(7 << 20))
    assert answer.status_code == 413
