"""Signing in at a real OpenID Connect provider (oidc-provider): PKCE, state, nonce, the role of a claim."""

from __future__ import annotations

import asyncio
import json
import os
import re
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from framewell_contracts.access import Role
from framewell_gateway.adapters import oidc_provider
from framewell_gateway.adapters.oidc_provider import OidcProvider
from framewell_gateway.domain.provider_sign_in import new_pending
from framewell_gateway.entrypoints.access import ProviderSettings
from framewell_gateway.ports import Away
from framewell_gateway.ports.access import NotProved
from framewell_kit.clock import SystemClock

FOLDER = Path(__file__).resolve().parents[1] / "identity_provider"
ADDRESS = "http://127.0.0.1:7410"
CALLBACK = f"{ADDRESS}/v1/session/oidc/callback"
PEOPLE = {
    "anna": {"name": "Anna Meier", "groups": ["staff", "archive-editors"]},
    "carla": {"name": "Carla", "groups": ["archive-editors", "archive-admins"]},
    "nobody": {"name": "Nobody", "groups": ["staff"]},
    "first": {"name": "Somebody else", "groups": ["archive-admins"]},
}
ROLES = {"archive-editors": Role.CURATOR, "archive-admins": Role.ADMIN}
STEPS = 12


@dataclass
class ProviderHouse:
    issuer: str
    people: Any = field(default_factory=dict)

    def identities(self, **more: Any) -> OidcProvider:
        given = {
            "issuer": self.issuer,
            "client_id": "framewell",
            "client_secret": "a secret of tests",
            "scope": "openid profile",
            "login_claim": "preferred_username",
            "role_claim": "groups",
            **more,
        }
        return OidcProvider(**given)


@pytest.fixture(scope="module")
def provider() -> Iterator[ProviderHouse]:
    if not (FOLDER / "node_modules" / "oidc-provider").is_dir():
        reason = f"{FOLDER} has no packages: `npm ci --prefix {FOLDER}` installs them"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = subprocess.Popen(
        ("node", str(FOLDER / "provider.mjs"), str(port), CALLBACK),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PEOPLE": json.dumps(PEOPLE)},
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stdout.readline().strip() == "listening"
    yield ProviderHouse(f"http://127.0.0.1:{port}")
    process.terminate()
    process.wait(10)


@pytest.fixture
async def opened(house: Any, provider: ProviderHouse) -> Any:
    """A house with one administrator of its own, whose people sign in at the provider."""
    house.clock = SystemClock()
    house.more["provider_settings"] = ProviderSettings("The house", provider.identities(), ROLES)
    await house.set_up("first")
    return house


async def sign_in_there(address: str, login: str) -> str:
    """Sign in at the provider, as its page asks for; return the address that it sends the browser back to."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.get(address)
        for _ in range(STEPS):
            if answer.is_redirect:
                address = str(answer.url.join(answer.headers["location"]))
                if address.startswith(ADDRESS):
                    return address
                answer = await browser.get(address)
                continue
            form = re.search(r'action="([^"]+)"', answer.text)
            assert form, answer.text
            prompt = re.search(r'name="prompt" value="([^"]+)"', answer.text)
            fields = {"prompt": prompt[1] if prompt else "login", "login": login, "password": "x"}
            answer = await browser.post(str(answer.url.join(form[1])), data=fields)
    raise AssertionError("the provider sent nobody back")


async def sign_in(house: Any, login: str, to: str = "/") -> tuple[Any, httpx.Response]:
    browser = house.browser()
    begun = await browser.ask("GET", f"/v1/session/oidc?to={to}")
    assert begun.status_code == 302
    back = await sign_in_there(begun.headers["location"], login)
    return browser, await browser.ask("GET", back.removeprefix(ADDRESS))


async def test_somebody_signs_in_elsewhere_in_the_role_of_their_group(opened: Any) -> None:
    browser, answer = await sign_in(opened, "anna", "/review")
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/review")
    said = (await browser.ask("GET", "/v1/session")).json()
    assert (said["principal"], said["role"], said["by"], said["oidc"]) == (
        "anna",
        "curator",
        "oidc",
        "The house",
    )
    assert said["user"]["external"] is True
    assert (await browser.ask("GET", "/v1/users")).status_code == 403
    assert ("signed_in", "anna") in opened.noted()


async def test_the_highest_role_of_several_groups_counts(opened: Any) -> None:
    browser, _ = await sign_in(opened, "carla")
    assert (await browser.ask("GET", "/v1/session")).json()["role"] == "admin"


async def test_without_a_role_nobody_is_let_in_and_the_page_says_so(opened: Any) -> None:
    browser, answer = await sign_in(opened, "nobody")
    assert answer.headers["location"] == "/console/sign-in?refused=no_role"
    assert (await browser.ask("GET", "/v1/assets")).status_code == 401
    assert opened.noted()[-1] == ("sign_in_refused", "unknown")


async def test_a_role_that_was_taken_away_is_gone_at_the_next_sign_in(opened: Any) -> None:
    before, _ = await sign_in(opened, "anna")
    opened.more["provider_settings"] = ProviderSettings(
        "The house", opened.more["provider_settings"].identities, {"staff": Role.VIEWER}
    )
    opened.__dict__.pop("first", None)
    after, _ = await sign_in(opened, "anna")
    assert (await after.ask("GET", "/v1/session")).json()["role"] == "viewer"
    assert (await before.ask("GET", "/v1/session")).json()["role"] == "viewer"


async def test_an_account_with_a_password_is_not_taken_over(opened: Any) -> None:
    browser, answer = await sign_in(opened, "first")
    assert answer.headers["location"] == "/console/sign-in?refused=login_taken"
    assert (await browser.ask("GET", "/v1/users")).status_code == 401


async def test_a_disabled_account_stays_out(opened: Any) -> None:
    browser, _ = await sign_in(opened, "anna")
    await opened.access().users.disable(await opened.access().users.get(await opened.user_id(browser)))
    assert (await browser.ask("GET", "/v1/assets")).status_code == 401
    _, answer = await sign_in(opened, "anna")
    assert answer.headers["location"] == "/console/sign-in?refused=account_disabled"


async def test_an_answer_that_this_browser_did_not_ask_for_signs_nobody_in(opened: Any) -> None:
    """Else somebody could be made to work in another's account."""
    begun = await opened.browser().ask("GET", "/v1/session/oidc")
    back = await sign_in_there(begun.headers["location"], "anna")
    victim = opened.browser()
    for browser in (victim, opened.browser()):
        answer = await browser.ask("GET", back.removeprefix(ADDRESS))
        assert answer.headers["location"] == "/console/sign-in?refused=stale_sign_in"
        await browser.ask("GET", "/v1/session/oidc")  # one of its own is under way, with another state


async def test_a_code_works_once(opened: Any) -> None:
    browser = opened.browser()
    begun = await browser.ask("GET", "/v1/session/oidc")
    kept = browser.http.cookies.get("framewell-oidc")
    back = (await sign_in_there(begun.headers["location"], "anna")).removeprefix(ADDRESS)
    assert (await browser.ask("GET", back)).headers["location"] == "/console/"
    again = opened.browser()
    again.http.cookies.set("framewell-oidc", kept or "", domain="127.0.0.1")
    assert (await again.ask("GET", back)).headers["location"] == "/console/sign-in?refused=not_proved"


@pytest.mark.parametrize("to", ["//attacker.example", "https://attacker.example", "/\\attacker.example", ""])
async def test_nobody_is_sent_elsewhere(opened: Any, to: str) -> None:
    _, answer = await sign_in(opened, "anna", to)
    assert answer.headers["location"] == "/console/"


async def test_the_provider_is_asked_with_pkce_state_and_nonce(opened: Any) -> None:
    begun = await opened.browser().ask("GET", "/v1/session/oidc")
    asked = parse_qs(urlsplit(begun.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert all(len(asked[name][0]) >= 40 for name in ("code_challenge", "state", "nonce"))
    assert asked["redirect_uri"] == [CALLBACK]


async def identity(asked: Any, pending: Any) -> Any:
    back = await sign_in_there(await asked.address(pending, CALLBACK), "anna")
    (code,) = parse_qs(urlsplit(back).query)["code"]
    return await asked.identity(pending, code, CALLBACK)


async def test_a_token_for_another_sign_in_or_client_proves_nobody(provider: ProviderHouse) -> None:
    now = SystemClock().now()
    pending, other = new_pending("/", now), new_pending("/", now)
    asked = provider.identities()
    found = await identity(asked, pending)
    assert (found.login, found.name, list(found.roles)) == ("anna", "Anna Meier", PEOPLE["anna"]["groups"])
    back = await sign_in_there(await asked.address(pending, CALLBACK), "anna")
    (code,) = parse_qs(urlsplit(back).query)["code"]
    with pytest.raises(NotProved):  # another verifier
        await asked.identity(other, code, CALLBACK)
    token = {"id_token": await id_token(asked, pending)}
    keys = await published_keys(provider)
    assert asked._claims(token, keys, pending.nonce)["sub"] == "anna"
    for changed in (
        {"nonce": other.nonce},
        {"by": provider.identities(client_id="another")},
        {"by": provider.identities(issuer="https://elsewhere.example")},
        {"token": {"id_token": token["id_token"][:-4] + "AAAA"}},
        {"token": {"id_token": unsigned(token["id_token"])}},
        {"token": {}},
        {"keys": {"keys": []}},
    ):
        by = changed.get("by", asked)
        with pytest.raises(NotProved):
            by._claims(
                changed.get("token", token), changed.get("keys", keys), changed.get("nonce", pending.nonce)
            )


async def published_keys(provider: ProviderHouse) -> Any:
    async with httpx.AsyncClient() as client:
        return (await client.get(f"{provider.issuer}/jwks")).json()


async def id_token(asked: OidcProvider, pending: Any) -> str:
    """Return a token as the provider gives it out."""
    back = await sign_in_there(await asked.address(pending, CALLBACK), "anna")
    (code,) = parse_qs(urlsplit(back).query)["code"]
    metadata = await asked._described()
    async with asked._client(CALLBACK) as client:
        token = await client.fetch_token(
            metadata["token_endpoint"], code=code, code_verifier=pending.verifier
        )
    return str(token["id_token"])


def unsigned(token: str) -> str:
    """Return the token as one that says it needs no signature."""
    return f"eyJhbGciOiJub25lIn0.{token.split('.')[1]}."


async def test_a_token_that_has_ended_proves_nobody(
    provider: ProviderHouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked, pending = provider.identities(), new_pending("/", SystemClock().now())
    token = {"id_token": await id_token(asked, pending)}
    keys = await published_keys(provider)
    later = SystemClock().now().timestamp() + 3600
    monkeypatch.setattr("framewell_gateway.adapters.oidc_provider.time.time", lambda: later)
    with pytest.raises(NotProved):
        asked._claims(token, keys, pending.nonce)


async def test_a_provider_that_is_away_is_said_and_passwords_go_on(opened: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    away = OidcProvider(f"http://127.0.0.1:{port}", "framewell", "", "openid", "sub", "groups")
    with pytest.raises(Away):
        await away.address(new_pending("/", SystemClock().now()), CALLBACK)
    opened.more["provider_settings"] = ProviderSettings("The house", away, ROLES)
    opened.__dict__.pop("first", None)
    assert (await opened.browser().ask("GET", "/v1/session/oidc")).status_code == 503
    assert (await opened.browser().sign_in("first")).status_code == 200


async def test_nobody_waits_for_a_provider_that_is_known_to_be_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(oidc_provider, "_SECONDS", 0.3)
    asked, answers = [], asyncio.Event()

    async def provider(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(await reader.readuntil(b"\r\n\r\n"))
        if answers.is_set():
            body = json.dumps({"issuer": issuer, "authorization_endpoint": f"{issuer}/auth"}).encode()
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%s" % (len(body), body))
            await writer.drain()
            writer.close()

    server = await asyncio.start_server(provider, "127.0.0.1", 0)
    issuer = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    silent = OidcProvider(issuer, "framewell", "", "openid", "sub", "groups")
    pending = new_pending("/", SystemClock().now())
    try:
        for _ in range(2):  # the second time nobody asks
            refused = await asyncio.gather(
                *(silent.address(pending, CALLBACK) for _ in range(20)), return_exceptions=True
            )
            assert {type(one) for one in refused} == {Away}
            assert len(asked) == 1
        answers.set()
        monkeypatch.setattr(silent, "_away_until", 0.0)  # a while later
        addresses = await asyncio.gather(*(silent.address(pending, CALLBACK) for _ in range(20)))
        assert all(one.startswith(f"{issuer}/auth?") for one in addresses)
        assert len(asked) == 2
    finally:
        server.close()


async def test_a_provider_that_calls_itself_otherwise_is_refused(provider: ProviderHouse) -> None:
    other = provider.identities(issuer=provider.issuer.replace("127.0.0.1", "localhost"))
    with pytest.raises(Away, match="calls itself"):
        await other.address(new_pending("/", SystemClock().now()), CALLBACK)


async def test_a_mesh_without_a_provider_has_no_way_there(house: Any, admin: Any) -> None:
    assert (await house.browser().ask("GET", "/v1/session/oidc")).status_code == 404
