"""The console as it is served: one page at every address, scripts for good, nothing from elsewhere."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from framewell_gateway.entrypoints.http import console

PAGE = '<!doctype html><meta property="csp-nonce" nonce="STYLE-NONCE"><script src="/console/static/a-1.js">'


@pytest.fixture
def built(tmp_path: Path) -> Path:
    """A console that was built."""
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "a-1.js").write_text("start()")
    (tmp_path / "index.html").write_text(PAGE)
    return tmp_path


def caller(built: Path) -> httpx.AsyncClient:
    """Return a caller of a server with this console alone."""
    app = Starlette(routes=console.routes(built))
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:7410")


@pytest.mark.parametrize(
    "path", ["/console/", "/console/assets/1c5b2c1e", "/console/assets", "/console/no/where"]
)
async def test_every_address_below_is_the_page(built: Path, path: str) -> None:
    async with caller(built) as client:
        answer = await client.get(path)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert answer.headers["cache-control"] == "no-cache"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "STYLE-NONCE" not in answer.text


async def test_every_answer_has_a_nonce_of_its_own_for_styles_and_for_nothing_else(built: Path) -> None:
    nonces = set()
    async with caller(built) as client:
        for _ in range(3):
            answer = await client.get("/console/")
            policy = answer.headers["content-security-policy"]
            (nonce,) = re.findall(r"'nonce-([^']+)'", policy)
            assert f'nonce="{nonce}"' in answer.text
            assert f"style-src 'self' 'nonce-{nonce}'" in policy
            assert "script-src 'self';" in policy
            assert "unsafe" not in policy
            nonces.add(nonce)
    assert len(nonces) == 3


async def test_a_script_is_kept_for_good_and_one_of_a_replaced_console_is_not_the_page(built: Path) -> None:
    async with caller(built) as client:
        answer = await client.get("/console/static/a-1.js")
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.text == "start()"
        assert (await client.get("/console/static/a-0.js")).status_code == 404


@pytest.mark.parametrize(
    "path", ["/console/../index.py", "/console/%2e%2e/%2e%2e/secret", "/console/static/../../x"]
)
async def test_nothing_outside_its_folder_is_given_out(built: Path, path: str) -> None:
    (built.parent / "secret").write_text("secret")
    async with caller(built) as client:
        answer = await client.get(path)
    assert "secret" not in answer.text


async def test_a_script_is_sent_small_to_whoever_takes_that(built: Path) -> None:
    (built / "static" / "a-1.js.gz").write_bytes(gzip.compress(b"start()"))
    async with caller(built) as client:
        small = await client.get("/console/static/a-1.js", headers={"accept-encoding": "br, gzip;q=0.8"})
        whole = await client.get("/console/static/a-1.js", headers={"accept-encoding": "identity"})
    assert (small.headers["content-encoding"], small.text) == ("gzip", "start()")
    assert small.headers["content-type"] == whole.headers["content-type"] == "text/javascript; charset=utf-8"
    assert "content-encoding" not in whole.headers
    assert small.headers["vary"] == whole.headers["vary"] == "accept-encoding"


async def test_the_front_door_leads_to_the_console_and_to_the_interfaces_where_there_is_none(
    built: Path, tmp_path: Path
) -> None:
    async with caller(built) as client:
        assert (await client.get("/")).headers["location"] == "/console/"
        assert (await client.get("/console")).headers["location"] == "/console/"
    async with caller(tmp_path / "nothing") as client:
        assert (await client.get("/")).headers["location"] == "/interfaces"
        answer = await client.get("/console/")
    assert answer.status_code == 404
    assert "make setup" in answer.text
