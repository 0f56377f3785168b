"""What the REST API takes and refuses."""

from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from framewell.dataset.v1.dataset_pb2 import Sample
from framewell.dataset.v1.review_service_pb2 import ReviewResult, ReviewSamplesResponse
from framewell.dataset.v1.rights_service_pb2 import PreviewRightsChangeResponse
from framewell.ingest.v1 import ingest_service_pb2 as ingest
from framewell.mesh.v1.mesh_pb2 import Lane
from framewell.rights.v1 import rights_pb2 as rights
from framewell.sample.v1.sample_pb2 import Decision, SampleState
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


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"\xff\xfe",
        b'{"uri": "file:///a"' + b"[" * 5000,
        b"",
        b'{"uri": "file:///a", "uri": "file:///b"}',
        '{"uri": "file:///a"}'.encode("utf-16"),
        '{"uri": "file:///a"}'.encode("utf-8-sig"),
        b'{"uri": "file:///\xe4"}',
        b'{"uri": NaN}',
        b'{"uri": "file:///a", "statements": [{"use": "allowed", "revision": Infinity}]}',
        b'{"uri": "file:///a"} {}',
        b'{"uri": "file:///a",}',
        b'{"uri": "file:///a", "statements": [{"use": "allowed", "revision": ' + b"9" * 5000 + b"}]}",
        b"null",
        b'"x"',
    ],
)
async def test_a_body_that_is_no_json_is_refused(gateway: httpx.AsyncClient, body: bytes) -> None:
    answer = await gateway.post("/v1/assets", content=body, headers={"content-type": "application/json"})
    assert answer.status_code in (400, 422)
    assert answer.headers["content-type"] == PROBLEM


async def test_a_huge_body_is_refused_before_it_is_read(gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/assets", content=b" " * ((1 << 20) + 1))
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)


async def test_a_body_that_hides_its_length_is_refused_when_it_grows(gateway: httpx.AsyncClient) -> None:
    sent = 0

    async def endless() -> Any:
        nonlocal sent
        while sent < 100 << 20:
            sent += 1 << 16
            yield b" " * (1 << 16)

    answer = await gateway.post("/v1/assets", content=endless(), headers={"content-type": "application/json"})
    assert (answer.status_code, answer.headers["content-type"]) == (413, PROBLEM)
    assert sent < 3 << 20


async def test_an_upload_is_streamed_to_ingest(mesh: Any, gateway: httpx.AsyncClient) -> None:
    content = bytes(3 << 20)
    answer = await gateway.post("/v1/uploads?file_name=a.mp4", content=content)
    assert answer.status_code == 201
    assert answer.json() == {"uri": "upload:1", "size": len(content), "sha256": "0" * 64}
    assert mesh.uploaded == content


async def test_an_upload_of_nothing_is_refused(mesh: Any, gateway: httpx.AsyncClient) -> None:
    answer = await gateway.post("/v1/uploads?file_name=a.mp4")
    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"field": "", "problem": "the body is the file itself, and it is empty"}
    ]


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("page_size=", "page_size"),
        ("page_size=0", "page_size"),
        ("page_size=1001", "page_size"),
        ("page_size=2147483648", "page_size"),
        ("page_size=18446744073709551616", "page_size"),
        ("page_size=-99999999999999999999999999", "page_size"),
        ("page_size=1e3", "page_size"),
        ("page_size=%D9%A1", "page_size"),
        ("asset_id=", "asset_id"),
        ("states=proposed&states=", "states.1"),
        ("states=1", "states.0"),
        ("page_token=" + "a" * 2001, "page_token"),
        ("class_id=a&class_id=a", "class_id"),
        ("state=proposed", "state"),
        ("Page_size=1", "Page_size"),
    ],
)
async def test_a_parameter_is_refused_at_its_place(
    mesh: Any, gateway: httpx.AsyncClient, query: str, field: str
) -> None:
    answer = await gateway.get(f"/v1/samples?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (422, PROBLEM)
    assert [one["field"] for one in answer.json()["errors"]] == [field]
    assert not mesh.dataset.asked


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("request_id", "has no value: give one, or leave the parameter out"),
        ("request_id=", "has no value: give one, or leave the parameter out"),
        ("request_id=%ff", "is no UTF-8"),
        ("request_id=a%ed%a0%80", "is no UTF-8"),
    ],
)
async def test_a_request_id_has_a_value(
    mesh: Any, gateway: httpx.AsyncClient, query: str, problem: str
) -> None:
    answer = await gateway.post(f"/v1/assets?{query}", json={"uri": "file:///a.mp4"})
    assert answer.status_code == 422
    assert answer.json()["errors"] == [{"field": "request_id", "problem": problem}]
    assert not mesh.ingest.asked


@pytest.mark.parametrize("query", ["title=", "title", "order_by=", "page_token=", "requested_from=", "kind="])
async def test_a_parameter_that_is_given_has_a_value(gateway: httpx.AsyncClient, query: str) -> None:
    answer = await gateway.get(f"/v1/assets?{query}")
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"].partition(".")[0]) == (422, query.rstrip("="))
    assert "has no value" in error["problem"]


async def test_a_value_of_a_parameter_is_read_as_utf_8(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.ingest.answers["Submit"] = ingest.SubmitResponse(asset_id=ASSET)
    answer = await gateway.post("/v1/assets?request_id=%C3%BC%20+%EF%BF%BD", json={"uri": "file:///a.mp4"})
    assert answer.status_code == 202
    assert mesh.ingest.asked[0][1].request_id == "ü  \ufffd"


@pytest.mark.parametrize("frame", ["9223372036854775808", "-1", "1.0", "", "１"])
async def test_a_number_of_an_address_fits_its_field(gateway: httpx.AsyncClient, frame: str) -> None:
    answer = await gateway.get(f"/v1/assets/{ASSET}/frame?frame={frame}")
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "frame")


async def test_what_a_service_refuses_has_a_place_too(mesh: Any, gateway: httpx.AsyncClient) -> None:
    mesh.dataset.answers["ListSamples"] = Rejected("the page token is of another list", code="bad_page_token")
    answer = (await gateway.get("/v1/samples?page_token=abc")).json()
    assert answer["errors"] == [{"field": "page_token", "problem": "the page token is of another list"}]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/assets/not-an-id",
        "/v1/assets/..%2f..%2fetc",
        "/v1/assets/{$gt: 1}",
        f"/v1/assets/{ASSET}x",
        "/v1/assets/1/events",
        "/v1/samples?asset_id=x",
        "/v1/samples?states=nonsense",
        "/v1/samples?state=proposed",
        "/v1/assets?page_size=many",
        "/v1/assets?page_size=1&page_size=2",
        "/v1/assets?page_size=0",
        "/v1/assets?page_size=100000",
        "/v1/nothing",
        "/nothing",
    ],
)
async def test_wrong_addresses_are_problems(gateway: httpx.AsyncClient, path: str) -> None:
    answer = await gateway.get(path)
    assert answer.status_code in (404, 422)
    assert answer.headers["content-type"] == PROBLEM


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


async def test_a_wrong_id_is_refused_in_words(gateway: httpx.AsyncClient) -> None:
    detail = (await gateway.get("/v1/assets/nonsense")).json()["detail"]
    assert "no id of an asset" in detail
    assert "[0-9" not in detail


async def test_a_problem_says_what_it_is_for_programs_and_where_for_people(
    mesh: Any, gateway: httpx.AsyncClient
) -> None:
    body = {"uri": "file:///a.mp4", "programm": {}, "statements": [{"issuer": "x", "use": "USE_ALLOWED"}]}
    problem = (await gateway.post("/v1/assets?lane=live", json=body)).json()
    assert (problem["status"], problem["code"]) == (422, "invalid")
    assert problem["errors"] == [
        {"field": "lane", "problem": "is no parameter here: it takes `request_id`"},
        {"field": "programm", "problem": "is no field of IngestRequested: is `programme` meant?"},
        {"field": "statements.0.use", "problem": "`USE_ALLOWED` is written `allowed`"},
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


@pytest.mark.parametrize(
    "headers",
    [
        [("content-type", "text/plain")],
        [("content-type", "application/xml")],
        [("content-type", "multipart/form-data; boundary=x")],
        [("content-type", "application/json; charset=latin-1")],
        [("content-type", 'application/json; charset="utf-16"')],
        [("content-type", "application/json"), ("content-type", "text/plain")],
        [("content-type", "")],
        [("content-type", "application/json"), ("content-encoding", "gzip")],
    ],
)
async def test_a_body_of_another_kind_is_not_taken(
    mesh: Any, gateway: httpx.AsyncClient, headers: list[tuple[str, str]]
) -> None:
    answer = await gateway.post("/v1/assets", content=b'{"uri": "file:///a.mp4"}', headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert not mesh.ingest.asked


@pytest.mark.parametrize(
    "kind", ["application/json", "Application/JSON; Charset=UTF-8", 'application/json;charset="utf-8"']
)
async def test_plain_json_is_taken_however_it_is_announced(
    mesh: Any, gateway: httpx.AsyncClient, kind: str
) -> None:
    mesh.ingest.answers["Submit"] = ingest.SubmitResponse(asset_id=ASSET)
    body = '{"uri": "file:///ü.mp4"}'.encode()
    assert (await gateway.post("/v1/assets", content=body, headers={"content-type": kind})).status_code == 202


@pytest.mark.parametrize(("method", "path"), [("PUT", "/v1/assets"), ("POST", "/v1/datasets")])
async def test_another_method_is_a_problem_that_names_the_right_ones(
    gateway: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await gateway.request(method, path)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", f"/v1/assets/{ASSET}"),
        ("POST", f"/v1/assets/{ASSET}/reprocess"),
        ("POST", "/v1/datasets/people/snapshots"),
        ("GET", "/v1/assets"),
    ],
)
async def test_a_body_where_none_is_taken_is_refused(
    mesh: Any, gateway: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await gateway.request(method, path, content=b'{"x": 1}')
    assert answer.status_code == 422
    assert "takes no body" in answer.json()["errors"][0]["problem"]
    assert not mesh.ingest.asked + mesh.dataset.asked


@pytest.mark.parametrize(
    "encodings", [["gzip"], ["GZIP"], ["br"], ["gzip, gzip"], ["identity", "gzip"], ["deflate"]]
)
async def test_an_upload_that_is_compressed_for_its_way_is_refused(
    mesh: Any, gateway: httpx.AsyncClient, encodings: list[str]
) -> None:
    headers = [("content-encoding", one) for one in encodings]
    answer = await gateway.post("/v1/uploads?file_name=a.mp4", content=b"x", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")
    assert mesh.uploaded == b""
