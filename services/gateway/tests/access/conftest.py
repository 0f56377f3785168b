"""A gateway with users on a store in memory, at a time that stands still, and browsers that use it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cached_property
from typing import Any

import httpx
import pytest

from framewell.access.v1.access_pb2 import AccessChange, AccessChanged
from framewell_contracts.json_mapping import enum_word
from framewell_gateway.domain.access_secrets import hashed
from framewell_gateway.entrypoints.access import Access
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.testing import NoTrust, access_on
from framewell_kit.documents import Documents, MemoryDocuments
from framewell_kit.testing.clocks import HeldClock

CODE = "AAAAA-BBBBB-CCCCC-DDDDD"
PASSWORD = "a long sentence is easy to keep"
ADDRESS = "http://127.0.0.1:7410"


class Browser:
    """Somebody's browser: keeps cookies, sends its page's origin and the header that `csrf` is for."""

    def __init__(self, app: Any, address: str = ADDRESS, source: str = "192.0.2.7") -> None:
        transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(source, 40000))
        self.http = httpx.AsyncClient(transport=transport, base_url=address)
        self.address, self.csrf = address, ""

    async def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"origin": self.address, "framewell-csrf": self.csrf, **more.pop("headers", {})}
        if method in ("GET", "HEAD"):
            headers = {name: value for name, value in headers.items() if name != "origin"}
        answer = await self.http.request(method, path, headers=headers, **more)
        kept = answer.headers.get("content-type") == "application/json" and answer.status_code < 300
        if kept and isinstance(answer.json(), dict) and answer.json().get("csrf"):
            self.csrf = answer.json()["csrf"]
        return answer

    async def sign_in(self, login: str, password: str = PASSWORD) -> httpx.Response:
        return await self.ask("POST", "/v1/session", json={"login": login, "password": password})

    @property
    def cookie(self) -> str:
        return next((cookie.value or "" for cookie in self.http.cookies.jar), "")


@dataclass
class House:
    """A mesh's gateway, or several on one store."""

    mesh: Any
    documents: Documents = field(default_factory=MemoryDocuments)
    clock: HeldClock = field(default_factory=HeldClock)
    trust: NoTrust = field(default_factory=NoTrust)
    tokens: dict[str, str] = field(default_factory=dict)
    more: dict[str, Any] = field(default_factory=dict)

    def access(self) -> Access:
        return access_on(
            self.documents, self.mesh.announcements, self.clock, self.tokens, trust=self.trust, **self.more
        )

    def app(self, **settings: Any) -> Any:
        """Return another replica."""
        return application(replace(self.mesh.context(), access=self.access()), **settings)

    @cached_property
    def first(self) -> Any:
        """Return the replica that everybody uses who says nothing else."""
        return self.app()

    def browser(self, app: Any = None, **more: Any) -> Browser:
        return Browser(app or self.first, **more)

    async def put_code(self, code: str = CODE, hours: float = 24) -> None:
        await self.access().setup_codes.put(hashed(code), self.clock.now() + timedelta(hours=hours))

    async def set_up(self, login: str = "anna") -> Browser:
        """Make the first administrator; return her browser, signed in."""
        await self.put_code()
        browser = self.browser()
        body = {"code": CODE, "name": "Anna Meier", "login": login, "password": PASSWORD}
        answer = await browser.ask("POST", "/v1/setup", json=body)
        assert answer.status_code == 201, answer.text
        return browser

    async def user(self, admin: Browser, login: str, role: str) -> Browser:
        """Invite somebody, who takes the invitation; return their browser, signed in."""
        invited = await admin.ask(
            "POST", "/v1/users", json={"login": login, "name": login.title(), "role": role}
        )
        assert invited.status_code == 201, invited.text
        browser = self.browser()
        body = {"code": invited.json()["code"], "password": PASSWORD}
        answer = await browser.ask("POST", "/v1/invitations/accept", json=body)
        assert answer.status_code == 201, answer.text
        assert answer.json()["role"] == role
        return browser

    async def user_id(self, browser: Browser) -> str:
        return str((await browser.ask("GET", "/v1/session")).json()["user"]["user_id"])

    def noted(self) -> list[tuple[str, str]]:
        """What the audit log gets: what happened, and who did it."""
        return [
            (enum_word(AccessChange.DESCRIPTOR, fact.change), fact.actor.principal)
            for fact in self.mesh.announcements.facts
            if isinstance(fact, AccessChanged)
        ]


@pytest.fixture
def house(mesh: Any) -> House:
    return House(mesh)


@pytest.fixture
async def admin(house: House) -> AsyncIterator[Browser]:
    browser = await house.set_up()
    yield browser
    await browser.http.aclose()
