"""Campaigns over REST: each route is a method of the inference service, asked as whoever calls."""

from typing import Any

import httpx
import pytest

from framewell.inference.v1 import reanalysis_service_pb2 as api

ID = "3c1d2a7b-8a53-4d0e-9f0b-6c1d2a7be417"
CAMPAIGN = api.Reanalysis(reanalysis_id=ID, state=api.REANALYSIS_STATE_RUNNING)


async def test_a_campaign_is_estimated_and_started(mesh: Any, gateway: httpx.AsyncClient) -> None:
    asked: dict[str, Any] = {
        "target": api.ReanalysisTarget(model="house/dogs"),
        "selection": api.ReanalysisSelection(series=["Tiere"]),
    }
    body = {"target": {"model": "house/dogs"}, "selection": {"series": ["Tiere"]}}
    mesh.inference.answers["EstimateReanalysis"] = api.EstimateReanalysisResponse()
    mesh.inference.answers["StartReanalysis"] = api.StartReanalysisResponse(reanalysis=CAMPAIGN)
    assert (await gateway.post("/v1/reanalyses/estimate", json=body)).status_code == 200
    window = {"begin": "22:00", "end": "06:00", "time_zone": "Europe/Berlin"}
    started = await gateway.post("/v1/reanalyses", json={**body, "window": window})
    assert (started.status_code, started.json()["reanalysis"]["state"]) == (202, "running")
    hours = api.ReanalysisWindow(begin="22:00", end="06:00", time_zone="Europe/Berlin")
    assert mesh.inference.asked == [
        ("EstimateReanalysis", api.EstimateReanalysisRequest(**asked)),
        ("StartReanalysis", api.StartReanalysisRequest(**asked, window=hours)),
    ]


@pytest.mark.parametrize("change", ["pause", "resume", "cancel"])
async def test_a_campaign_is_changed_by_its_id(mesh: Any, gateway: httpx.AsyncClient, change: str) -> None:
    name = f"{change.capitalize()}Reanalysis"
    mesh.inference.answers[name] = getattr(api, f"{name}Response")(reanalysis=CAMPAIGN)
    assert (await gateway.post(f"/v1/reanalyses/{ID}/{change}")).status_code == 200
    assert mesh.inference.asked == [(name, getattr(api, f"{name}Request")(reanalysis_id=ID))]


async def test_campaigns_are_listed_and_shown(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.inference.answers["ListReanalyses"] = api.ListReanalysesResponse(reanalyses=[CAMPAIGN])
    mesh.inference.answers["GetReanalysis"] = api.GetReanalysisResponse(reanalysis=CAMPAIGN)
    assert (await gateway.get("/v1/reanalyses")).json()["reanalyses"][0]["reanalysis_id"] == ID
    assert (await gateway.get(f"/v1/reanalyses/{ID}")).json()["reanalysis"]["reanalysis_id"] == ID


async def test_hours_that_are_none_and_ids_that_are_none_are_refused(gateway: httpx.AsyncClient) -> None:
    window = {"begin": "25:00", "end": "06:00"}
    body = {"target": {"analyser": "faces"}, "selection": {"all": True}, "window": window}
    assert (await gateway.post("/v1/reanalyses", json=body)).status_code == 422
    assert (await gateway.post("/v1/reanalyses/7/pause")).status_code == 422


async def test_what_is_asked_by_another_method_is_no_campaign_of_that_name(
    gateway: httpx.AsyncClient,
) -> None:
    answer = await gateway.get("/v1/reanalyses/estimate")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
