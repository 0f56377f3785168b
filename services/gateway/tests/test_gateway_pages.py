"""The pages for people load everything from the gateway, and describe what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from framewell_contracts.asyncapi import document
from framewell_contracts.services import SERVICES
from framewell_gateway.entrypoints.http import pages

PAGES = ["/interfaces", "/docs", "/asyncapi", *(f"/asyncapi/{service}" for service in SERVICES)]
TOKENS = {"correct-horse-battery": "anna/rights"}


def linked(page: str) -> Iterator[str]:
    """Every address that a page names."""
    yield from re.findall(r'(?:href|src|data-document)="([^"]*)"', page)


@pytest.mark.parametrize("path", PAGES)
async def test_every_address_on_a_page_is_one_of_this_gateway_and_answers(
    gateway: httpx.AsyncClient, path: str
) -> None:
    answer = await gateway.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    addresses = set(linked(answer.text))
    assert {"/docs", "/asyncapi", "/static/pages.css"} <= addresses
    for address in addresses:
        assert re.match(r"/(?!/)", address), address
        assert (await gateway.get(address)).status_code == 200, address


@pytest.mark.parametrize("path", [*PAGES, "/static/pages.css", "/static/vendored/asyncapi/viewer.js"])
async def test_a_page_may_load_from_this_gateway_alone_and_runs_nothing_that_stands_in_it(
    gateway: httpx.AsyncClient, path: str
) -> None:
    answer = await gateway.get(path)
    policy = dict(part.strip().split(" ", 1) for part in answer.headers["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == policy["connect-src"] == "'self'"
    assert "unsafe" not in str(policy)
    assert answer.headers["x-content-type-options"] == "nosniff"
    if path in PAGES:
        assert not re.search(r"<script(?![^>]* src=)|<style| style=| on\w+=", answer.text)


async def test_the_index_leads_to_both_descriptions(gateway: httpx.AsyncClient) -> None:
    page = (await gateway.get("/interfaces")).text
    assert {"/docs", "/openapi.json", "/asyncapi", "/asyncapi.json"} <= set(linked(page))


@pytest.mark.parametrize("service", [None, *SERVICES])
async def test_the_events_are_served_as_they_are_described_offline(
    open_gateway: Any, service: str | None
) -> None:
    path = "/asyncapi.json" if service is None else f"/asyncapi/{service}.json"
    async with open_gateway(kafka_prefix="house.") as client:
        answer = await client.get(path)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == document(service, prefix="house.")


@pytest.mark.parametrize("path", ["/asyncapi/nobody", "/asyncapi/nobody.json"])
async def test_an_unknown_service_is_a_problem_that_names_those_there_are(
    gateway: httpx.AsyncClient, path: str
) -> None:
    answer = await gateway.get(path)
    assert answer.status_code == 404
    assert "transcode" in answer.json()["detail"]


@pytest.mark.parametrize(("path", "described"), [("/docs", "/openapi.json"), ("/asyncapi", "/asyncapi.json")])
async def test_without_its_viewer_a_page_says_what_to_do_and_where_the_document_is(
    gateway: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, path: str, described: str
) -> None:
    monkeypatch.setattr(pages, "VENDORED", tmp_path)
    answer = await gateway.get(path)
    assert answer.status_code == 404
    assert "make setup" in answer.text
    assert described in set(linked(answer.text))
    assert (await gateway.get(described)).status_code == 200


@pytest.mark.parametrize("path", [*PAGES, "/asyncapi.json", "/asyncapi/ingest.json", "/static/pages.css"])
async def test_pages_need_no_token(open_gateway: Any, path: str) -> None:
    async with open_gateway(tokens=TOKENS) as client:
        assert (await client.get(path)).status_code == 200


@pytest.mark.parametrize(
    "path", ["/static/../v1/datasets", "/asyncapi/../v1/datasets", "/static/%2e%2e/pages.py"]
)
async def test_no_way_leads_from_the_pages_past_the_token(open_gateway: Any, path: str) -> None:
    async with open_gateway(tokens=TOKENS) as client:
        answer = await client.send(
            httpx.Request("GET", httpx.URL("http://127.0.0.1:7410").copy_with(raw_path=path.encode()))
        )
    assert answer.status_code in {401, 404}


async def test_rest_says_how_callers_are_known(open_gateway: Any) -> None:
    async with open_gateway() as client:
        described = (await client.get("/openapi.json")).json()
    assert described["components"]["securitySchemes"]["token"]["scheme"] == "bearer"
    assert described["security"] == [{"token": []}, {"session": []}]
