"""HEAD answers as GET would; every refusal is a problem under the id of its request, with what is taken."""

import re
from typing import Any

import httpx
import pytest

from framewell_gateway.entrypoints.http.routes import ROUTES

TOKENS = {"correct-horse-battery": "anna/rights"}
BEARER = {"authorization": "Bearer correct-horse-battery"}
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
KEY = f"ab/ab{'0' * 62}.mp4"


def path(template: str) -> str:
    filled = template.replace("{key:path}", KEY).replace("{asset_id}", ASSET).replace("{name:path}", "a/b")
    return re.sub(r"{[a-z_]+}", "people", filled)


VERBS = {
    one: sorted(route.verb for route in ROUTES if path(route.path) == one)
    for one in dict.fromkeys(path(route.path) for route in ROUTES)
}


@pytest.mark.parametrize("one", [one for one, verbs in VERBS.items() if "GET" in verbs])
@pytest.mark.parametrize("accept", ["*/*", "text/event-stream"])
async def test_head_answers_as_get(gateway: httpx.AsyncClient, one: str, accept: str) -> None:
    head = await gateway.head(one, headers={"accept": accept, "x-request-id": "r-1"})
    assert head.headers["x-request-id"] == "r-1"
    if (one, accept) == ("/v1/events", "text/event-stream"):  # GET answers for ever
        assert (head.status_code, head.headers["content-type"].partition(";")[0]) == (200, accept)
        return
    got = await gateway.get(one, headers={"accept": accept})
    assert (head.status_code, head.headers["content-type"]) == (got.status_code, got.headers["content-type"])


@pytest.mark.parametrize(
    ("one", "method"),
    [
        (one, method)
        for one, verbs in VERBS.items()
        for method in ("PUT", "PATCH", "TRACE", "OPTIONS", "BREW")
        if method not in verbs
    ],
)
async def test_a_method_that_is_not_taken_is_refused_with_those_that_are(
    gateway: httpx.AsyncClient, one: str, method: str
) -> None:
    answer = await gateway.request(method, one)
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    allowed = set(answer.headers["allow"].split(", "))
    assert allowed == {*VERBS[one], *(["HEAD"] if "GET" in VERBS[one] else [])}
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("method", "target", "headers", "status"),
    [
        ("GET", "/v1/nowhere", BEARER, 404),
        ("GET", "/static/nowhere", BEARER, 404),
        ("GET", "/asyncapi/nowhere", BEARER, 404),
        ("GET", "/v1/assets", {}, 401),
        ("GET", "/v1/assets?access_token=x", {}, 400),
        ("GET", "/v1/assets?nonsense=1", BEARER, 422),
        ("POST", "/v1/assets", {**BEARER, "origin": "https://attacker.example"}, 403),
        ("POST", "/v1/assets", {**BEARER, "content-length": "99999999"}, 413),
        ("POST", "/v1/assets", {**BEARER, "content-type": "text/plain"}, 415),
        ("GET", "/v1/assets?page_token=" + "x" * 20_000, BEARER, 414),
        ("GET", "/v1/assets", {**BEARER, "x-large": "x" * 70_000}, 431),
        ("GET", f"/v1/assets/{ASSET}/objects/{KEY}", BEARER, 404),
    ],
)
async def test_every_refusal_is_a_problem_under_the_id_of_its_request(
    open_gateway: Any, method: str, target: str, headers: dict[str, str], status: int
) -> None:
    async with open_gateway(tokens=TOKENS) as client:
        body = b"x" if method == "POST" else None
        sent = {"x-request-id": "r-1", **headers}
        answer = await client.request(method, target, content=body, headers=sent)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (answer.json()["status"], answer.headers["x-request-id"]) == (status, "r-1")
    assert answer.json()["detail"]
