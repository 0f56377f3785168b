"""Who may what over REST: every role with every operation, and nothing that is in no table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import Response
from starlette.routing import Mount
from starlette.routing import Route as StarletteRoute

from framewell_contracts.access import METHODS, PEOPLE, Role
from framewell_contracts.access import rule_of as rule_of_method
from framewell_gateway.domain.operation_roles import OPERATION_RULES, UnknownOperation, markdown, rule_of
from framewell_gateway.entrypoints.http import openapi, routing
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.authorising import UnguardedPath, guarded, require_guards
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_gateway.ports import Method, methods

ID = "1c5b2c1e-0000-4000-8000-00000000000a"
TOKENS = {f"token-of-{role}": f"somebody/{role}" for role in (*PEOPLE, Role.SERVICE)}
BESIDE = {"resumeUpload", "signInByProvider"}
"""Operations that stand beside OpenAPI."""


def path_of(route: routing.Route) -> str:
    return re.sub(r"{[^}]*}", ID, route.path)


async def status(app: Any, route: routing.Route, headers: dict[str, str]) -> int:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7410") as client:
        asked = {"accept": "application/json", **headers}
        return (await client.request(route.verb, path_of(route), headers=asked)).status_code


_KEPT: dict[str, Any] = {}


@pytest.fixture
def matrix(mesh: Any) -> Any:
    """A gateway on fakes that know nothing, the same for the whole matrix: building one takes a while."""
    if "app" not in _KEPT:
        _KEPT["app"] = application(mesh.context(tokens=TOKENS))
    return _KEPT["app"]


@pytest.fixture
def app(mesh: Any) -> Any:
    return application(mesh.context(tokens=TOKENS))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.id)
async def test_every_operation_is_denied_to_every_role_but_those_of_its_rule(
    matrix: Any, route: routing.Route
) -> None:
    rule = rule_of(route.id)
    for role in (*PEOPLE, Role.SERVICE):
        given = await status(matrix, route, {"authorization": f"Bearer token-of-{role}"})
        assert (given == 403) is not rule.allows(role), (role, given)
        assert given != 401 or route.id == "signIn"


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.id)
async def test_nobody_may_anything_but_what_is_open(matrix: Any, route: routing.Route) -> None:
    given = await status(matrix, route, {})
    assert (given == 401) is not rule_of(route.id).everybody, given


@pytest.mark.parametrize("operation", ["removeAsset", "changeRights", "promoteCandidate"])
def test_a_viewer_may_not_what_was_open_to_every_token(operation: str) -> None:
    assert not rule_of(operation).allows(Role.VIEWER)


def test_every_operation_has_a_rule_and_every_rule_an_operation() -> None:
    assert {route.id for route in ROUTES} | BESIDE == set(OPERATION_RULES)


def test_an_operation_without_a_rule_cannot_be_served() -> None:
    rules = {name: rule for name, rule in OPERATION_RULES.items() if name != "removeAsset"}
    with pytest.raises(UnknownOperation, match="removeAsset"):
        routing.starlette_routes(ROUTES, rules)
    with pytest.raises(UnknownOperation):
        guarded("addedTomorrow", lambda _: None)  # type: ignore[arg-type,return-value]


def test_a_path_of_the_api_that_asks_nobody_cannot_be_served() -> None:
    async def endpoint(_: Any) -> Response:
        return Response()

    for route in (
        StarletteRoute("/v1/tomorrow", endpoint),
        Mount("/v1/files", endpoint),
        Mount("/v1", endpoint),
    ):
        with pytest.raises(UnguardedPath):
            require_guards([route])


def test_no_operation_is_open_to_a_role_that_may_not_call_the_method_behind_it() -> None:
    """A role that is let in here would be refused there."""
    for route in ROUTES:
        for method in vars(methods).values():
            if isinstance(method, Method) and method.request is route.shape.message:
                service, _, name = method.full_name.rpartition(".")
                behind = rule_of_method(f"/{service}/{name}")
                assert behind is not None, method.full_name
                here = {role for role in PEOPLE if rule_of(route.id).allows(role)}
                assert here <= set(behind.roles), (route.id, method.full_name)
    assert METHODS


def test_the_page_says_who_may() -> None:
    page = (Path(__file__).resolve().parents[4] / "docs" / "access.md").read_text(encoding="utf-8")
    assert markdown() in page


def test_openapi_says_who_may() -> None:
    paths = openapi.document(ROUTES, asks_for_tokens=True)["paths"]
    said = {one["operationId"]: one["x-framewell-role"] for path in paths.values() for one in path.values()}
    assert said == {route.id: rule_of(route.id).words for route in ROUTES}
    assert (said["listAssets"], said["removeAsset"], said["signIn"]) == ("viewer", "rights", "everybody")


async def test_who_is_denied_is_noted_once_an_hour(mesh: Any, app: Any) -> None:
    route = next(one for one in ROUTES if one.id == "removeAsset")
    for _ in range(5):
        await status(app, route, {"authorization": "Bearer token-of-viewer"})
    (fact,) = mesh.announcements.facts
    assert (fact.operation, fact.actor.principal, fact.actor.authority) == (
        "removeAsset",
        "somebody",
        "viewer",
    )


async def test_a_denied_caller_learns_nothing_of_what_is_there(mesh: Any, app: Any) -> None:
    route = next(one for one in ROUTES if one.id == "removeAsset")
    assert await status(app, route, {"authorization": "Bearer token-of-viewer"}) == 403
    assert not mesh.ingest.asked
