"""The OpenAPI document is valid, and what it shows is what the gateway takes and answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.protobuf.message import Message
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from framewell_contracts.json_mapping import from_json, to_json
from framewell_gateway.entrypoints.http import openapi
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_gateway.entrypoints.http.routing import Route
from framewell_kit.outcomes import NotFound

REST_PAGE = Path(__file__).resolve().parents[3] / "docs" / "rest.md"
BY_ID = pytest.mark.parametrize("route", ROUTES, ids=[route.id for route in ROUTES])


@cache
def described(*, asks_for_tokens: bool = True) -> dict[str, Any]:
    return openapi.document(ROUTES, asks_for_tokens=asks_for_tokens)


def operation(route: Route) -> dict[str, Any]:
    found: dict[str, Any] = described()["paths"][route.path.replace(":path}", "}")][route.verb.lower()]
    return found


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    return Draft202012Validator({**schema, "components": described()["components"]})


def parts(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in the document, with its path."""
    if isinstance(node, dict):
        yield path, node
        for name, each in node.items():
            yield from parts(each, f"{path}/{name}")
    elif isinstance(node, list):
        for number, each in enumerate(node):
            yield from parts(each, f"{path}/{number}")


@pytest.mark.parametrize("asks_for_tokens", [True, False])
def test_the_document_is_valid(asks_for_tokens: bool) -> None:
    errors = list(OpenAPIV31SpecValidator(described(asks_for_tokens=asks_for_tokens)).iter_errors())
    assert not errors, errors[0]


def test_every_reference_leads_somewhere() -> None:
    for path, part in parts(described()):
        if isinstance(reference := part.get("$ref"), str):
            place: Any = described()
            for step in reference.removeprefix("#/").split("/"):
                assert step in place, f"{path}: {reference}"
                place = place[step]


def test_operations_have_ids_that_read_as_what_they_do() -> None:
    ids = [route.id for route in ROUTES]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z]+([A-Z][a-z]+)*", one) for one in ids)
    assert {"listAssets", "getAsset", "reviewSamples"} <= set(ids)


def test_every_enum_is_a_named_schema() -> None:
    inline = [path for path, part in parts(described()) if "enum" in part]
    assert inline
    assert all(re.fullmatch(r"/components/schemas/\w+", path) for path in inline)


@BY_ID
def test_every_error_of_an_operation_is_a_named_response_with_a_problem(route: Route) -> None:
    responses = operation(route)["responses"]
    errors = {status: one for status, one in responses.items() if int(status) >= 400}
    assert {"401", "422", "429", "500", "503"} <= errors.keys()
    for response in errors.values():
        name = response["$ref"].removeprefix("#/components/responses/")
        content = described()["components"]["responses"][name]["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        validator(content["schema"]).validate(content["example"])


@pytest.mark.parametrize("name", ["InviteUserRequest", "MakeTokenRequest", "RoleChange"])
@pytest.mark.parametrize(("role", "is_taken"), [("viewer", True), ("local", False)])
def test_a_value_that_a_field_refuses_of_its_enum_is_refused_by_its_schema(
    name: str, role: str, *, is_taken: bool
) -> None:
    field = described()["components"]["schemas"][name]["properties"]["role"]
    assert validator(field).is_valid(role) is is_taken


OF_ITS_OWN = {"access", "webhooks"}
"""Subjects of which the gateway itself keeps everything: `tests/access`, `tests/webhooks`."""
ASK_SEVERAL = {"exportSnapshot", "namePerson", "previewName"}
"""Routes whose answer is made of those of several methods: `test_name_person.py`."""


@BY_ID
def test_every_body_and_answer_has_an_example_that_fits_its_schema(route: Route) -> None:
    found = operation(route)
    contents = [one.get("content", {}) for one in found["responses"].values()]
    bodies = [body for content in (found.get("requestBody", {}).get("content", {}), *contents)
              for body in content.values()]  # fmt: skip
    assert bodies or 204 in route.content
    for body in bodies:
        validator(body["schema"]).validate(body["example"])


@pytest.mark.parametrize("route", [one for one in ROUTES if one.response], ids=lambda route: route.id)
def test_an_answer_is_shown_whole(route: Route) -> None:
    """What is shown is what is answered, to the field."""
    assert route.response is not None
    assert to_json(from_json(route.answer, route.response), defaults=True) == route.answer


@pytest.mark.parametrize(
    "route",
    [
        one
        for one in ROUTES
        if one.example is not None and one.id not in ASK_SEVERAL and one.tag not in OF_ITS_OWN
    ],
    ids=lambda route: route.id,
)
async def test_a_shown_body_is_taken(mesh: Any, gateway: httpx.AsyncClient, route: Route) -> None:
    assert route.response is not None
    answer = from_json(route.answer, route.response)

    def answered(method: str, _: Message) -> Message:
        if method == "GetAsset":  # what a route asks besides
            raise NotFound("nothing is known of it")
        return answer

    for service in (mesh.ingest, mesh.transcode, mesh.inference, mesh.dataset, mesh.training):
        service.answer = answered
    response = await gateway.request(route.verb, route.path, json=route.example)
    assert (response.status_code, response.headers["content-type"]) == (route.status, "application/json")
    validator(
        operation(route)["responses"][str(route.status)]["content"]["application/json"]["schema"]
    ).validate(response.json())


@BY_ID
def test_every_route_stands_in_the_documentation_and_no_other(route: Route) -> None:
    path = route.path.replace(":path}", "}")
    documented = re.findall(r"^\| `([A-Z]+) (/v1/[^`]*)`", REST_PAGE.read_text(), re.MULTILINE)
    assert (route.verb, path) in documented
    assert len(documented) == len(ROUTES)


def test_every_filter_of_every_list_stands_in_the_documentation() -> None:
    page = REST_PAGE.read_text()
    table = page[page.index("| list | filters |") :].partition("\n\n")[0]
    documented = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", table, re.MULTILINE))
    filters = {
        route.id: {field.name for field in route.shape.query_fields} - {"page_size", "page_token"}
        for route in ROUTES
        if route.is_list
    }
    assert set(documented) == {name for name, fields in filters.items() if fields}
    for name, words in documented.items():
        missing = {one for one in filters[name] if f"`{one}`" not in words}
        assert not missing, f"{name}: {missing}"


def test_a_text_of_an_address_is_not_empty() -> None:
    parameters = described()["paths"]["/v1/assets"]["get"]["parameters"]
    title, label = (
        next(one["schema"] for one in parameters if one["name"] == name) for name in ("title", "label")
    )
    assert title["minLength"] == 1
    assert label["items"]["minLength"] == 1


WHOLE = {"listTelemetry", "listAnalysers"}
"""Lists of the mesh's own processes, and of what is at work in one of them, which have no pages."""


@pytest.mark.parametrize(
    "route",
    [
        one
        for one in ROUTES
        if one.response is not None
        and one.id not in WHOLE
        and (one.id.startswith("list") or "next_page_token" in one.response.DESCRIPTOR.fields_by_name)
    ],
    ids=lambda route: route.id,
)
def test_every_list_has_pages_and_a_total_or_says_why_it_has_none(route: Route) -> None:
    assert route.response is not None
    asked = {field.name for field in route.shape.query_fields}
    answered = set(route.response.DESCRIPTOR.fields_by_name)
    assert {"page_size", "page_token"} <= asked
    assert "next_page_token" in answered
    described = operation(route).get("description", "")
    assert ("total_size" in answered) is not bool(route.uncounted)
    assert ("total_size" in answered) is ("Has no `total_size`: " not in described)
