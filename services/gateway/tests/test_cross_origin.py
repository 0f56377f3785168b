"""Which pages of other origins may read what: by setting, and never by a cookie."""

from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from framewell.ingest.v1.ingest_service_pb2 import SubmitResponse
from framewell_gateway.settings import GatewaySettings

TOKENS = {"correct-horse-battery": "anna/rights"}
BEARER = {"authorization": "Bearer correct-horse-battery"}
PLAYER, STRANGER = "https://player.example", "https://stranger.example"
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def preflight(origin: str, method: str, *headers: str) -> dict[str, str]:
    asked = {"origin": origin, "access-control-request-method": method}
    return {**asked, "access-control-request-headers": ",".join(headers)} if headers else asked


@pytest.fixture
async def key(mesh: Any) -> str:
    return str(await mesh.put(b"segment", ".m4s"))


@pytest.mark.parametrize("origins", [(PLAYER,), ("*",), ("*", PLAYER)])
async def test_a_player_loads_a_part_with_its_token(open_gateway: Any, key: str, origins: Any) -> None:
    async with open_gateway(tokens=TOKENS, cors_origins=origins) as client:
        asked = preflight(PLAYER, "GET", "authorization", "range")
        allowed = await client.options(f"/v1/assets/{ASSET}/objects/{key}", headers=asked)
        headers = {"origin": PLAYER, "range": "bytes=0-2", **BEARER}
        part = await client.get(f"/v1/assets/{ASSET}/objects/{key}", headers=headers)
        refused = await client.get(f"/v1/assets/{ASSET}/objects/{key}", headers={"origin": PLAYER})
    assert allowed.status_code == 200
    assert allowed.headers["access-control-allow-origin"] in (PLAYER, "*")
    assert {"authorization", "range"} <= set(
        allowed.headers["access-control-allow-headers"].lower().split(", ")
    )
    assert (part.status_code, part.content) == (206, b"seg")
    exposed = part.headers["access-control-expose-headers"].split(", ")
    assert {"content-range", "accept-ranges", "etag", "x-request-id"} <= set(exposed)
    assert refused.status_code == 401
    for answer in (part, refused):
        assert answer.headers["access-control-allow-origin"] in (PLAYER, "*")
        assert "access-control-allow-credentials" not in answer.headers


async def test_every_answer_and_preflight_has_the_id_of_its_request(open_gateway: Any, key: str) -> None:
    async with open_gateway(tokens=TOKENS, cors_origins=(PLAYER,)) as client:
        answer = await client.options(f"/v1/assets/{ASSET}/objects/{key}", headers=preflight(PLAYER, "GET"))
    assert answer.headers["x-request-id"]


async def test_a_page_of_a_named_origin_calls_all_of_rest(open_gateway: Any, mesh: Any) -> None:
    mesh.ingest.answers["Submit"] = SubmitResponse(asset_id=ASSET)
    async with open_gateway(tokens=TOKENS, cors_origins=(PLAYER,)) as client:
        asked = preflight(PLAYER, "POST", "authorization", "content-type")
        allowed = await client.options("/v1/assets", headers=asked)
        made = await client.post(
            "/v1/assets", json={"uri": "file:///a.mp4"}, headers={"origin": PLAYER, **BEARER}
        )
    assert (allowed.status_code, allowed.headers["access-control-allow-origin"]) == (200, PLAYER)
    assert (made.status_code, made.headers["access-control-allow-origin"]) == (202, PLAYER)
    assert "x-request-id" in made.headers["access-control-expose-headers"]


@pytest.mark.parametrize(
    ("origins", "origin", "path"),
    [
        ((), PLAYER, f"/v1/assets/{ASSET}/objects/x"),
        ((), PLAYER, "/v1/assets"),
        (("*",), PLAYER, "/v1/assets"),
        ((PLAYER,), STRANGER, "/v1/assets"),
        ((PLAYER,), STRANGER, f"/v1/assets/{ASSET}/objects/x"),
        ((PLAYER,), "null", "/v1/assets"),
        ((PLAYER,), "https://player.example.stranger.example", "/v1/assets"),
        ((PLAYER,), "http://player.example", "/v1/assets"),
        ((PLAYER,), PLAYER, "/docs"),
    ],
)
async def test_no_other_page_is_let_in(open_gateway: Any, origins: Any, origin: str, path: str) -> None:
    async with open_gateway(tokens=TOKENS, cors_origins=origins) as client:
        asked = preflight(origin, "GET", "authorization")
        answer = await client.options(path, headers=asked)
        changed = await client.post("/v1/assets", json={}, headers={"origin": origin, **BEARER})
    assert answer.headers.get("access-control-allow-origin") is None
    if origin != PLAYER or PLAYER not in origins:
        assert changed.status_code == 403


@pytest.mark.parametrize("origins", [(PLAYER,), ("*",)])
async def test_on_loopback_without_tokens_no_page_changes_anything(
    open_gateway: Any, mesh: Any, origins: Any
) -> None:
    async with open_gateway(cors_origins=origins) as client:
        answer = await client.post("/v1/uploads", content=b"x", headers={"origin": PLAYER})
        elsewhere = await client.get("/v1/assets", headers={"host": "player.example", "origin": PLAYER})
    assert (answer.status_code, elsewhere.status_code, mesh.uploaded) == (403, 403, b"")


async def test_objects_stay_readable_without_a_setting(gateway: httpx.AsyncClient, key: str) -> None:
    answer = await gateway.get(f"/v1/assets/{ASSET}/objects/{key}", headers={"origin": STRANGER})
    assert answer.headers["access-control-allow-origin"] == "*"


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("", ()),
        ("*", ("*",)),
        (
            " https://Player.example/ , http://127.0.0.1:8080",
            ("https://player.example", "http://127.0.0.1:8080"),
        ),
    ],
)
def test_origins_are_separated_by_commas(monkeypatch: pytest.MonkeyPatch, text: str, origins: Any) -> None:
    monkeypatch.setenv("FRAMEWELL_GATEWAY_CORS_ORIGINS", text)
    assert GatewaySettings().cors_origins == origins


@pytest.mark.parametrize(
    "text", ["player.example", "https://player.example/path", "ftp://player.example", "null"]
)
def test_what_is_no_origin_is_refused_at_the_start(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("FRAMEWELL_GATEWAY_CORS_ORIGINS", text)
    with pytest.raises(ValidationError, match="an origin is"):
        GatewaySettings()
