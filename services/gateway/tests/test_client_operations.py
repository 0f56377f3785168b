"""Every operation of the Python client reaches the gateway's, blocking and in an event loop alike."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from framewell_client import AsyncGateway, Gateway, Refused, each_of, with_etag, with_etag_of
from framewell_client.rest.operations import AsyncOperations, Operations
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.routes import ROUTES
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_kit.testing.waiting import eventually

NAMES = [name for name, _ in inspect.getmembers(Operations, inspect.isfunction) if not name.startswith("_")]
HOOK: Any = {"url": "https://mam.example/hook"}
OTHER: Any = {**HOOK, "description": "x"}


@pytest.fixture
async def address(mesh: Any) -> AsyncIterator[str]:
    """A gateway that listens, before services that know nothing."""
    server = WebServer(application(mesh.context()), "127.0.0.1", 0)
    await server.start()
    await eventually(lambda: not server.waiting())
    yield f"http://127.0.0.1:{server.port}"
    await server.stop(2.0)


def arguments(method: Callable[..., Any]) -> tuple[list[Any], dict[str, str]]:
    """Something for every argument that has to be given: ids of nothing, documents without a field."""
    given: list[Any] = []
    named = {}
    for one in list(inspect.signature(method).parameters.values())[1:]:
        if one.kind is inspect.Parameter.KEYWORD_ONLY:
            if one.default is inspect.Parameter.empty:
                named[one.name] = "x"
        elif one.name == "body":
            given.append(b"x" if "bytes" in str(one.annotation) else {})
        else:
            given.append("00000000-0000-4000-8000-000000000009")
    return given, named


def said(refused: Refused) -> tuple[int, str, str]:
    return refused.status, refused.code, refused.reason


def test_the_client_has_every_operation_twice() -> None:
    assert len(NAMES) == len(ROUTES)
    assert [name for name in NAMES if not hasattr(AsyncOperations, name)] == []


async def test_every_operation_is_answered_or_refused_with_a_word_the_same_in_both_clients(
    address: str,
) -> None:
    def blocking() -> dict[str, Any]:
        found: dict[str, Any] = {}
        with Gateway(address) as gateway:
            for name in NAMES:
                given, named = arguments(getattr(Operations, name))
                try:
                    getattr(gateway.rest, name)(*given, **named)
                    found[name] = "answered"
                except Refused as refused:
                    found[name] = said(refused)
        return found

    waited: dict[str, Any] = {}
    async with AsyncGateway(address) as gateway:
        for name in NAMES:
            given, named = arguments(getattr(AsyncOperations, name))
            try:
                await getattr(gateway.rest, name)(*given, **named)
                waited[name] = "answered"
            except Refused as refused:
                waited[name] = said(refused)
    blocked = await asyncio.to_thread(blocking)
    assert blocked == waited
    refusals = {name: one for name, one in blocked.items() if one != "answered"}
    assert {name: one for name, one in refusals.items() if one[0] >= 500 or not one[1]} == {}
    assert "answered" in blocked.values()
    assert {404, 422} <= {status for status, *_ in refusals.values()}


async def test_keys_versions_and_pages_hold_from_the_client_to_the_store(address: str) -> None:
    def blocking() -> list[Any]:
        with Gateway(address) as gateway:
            first, again = (gateway.rest.create_webhook(HOOK, idempotency_key="k-1") for _ in range(2))
            name = first["webhook"]["webhook_id"]
            _, etag = with_etag(gateway.rest.get_webhook, name)
            gateway.rest.update_webhook(name, {"description": "a"}, if_match=etag)
            refusals = []
            for change in (
                lambda: gateway.rest.update_webhook(name, {"description": "b"}, if_match=etag),
                lambda: gateway.rest.create_webhook(OTHER, idempotency_key="k-1"),
                lambda: gateway.rest.list_webhooks(page_token="x"),
            ):
                with pytest.raises(Refused) as refused:
                    change()
                refusals.append(said(refused.value)[::2])
            return [first == again, refusals]

    assert await asyncio.to_thread(blocking) == [
        True,
        [(412, "revision_changed"), (422, "idempotency_key_reused"), (422, "bad_page_token")],
    ]
    async with AsyncGateway(address) as gateway:
        listed = [one async for one in each_of(gateway.rest.list_webhooks, "webhooks")]
        seen, etag = await with_etag_of(gateway.rest.get_webhook, listed[0]["webhook_id"])
    assert (len(listed), seen["description"], etag[:1]) == (1, "a", '"')
