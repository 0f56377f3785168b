"""Who is let in: this machine without tokens, everybody else with one."""

from typing import Any

import httpx
import pytest

from framewell.dataset.v1.catalogue_service_pb2 import ListDatasetsResponse
from framewell_contracts.access import Role
from framewell_gateway.domain.principals import Principal, acting, is_loopback, principal_of

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
TOKENS = {"correct-horse-battery": "anna/rights", "staple-horse-battery": "bernd"}


@pytest.fixture
def who(mesh: Any) -> list[Principal]:
    """Who dataset was asked for."""
    seen: list[Principal] = []

    class Noting:
        def answer(self, method: str, request: Any) -> ListDatasetsResponse:
            seen.append(acting.get())
            return ListDatasetsResponse()

    mesh.dataset = Noting()
    return seen


@pytest.mark.parametrize("host", ["127.0.0.1:7410", "localhost", "[::1]:7410", "127.0.0.2"])
async def test_this_machine_needs_no_token(open_gateway: Any, who: list[Principal], host: str) -> None:
    async with open_gateway(base_url=f"http://{host}") as client:
        assert (await client.get("/v1/datasets")).status_code == 200
    assert who == [Principal("local", Role.LOCAL)]


@pytest.mark.parametrize("host", ["attacker.example", "127.0.0.1.attacker.example", "10.0.0.1"])
async def test_a_page_that_renamed_itself_to_this_machine_is_refused(open_gateway: Any, host: str) -> None:
    async with open_gateway(base_url=f"http://{host}") as client:
        assert (await client.get("/v1/datasets")).status_code == 403


@pytest.mark.parametrize("origin", ["https://attacker.example", "null", "http://127.0.0.1:9999"])
async def test_a_page_of_another_origin_changes_nothing(
    mesh: Any, gateway: httpx.AsyncClient, origin: str
) -> None:
    answer = await gateway.post("/v1/uploads", content=b"x", headers={"origin": origin})
    assert answer.status_code == 403
    assert mesh.uploaded == b""


@pytest.mark.parametrize(
    ("token", "principal"),
    [
        ("correct-horse-battery", Principal("anna", Role.RIGHTS, "correct-horse-battery", "token")),
        ("staple-horse-battery", Principal("bernd", Role.CURATOR, "staple-horse-battery", "token")),
    ],
)
async def test_a_token_says_who_calls(
    open_gateway: Any, who: list[Principal], token: str, principal: Principal
) -> None:
    async with open_gateway(base_url="http://archive.example", tokens=TOKENS) as client:
        answer = await client.get("/v1/datasets", headers={"authorization": f"Bearer {token}"})
    assert answer.status_code == 200
    assert who == [principal]


@pytest.mark.parametrize(
    ("headers", "detail"),
    [
        ({}, "asks who you are"),
        ({"authorization": "Bearer wrong"}, "not one of this mesh's"),
        ({"authorization": "Bearer "}, "asks who you are"),
        ({"authorization": "Basic correct-horse-battery"}, "asks who you are"),
        ({"authorization": "correct-horse-battery"}, "asks who you are"),
        ({"framewell-actor": "anna"}, "asks who you are"),
    ],
)
async def test_without_a_right_token_nobody_is_served(
    open_gateway: Any, who: list[Principal], headers: dict[str, str], detail: str
) -> None:
    async with open_gateway(tokens=TOKENS) as client:
        answer = await client.get("/v1/datasets", headers=headers)
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert detail in answer.json()["detail"]
    assert who == []


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/datasets"),
        ("GET", "/v1/assets"),
        ("POST", "/v1/assets"),
        ("POST", f"/v1/assets/{ASSET}/objects/x"),
        ("GET", "/docs"),
        ("GET", f"/v1/assets/{ASSET}/objects"),
        ("GET", f"/v1/assets/{ASSET}/objects/ab/abc.mp4"),
        ("GET", "/v1/snapshots"),
    ],
)
@pytest.mark.parametrize("tokens", [TOKENS, {}])
async def test_a_token_in_an_address_is_refused(
    open_gateway: Any, who: list[Principal], method: str, path: str, tokens: dict[str, str]
) -> None:
    async with open_gateway(tokens=tokens) as client:
        answer = await client.request(method, f"{path}?access_token=correct-horse-battery")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_request")
    assert "Authorization: Bearer" in answer.json()["detail"]
    assert "correct-horse" not in answer.text
    assert who == []


async def test_a_token_that_is_taken_out_of_the_settings_opens_nothing(open_gateway: Any, mesh: Any) -> None:
    key = await mesh.put(b"x", ".mp4")
    left = {name: whose for name, whose in TOKENS.items() if whose != "bernd"}
    async with open_gateway(tokens=left) as client:
        for path in ("/v1/datasets", f"/v1/assets/{ASSET}/objects/{key}", f"/v1/assets/{ASSET}/events"):
            answer = await client.get(path, headers={"authorization": "Bearer staple-horse-battery"})
            assert answer.status_code == 401


def test_nobody_owns_the_empty_token() -> None:
    assert principal_of("", {}) is None
    assert principal_of("", TOKENS) is None


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("a.b", False),
    ],
)
def test_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback
