"""Requests that are none: parameters, bodies, methods and addresses with something wrong in their form."""

from typing import Any

import httpx
import pytest

from framewell.ingest.v1 import ingest_service_pb2 as ingest

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
PROBLEM = "application/problem+json"


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
    (error,) = answer.json()["errors"]
    assert (error["field"], error["problem"]) == ("request_id", problem)
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


async def test_a_wrong_id_is_refused_in_words(gateway: httpx.AsyncClient) -> None:
    detail = (await gateway.get("/v1/assets/nonsense")).json()["detail"]
    assert "no id of an asset" in detail
    assert "[0-9" not in detail


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
