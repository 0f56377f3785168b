"""Sessions: opaque, kept by a cookie that no script reads, ended by time, by people and by administrators."""

from __future__ import annotations

import json
from typing import Any

import pytest

from framewell_gateway.entrypoints.http.routes import access

PASSWORD = "a long sentence is easy to keep"
OTHER = "another sentence, longer than that"
CHANGE = ("POST", "/v1/tokens", {"name": "x", "role": "viewer"})


async def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(house: Any, admin: Any) -> None:
    answer = await house.browser().sign_in("anna")
    (cookie,) = answer.headers.get_list("set-cookie")
    assert cookie.startswith("framewell-7410=")
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    assert "Domain" not in cookie
    assert answer.headers["cache-control"] == "no-store"


async def test_behind_tls_the_cookie_is_of_this_host_alone(house: Any, admin: Any) -> None:
    secure = house.browser(address="https://archive.example")
    (cookie,) = (await secure.sign_in("anna")).headers.get_list("set-cookie")
    assert cookie.startswith("__Host-framewell=")
    assert "Secure" in cookie
    assert (await secure.ask("GET", "/v1/users")).status_code == 200


async def test_what_is_kept_opens_nothing(house: Any, admin: Any) -> None:
    """Neither secrets nor passwords are in the database, in facts or in answers."""
    await admin.ask(*CHANGE[:2], json=CHANGE[2])
    kept = repr(house.documents._collections)
    assert admin.cookie
    assert admin.cookie not in kept
    assert PASSWORD not in kept
    said = (await admin.ask("GET", "/v1/session")).text + (await admin.ask("GET", "/v1/users")).text
    assert "argon2" not in said
    assert admin.cookie not in said
    assert "anna meier" not in repr(house.mesh.announcements.facts).lower()


async def test_a_session_gets_a_new_secret_whatever_cookie_the_browser_brought(
    house: Any, admin: Any
) -> None:
    browser = house.browser()
    browser.http.cookies.set("framewell-7410", "chosen-by-somebody-else", domain="127.0.0.1")
    await browser.sign_in("anna")
    kept = {cookie.value for cookie in browser.http.cookies.jar}
    assert any(len(value or "") == 43 for value in kept)
    fixed = house.browser()
    fixed.http.cookies.set("framewell-7410", "chosen-by-somebody-else", domain="127.0.0.1")
    assert (await fixed.ask("GET", "/v1/users")).status_code == 401


async def test_a_session_ends_after_nine_hours_without_a_call_and_goes_on_with_one(
    house: Any, admin: Any
) -> None:
    house.clock.advance(8 * 3600)
    assert (await admin.ask("GET", "/v1/users")).status_code == 200
    house.clock.advance(8 * 3600)
    assert (await admin.ask("GET", "/v1/users")).status_code == 200
    house.clock.advance(9 * 3600)
    assert (await admin.ask("GET", "/v1/users")).status_code == 401
    said = await admin.ask("GET", "/v1/session")
    assert (said.status_code, said.json()["principal"]) == (200, "")


async def test_a_session_ends_in_any_case(house: Any, admin: Any) -> None:
    for _ in range(71):
        house.clock.advance(3600)
        assert (await admin.ask("GET", "/v1/users")).status_code == 200
    house.clock.advance(3600)
    assert (await admin.ask("GET", "/v1/users")).status_code == 401


async def test_signing_out_ends_this_session_alone(house: Any, admin: Any) -> None:
    other = house.browser()
    await other.sign_in("anna")
    stolen = admin.cookie
    assert (await admin.ask("DELETE", "/v1/session")).status_code == 204
    thief = house.browser()
    thief.http.cookies.set("framewell-7410", stolen, domain="127.0.0.1")
    assert (await thief.ask("GET", "/v1/users")).status_code == 401
    assert (await other.ask("GET", "/v1/users")).status_code == 200


async def test_signing_out_everywhere_ends_every_session_on_every_replica(house: Any, admin: Any) -> None:
    elsewhere = house.browser(house.app())
    await elsewhere.sign_in("anna")
    assert (await admin.ask("DELETE", "/v1/sessions")).status_code == 204
    for browser in (admin, elsewhere):
        assert (await browser.ask("GET", "/v1/users")).status_code == 401


async def test_another_password_ends_all_other_sessions(house: Any, admin: Any) -> None:
    other = house.browser()
    await other.sign_in("anna")
    body = {"password": PASSWORD, "new_password": OTHER}
    assert (await admin.ask("POST", "/v1/session/password", json=body)).status_code == 200
    assert (await admin.ask("GET", "/v1/users")).status_code == 200
    assert (await other.ask("GET", "/v1/users")).status_code == 401
    assert (await house.browser().sign_in("anna")).status_code == 401
    assert (await house.browser().sign_in("anna", OTHER)).status_code == 200


async def test_a_password_is_changed_by_whoever_knows_it_alone(house: Any, admin: Any) -> None:
    body = {"password": "somebody found this browser", "new_password": OTHER}
    assert (await admin.ask("POST", "/v1/session/password", json=body)).status_code == 401
    assert (await house.browser().sign_in("anna")).status_code == 200


@pytest.mark.parametrize("password", ["", "short", "elevenchars", "aaaaaaaaaaaa", "anna" * 1, "x" * 1001])
async def test_a_password_that_is_too_easy_is_refused_and_not_repeated(
    house: Any, admin: Any, password: str
) -> None:
    body = {"password": PASSWORD, "new_password": password}
    answer = await admin.ask("POST", "/v1/session/password", json=body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["new_password"]
    assert len(password) < 5 or json.dumps(password)[1:-1] not in answer.text


async def test_a_password_is_not_the_login(house: Any) -> None:
    await house.put_code()
    body = {
        "code": "AAAAA-BBBBB-CCCCC-DDDDD",
        "name": "A",
        "login": "annemarie.meier",
        "password": "Annemarie.Meier",
    }
    answer = await house.browser().ask("POST", "/v1/setup", json=body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "password")


# --- changes that a page elsewhere makes with this browser's cookie


@pytest.mark.parametrize(
    "headers",
    [
        {"framewell-csrf": ""},
        {"framewell-csrf": "0" * 64},
        {"origin": "https://attacker.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"origin": "https://127.0.0.1:7410"},
        {"origin": ""},
    ],
)
async def test_a_change_by_cookie_needs_the_pages_own_header_and_origin(
    house: Any, admin: Any, headers: dict[str, str]
) -> None:
    await admin.ask("GET", "/v1/session")
    method, path, body = CHANGE
    answer = await admin.ask(method, path, json=body, headers=headers)
    assert answer.status_code == 403
    assert (await admin.ask("GET", "/v1/tokens")).json()["tokens"] == []
    assert (await admin.ask(method, path, json=body)).status_code == 201


async def test_a_change_by_cookie_without_an_origin_is_refused(house: Any, admin: Any) -> None:
    await admin.ask("GET", "/v1/session")
    answer = await admin.http.post("/v1/tokens", json=CHANGE[2], headers={"framewell-csrf": admin.csrf})
    assert (answer.status_code, answer.json()["reason"]) == (403, "csrf")


async def test_the_header_of_one_session_changes_nothing_in_another(house: Any, admin: Any) -> None:
    other = house.browser()
    await other.sign_in("anna")
    await admin.ask("GET", "/v1/session")
    method, path, body = CHANGE
    answer = await admin.ask(method, path, json=body, headers={"framewell-csrf": other.csrf})
    assert answer.status_code == 403
    assert other.csrf != admin.csrf


async def test_a_page_of_another_origin_signs_nobody_in(house: Any, admin: Any) -> None:
    """Else a page could let somebody work in an account of its own."""
    body = {"login": "anna", "password": PASSWORD}
    answer = await house.browser().ask(
        "POST", "/v1/session", json=body, headers={"origin": "https://attacker.example"}
    )
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


async def test_no_get_changes_anything_of_access(house: Any, admin: Any) -> None:
    assert {route.id for route in access.ROUTES if route.verb == "GET"} == {
        "getSession",
        "listUsers",
        "listTokens",
    }
