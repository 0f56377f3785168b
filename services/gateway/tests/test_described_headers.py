"""What OpenAPI says of idempotency keys and versions is what each operation does, and the other way round."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import Response

from framewell_gateway.entrypoints.http import application as entrypoint
from framewell_gateway.entrypoints.http import openapi
from framewell_gateway.entrypoints.http.app_context import AppContext
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_gateway.entrypoints.http.routing import Route, versions

KEY = {"idempotency-key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}
ID = "1c5b2c1e-0000-4000-8000-00000000000a"
QUERIES = {"getModelLineage": {"name": "house/dogs", "version": "2.0"}, "searchArchive": {"text": "news"}}
"""What operations cannot be asked without."""
DOCUMENT = openapi.document(ROUTES, asks_for_tokens=True)
CHANGES = [route for route in ROUTES if route.verb != "GET"]
READS = [route for route in ROUTES if route.verb == "GET"]


@dataclass
class Effects:
    """Counts what operations did, and answers as they show; `revision` tells one answer from the next."""

    done: Counter[str] = field(default_factory=Counter)
    revision: int = 1

    def counting(self, route: Route) -> Route:
        """The route without the mesh behind it."""

        async def respond(_: AppContext, __: Message, ___: Request) -> Response:
            self.done[route.id] += 1
            if route.response is None:
                return Response(b"bytes", route.status, media_type="application/octet-stream")
            shown: Any = self.revision
            for name in reversed(route.revised.split(".")):
                shown = {name: shown}
            content = json.dumps({"id": route.id, **shown})
            return Response(content, route.status, media_type="application/json")

        return replace(route, respond=respond)


_KEPT: dict[str, Any] = {}


@pytest.fixture
def effects() -> Effects:
    return _KEPT.setdefault("effects", Effects())  # type: ignore[no-any-return]


@pytest.fixture
async def client(
    mesh: Any, effects: Effects, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A caller of one gateway, the same for all operations: building one takes a while."""
    effects.done.clear()
    if "app" not in _KEPT:
        monkeypatch.setattr(entrypoint, "ROUTES", tuple(map(effects.counting, ROUTES)))
        _KEPT["app"] = entrypoint.application(mesh.context())
    app = _KEPT["app"]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:7410") as one:
        yield one


def described(route: Route) -> Mapping[str, Any]:
    operation: Mapping[str, Any] = DOCUMENT["paths"][route.path.replace(":path}", "}")][route.verb.lower()]
    return operation


def takes(route: Route, header: str) -> bool:
    return any(
        one["in"] == "header" and one["name"] == header for one in described(route).get("parameters", ())
    )


def gives(route: Route, header: str) -> bool:
    answers: Mapping[str, Any] = described(route)["responses"]
    return any(header in answer.get("headers", {}) for answer in answers.values())


async def asked(client: httpx.AsyncClient, route: Route, headers: Mapping[str, str]) -> httpx.Response:
    content: dict[str, Any] = {}
    if route.raw_body:
        content = {"content": b"bytes", "headers": {"content-type": route.raw_body, **headers}}
    elif route.example is not None:
        content = {"json": route.example}
    elif route.shape.body:
        content = {"json": {}}
    path = re.sub(r"{[^}]*}", ID, route.path.replace("{name}", "master.m3u8"))
    return await client.request(
        route.verb, path, params=QUERIES.get(route.id), **{"headers": headers, **content}
    )


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.id)
async def test_a_key_makes_two_requests_one_where_openapi_names_it_and_nowhere_else(
    client: httpx.AsyncClient, effects: Effects, route: Route
) -> None:
    is_named = takes(route, "idempotency-key")
    first, second = [await asked(client, route, KEY) for _ in range(2)]
    assert first.is_success, first.text
    assert first.status_code == second.status_code
    assert effects.done[route.id] == (1 if is_named else 2)
    assert ("idempotency-replayed" in second.headers) is is_named is gives(route, "idempotency-replayed")
    bad = await asked(client, route, {"idempotency-key": "a b"})
    assert (bad.status_code == 422) is is_named


@pytest.mark.parametrize("route", READS, ids=lambda route: route.id)
async def test_a_read_has_a_version_where_openapi_names_it(client: httpx.AsyncClient, route: Route) -> None:
    first = await asked(client, route, {})
    assert first.status_code == route.status, first.text
    assert ("etag" in first.headers) is gives(route, "etag")
    if route.response is not None:  # what answers with bytes has an ETag of its own
        assert takes(route, "if-none-match")
        again = await asked(client, route, {"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert "304" in described(route)["responses"]
    assert not takes(route, "idempotency-key")


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.id)
async def test_a_change_of_an_older_version_is_refused_where_openapi_names_it_and_none_is_ignored(
    client: httpx.AsyncClient, effects: Effects, route: Route
) -> None:
    is_named = takes(route, "if-match")
    assert ("412" in described(route)["responses"]) is is_named
    if not is_named:
        refused = await asked(client, route, {"if-match": '"x"'})
        assert (refused.status_code, refused.json()["reason"]) == (422, "if_match_not_taken")
        assert effects.done[route.id] == 0
        return
    words = next(one["description"] for one in described(route)["parameters"] if one["name"] == "if-match")
    read = next(one for one in READS if f"`{one.id}`" in words)
    seen = (await asked(client, read, {})).headers["etag"]
    assert (await asked(client, route, {"if-match": seen})).status_code == route.status
    effects.revision += 1
    late = await asked(client, route, {"if-match": seen})
    assert (late.status_code, late.json()["reason"]) == (412, "revision_changed")
    assert effects.done[route.id] == 1
    assert (await asked(client, route, {"if-match": "*"})).status_code == route.status


@pytest.mark.parametrize("route", CHANGES, ids=lambda route: route.id)
def test_what_a_change_can_expect_is_the_revision_that_its_version_is_of(route: Route) -> None:
    is_expected = "expected_revision" in route.shape.message.DESCRIPTOR.fields_by_name
    read = versions(ROUTES).get(route.id)
    assert bool(read and read.revised) or not is_expected
    if read is not None and read.revised and read.response is not None:
        shown = read.response.DESCRIPTOR
        *parts, revision = read.revised.split(".")
        for part in parts:
            shown = shown.fields_by_name[part].message_type
        assert revision in shown.fields_by_name
