"""Operators see the mesh and mend it over REST; who is away says so in its place."""

from typing import Any

import httpx
import pytest

from framewell.gateway.v1.explanation_pb2 import Backlog
from framewell.gateway.v1.mesh_view_pb2 import DeadLetterCount, ReplayDeadLettersResponse
from framewell.mesh.v1.operations_service_pb2 import Breaker, DescribeWorkResponse, WaitingPart
from framewell_contracts.services import SERVICES
from framewell_gateway.domain.broker_state import BrokerState, Replica, ServiceReplies

GROUP = "transcode.stitch"


async def test_the_mesh_is_shown_service_by_service(mesh: Any, gateway: httpx.AsyncClient) -> None:
    waits = DescribeWorkResponse(
        process="studio:7", version="0.1.0", waiting=[WaitingPart(part="jobs", reason="the disk is full")],
        breakers=[Breaker(group=GROUP, open=True)],
    )  # fmt: skip
    mesh.operations.replies["transcode"] = ServiceReplies(
        "transcode", [Replica("127.0.0.1:1", waits), Replica("127.0.0.1:2", away="nothing answers")]
    )
    mesh.operations.replies["training"] = ServiceReplies("training", [Replica("127.0.0.1:3", away="gone")])
    mesh.broker.state = BrokerState(backlogs=[Backlog(group=GROUP, topic="t", committed=1, end=3, behind=2)])
    mesh.dead_letters.waiting = [DeadLetterCount(group="ingest.erase", code="failed", count=4)]
    view = (await gateway.get("/v1/mesh")).json()
    assert [one["service"] for one in view["services"]] == list(SERVICES)
    services = {one["service"]: one for one in view["services"]}
    transcode = services["transcode"]
    assert (transcode["ready"], transcode["away"]) == (False, "")
    assert [(one["version"], one["away"]) for one in transcode["replicas"]] == [
        ("0.1.0", ""), ("", "nothing answers"),
    ]  # fmt: skip
    assert transcode["replicas"][0]["waiting"][0]["reason"] == "the disk is full"
    assert transcode["breakers"][0]["group"] == GROUP
    assert (transcode["lag"][0]["behind"], transcode["dead_letters"]) == (2, [])
    assert services["training"]["away"] == "gone"
    assert services["ingest"]["dead_letters"][0]["count"] == 4
    assert view["unavailable"] == []


async def test_while_the_broker_is_away_the_services_are_shown(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.broker.away = mesh.dead_letters.away = "nothing answers at 127.0.0.1:1"
    view = (await gateway.get("/v1/mesh")).json()
    assert set(view["unavailable"]) == {"lag", "dead_letters"}
    assert all("127.0.0.1:1" in sentence for sentence in view["missing"])
    assert len(view["services"]) == len(SERVICES)
    assert (await gateway.get("/v1/mesh/dead-letters")).status_code == 503


async def test_dead_letters_are_replayed_and_discarded_in_the_callers_name(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    mesh.dead_letters.answers["replay"] = ReplayDeadLettersResponse(matching=2, replayed=2)
    body = {"group": GROUP, "ids": ["0@7", "0@8"]}
    headers = {"framewell-actor": "anna"}
    replayed = await gateway.post("/v1/mesh/dead-letters/replay", json=body, headers=headers)
    assert replayed.json()["replayed"] == 2
    request, by = mesh.dead_letters.asked.pop()
    assert (list(request.ids), by) == (["0@7", "0@8"], "anna")
    lacks_reason = await gateway.post("/v1/mesh/dead-letters/discard", json=body)
    assert lacks_reason.status_code == 422
    done = await gateway.post("/v1/mesh/dead-letters/discard", json={**body, "because": "x"}, headers=headers)
    assert (done.status_code, mesh.dead_letters.asked.pop()[1]) == (200, "anna")


async def test_a_stage_that_stopped_itself_goes_on(mesh: Any, gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/mesh/breakers/resume", json={"group": GROUP})
    assert (answer.json()["breaker"]["half_open"], mesh.operations.resumed) == (True, [GROUP])


@pytest.mark.parametrize(("service", "count"), [("transcode", 1), ("", len(SERVICES))])
async def test_telemetry_is_changed_in_one_service_or_in_all(
    mesh: Any, gateway: httpx.AsyncClient, service: str, count: int
) -> None:
    body = {"service": service, "log_level": "debug", "revert_after": "60s"}
    answer = await gateway.post("/v1/mesh/telemetry", json=body)
    assert [one["telemetry"]["log_level"] for one in answer.json()["processes"]] == ["debug"] * count
    changed, change = mesh.operations.changes[0]
    assert (changed, change.revert_after.seconds) == (service or SERVICES[0], 60)
    assert not change.HasField("trace_sample")
    assert (await gateway.post("/v1/mesh/telemetry", json={"service": "nobody"})).status_code == 404
    shown = (await gateway.get("/v1/mesh/telemetry")).json()["processes"]
    assert len(shown) == len(SERVICES)
