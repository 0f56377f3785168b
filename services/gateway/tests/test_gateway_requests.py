"""What the REST API takes, what it makes of it, and how a refusal reads."""

from typing import Any

import httpx
import pytest
from starlette.requests import Request
from structlog.testing import capture_logs

from framewell.dataset.v1.dataset_pb2 import Sample
from framewell.dataset.v1.review_service_pb2 import ReviewResult, ReviewSamplesResponse
from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeResponse
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.mesh.v1.mesh_pb2 import Lane
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import Decision, SampleState
from framewell_gateway.entrypoints.http.observing import Observed
from framewell_kit.outcomes import Conflict, Forbidden, Rejected

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
PROBLEM = "application/problem+json"


async def test_a_request_for_media_reaches_ingest_whole(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.ingest.answers["Submit"] = ingest.SubmitResponse(asset_id=ASSET)
    answer = await gateway.post(
        "/v1/assets?request_id=r1",
        json={
            "uri": "https://archive.example/a.mp4",
            "lane": "live",
            "programme": {"title": "Evening news", "identifiers": {"house": "17"}},
            "statements": [
                {
                    "issuer": "Archiv",
                    "statement_id": "contract-4711",
                    "source": "contract",
                    "purposes": ["own_training"],
                    "use": "prohibited",
                    "valid_until": "2027-01-01T00:00:00+01:00",
                    "verbatim": "Training prohibited until contract 4711 is signed.",
                }
            ],
        },
    )
    assert (answer.status_code, answer.json()) == (202, {"asset_id": ASSET, "existed": False})
    (method, sent), _ = mesh.ingest.asked
    assert (method, sent.request_id, sent.request.lane) == ("Submit", "r1", Lane.LANE_LIVE)
    assert sent.request.programme.identifiers["house"] == "17"
    (statement,) = sent.request.statements
    assert statement.purposes == [rights.Purpose.PURPOSE_OWN_TRAINING]
    assert statement.use == rights.Use.USE_PROHIBITED
    assert statement.source == rights.StatementSource.STATEMENT_SOURCE_CONTRACT
    assert statement.valid_until.ToJsonString() == "2026-12-31T23:00:00Z"


@pytest.mark.parametrize(
    "body",
    [
        {"uri": "file:///a.mp4", "titel": "misspelt"},
        {"uri": "file:///a.mp4", "programme": {"titel": "misspelt"}},
        {"uri": "gopher://example/a"},
        {"uri": ""},
        {},
        [],
        "file:///a.mp4",
        None,
        {"uri": 7},
        {"uri": "file:///a.mp4", "asset_id": "../../etc"},
        {"uri": "file:///a.mp4", "expected_sha256": "short"},
        {"uri": "file:///a.mp4", "labels": {str(n): "x" for n in range(51)}},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "perhaps"}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "allowed", "valid_from": "soon"}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "allowed", "valid_until": 20271231}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "allowed", "revision": "1"}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "allowed", "revision": 1 << 63}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "USE_ALLOWED"}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x", "use": "allowed", "legalBasis": "tdm"}]},
        {"uri": "file:///a.mp4", "statements": [{"issuer": "x"}]},
        {"uri": "file:///a.mp4", "programme": None},
        {"uri": "file:///a.mp4", "request_id": "r1"},
    ],
)
async def test_a_request_with_anything_wrong_is_refused(
    mesh: Any, gateway: httpx.AsyncClient, body: Any
) -> None:
    answer = await gateway.post("/v1/assets", json=body)
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert answer.json()["errors"]
    assert mesh.ingest.asked == []


async def test_an_upload_is_streamed_to_ingest(mesh: Any, gateway: httpx.AsyncClient) -> None:
    content = bytes(3 << 20)
    answer = await gateway.post("/v1/uploads?file_name=a.mp4", content=content)
    assert answer.status_code == 201
    assert answer.json() == {"uri": "upload:1", "size": len(content), "sha256": "0" * 64}
    assert mesh.uploaded == content


async def test_an_upload_of_nothing_is_refused(mesh: Any, gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/uploads?file_name=a.mp4")
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["field"], error["problem"]) == ("", "the body is the file itself, and it is empty")


async def test_what_a_service_refuses_has_a_place_too(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["ListSamples"] = Rejected("the page token is of another list", code="bad_page_token")
    answer = (await gateway.get("/v1/samples")).json()
    assert answer["errors"] == [{"field": "page_token", "problem": "the page token is of another list"}]


async def test_decisions_reach_dataset_and_come_back(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["ReviewSamples"] = ReviewSamplesResponse(
        results=[
            ReviewResult(sample=Sample(sample_id="s1", state=SampleState.SAMPLE_STATE_ACCEPTED, revision=2)),
            ReviewResult(error="the rights do not allow it"),
        ]
    )
    answer = await gateway.post(
        "/v1/samples/review",
        json={
            "reviews": [
                {"sample_id": "s1", "decision": "accept"},
                {"sample_id": "s2", "decision": "reject", "note": "another person"},
            ]
        },
    )
    first, second = answer.json()["results"]
    assert (first["sample"]["state"], first["error"]) == ("accepted", "")
    assert second == {"error": "the rights do not allow it"}
    ((_, sent),) = mesh.dataset.asked
    assert [one.decision for one in sent.reviews] == [Decision.DECISION_ACCEPT, Decision.DECISION_REJECT]


async def test_a_change_of_rights_is_announced_with_its_actor(mesh: Any, gateway: httpx.AsyncClient) -> None:
    change = {
        "subject": {"asset_id": ASSET},
        "statements": [
            {"issuer": "Archiv", "statement_id": "contract-4711", "revision": 2, "use": "allowed"}
        ],
    }
    first = await gateway.post("/v1/rights", json=change, headers={"framewell-actor": "rights-desk"})
    await gateway.post("/v1/rights", json=change)
    assert first.status_code == 202
    answer = first.json()
    assert (answer["event_id"], answer["type"]) == ("event-1", "framewell.rights.changed.v1")
    announced, later = mesh.announcements.facts
    assert (announced.subject.asset_id, announced.actor.principal, announced.actor.authority) == (
        ASSET,
        "rights-desk",
        "local",
    )
    assert later.actor.principal == "local"
    assert later.revision > announced.revision > 0


async def test_a_change_of_rights_is_answered_with_what_becomes_of_its_statements(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    """It is published all the same where dataset cannot be asked."""
    change = {
        "subject": {"holder": "Agentur Bluu"},
        "statements": [{"issuer": "Agentur", "statement_id": "7", "use": "prohibited"}],
    }
    ref = rights.StatementRef(issuer="Agentur", statement_id="7")
    nothing = rights.AppliedStatement(
        statement=ref,
        outcome=rights.STATEMENT_OUTCOME_MATCHED_NOTHING,
        sentence="Look at its spelling.",
    )
    mesh.dataset.answers["PreviewRightsChange"] = PreviewRightsChangeResponse(statements=[nothing])
    answer = (await gateway.post("/v1/rights", json=change)).json()
    assert [each["outcome"] for each in answer["statements"]] == ["matched_nothing"]
    ((_, asked),) = mesh.dataset.asked
    assert asked.statements_only
    assert asked.change.revision == mesh.announcements.facts[0].revision
    mesh.dataset.away = True
    later = await gateway.post("/v1/rights", json=change)
    assert (later.status_code, later.json()["statements"]) == (202, [])
    assert len(mesh.announcements.facts) == 2


@pytest.mark.parametrize(
    ("error", "status"),
    [(Conflict("it has ended"), 409), (Forbidden("not yours"), 403), (Rejected("no such recipe"), 422)],
)
async def test_what_a_service_refuses_comes_back_with_its_reason(
    mesh: Any, gateway: httpx.AsyncClient, error: Exception, status: int
) -> None:
    mesh.training.answers["StartTraining"] = error
    answer = await gateway.post("/v1/runs", json={"dataset_id": "people", "recipe": "identity"})
    assert (answer.status_code, answer.json()["detail"]) == (status, str(error))


async def test_a_bug_says_nothing_of_the_inside(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["ListDatasets"] = ZeroDivisionError("/home/secret")
    with capture_logs() as logged:
        answer = await gateway.get("/v1/datasets", headers={"x-request-id": "desk-7"})
    assert (answer.status_code, answer.headers["content-type"]) == (500, PROBLEM)
    assert "secret" not in answer.text
    assert [one["event"] for one in logged] == ["request failed"]
    assert answer.headers["x-request-id"] == "desk-7"


async def test_who_goes_away_in_the_middle_of_a_body_is_no_failure() -> None:
    arriving = [{"type": "http.request", "body": b"half", "more_body": True}, {"type": "http.disconnect"}]
    sent: list[Any] = []

    async def receive() -> Any:
        return arriving.pop(0)

    async def send(message: Any) -> None:
        sent.append(message)

    async def reads(scope: Any, receive: Any, send: Any) -> None:
        await Request(scope, receive).body()

    with capture_logs() as logged:
        await Observed(reads)({"type": "http", "method": "POST", "path": "/x", "headers": []}, receive, send)
    assert (sent[0]["status"], [one["event"] for one in logged]) == (400, [])


@pytest.mark.parametrize("given", ["", "a" * 129, "a b", 'x"y'])
async def test_a_request_id_that_could_forge_a_log_is_replaced(
    gateway: httpx.AsyncClient, given: str
) -> None:
    answer = await gateway.get("/openapi.json", headers={"x-request-id": given})
    assert answer.headers["x-request-id"] not in {"", given}


async def test_the_interface_describes_itself(gateway: httpx.AsyncClient) -> None:
    described = (await gateway.get("/openapi.json")).json()
    assert described["openapi"].startswith("3.1")
    operations = [
        operation
        for path in described["paths"].values()
        for method, operation in path.items()
        if method in {"get", "post", "delete"}
    ]
    assert len(operations) > 20
    assert all(operation["summary"] for operation in operations)


async def test_a_problem_says_what_it_is_for_programs_and_where_for_people(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    body = {"uri": "file:///a.mp4", "programm": {}, "statements": [{"issuer": "x", "use": "USE_ALLOWED"}]}
    problem = (await gateway.post("/v1/assets?lane=live", json=body)).json()
    assert (problem["status"], problem["code"]) == (422, "invalid")
    assert [(one["field"], one["problem"]) for one in problem["errors"]] == [
        ("lane", "is no parameter here: it takes `request_id`"),
        ("programm", "is no field of IngestRequested: is `programme` meant?"),
        ("statements.0.use", "`USE_ALLOWED` is written `allowed`"),
    ]
    mesh.ingest.away = True
    away = (await gateway.post("/v1/assets", json={"uri": "file:///a.mp4"})).json()
    assert (away["status"], away["code"]) == (503, "unavailable")


async def test_nobody_signs_a_change_of_rights_for_somebody_else(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    change = {
        "subject": {"holder": "Archiv"},
        "statements": [{"issuer": "Archiv", "use": "allowed"}],
        "actor": {"principal": "the director", "authority": "rights"},
    }
    answer = await gateway.post("/v1/rights", json=change)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "actor"
    assert mesh.announcements.facts == []
