"""Tokens of programs are never more than their owners; an address opens one object for some minutes."""

from __future__ import annotations

from typing import Any

import pytest

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


async def made(browser: Any, role: str = "viewer", **more: Any) -> dict[str, Any]:
    answer = await browser.ask("POST", "/v1/tokens", json={"name": "Playout", "role": role, **more})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


async def test_a_token_acts_for_its_owner_with_its_own_role(house: Any, admin: Any) -> None:
    token = await made(admin, "curator")
    program = house.browser()
    said = (await program.ask("GET", "/v1/session", headers=bearer(token["secret"]))).json()
    assert (said["principal"], said["role"], said["by"], said["csrf"]) == ("anna", "curator", "api_token", "")
    assert (await program.ask("GET", "/v1/users", headers=bearer(token["secret"]))).status_code == 403


async def test_a_token_may_never_more_than_its_owner_at_that_moment(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    token = await made(bernd, "curator")
    refused = await bernd.ask("POST", "/v1/tokens", json={"name": "x", "role": "rights"})
    assert refused.status_code == 403
    await admin.ask("POST", f"/v1/users/{await house.user_id(bernd)}/role", json={"role": "rights"})
    said = (await house.browser().ask("GET", "/v1/session", headers=bearer(token["secret"]))).json()
    assert said["role"] == "viewer"  # what a curator and one for rights both may


async def test_a_token_is_revoked_at_once_everywhere(house: Any, admin: Any) -> None:
    token = await made(admin)
    program = house.browser(house.app())
    assert (await program.ask("GET", "/v1/assets", headers=bearer(token["secret"]))).status_code == 200
    assert (await admin.ask("DELETE", f"/v1/tokens/{token['token']['token_id']}")).status_code == 204
    assert (await program.ask("GET", "/v1/assets", headers=bearer(token["secret"]))).status_code == 401
    assert (await admin.ask("DELETE", f"/v1/tokens/{token['token']['token_id']}")).status_code == 404


async def test_a_token_ends_when_it_says(house: Any, admin: Any) -> None:
    token = await made(admin, expires_at="2026-01-02T00:00:00Z")
    program = house.browser()
    assert (await program.ask("GET", "/v1/assets", headers=bearer(token["secret"]))).status_code == 200
    house.clock.advance(24 * 3600)
    assert (await program.ask("GET", "/v1/assets", headers=bearer(token["secret"]))).status_code == 401


@pytest.mark.parametrize("ends", ["2025-12-31T00:00:00Z", "2026-01-01T00:00:00Z", "2027-06-01T00:00:00Z"])
async def test_a_token_ends_within_a_year(admin: Any, ends: str) -> None:
    answer = await admin.ask("POST", "/v1/tokens", json={"name": "x", "role": "viewer", "expires_at": ends})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "expires_at")


async def test_a_token_makes_no_token_and_changes_no_password(house: Any, admin: Any) -> None:
    secret = (await made(admin, "admin"))["secret"]
    program = house.browser()
    body = {"name": "x", "role": "viewer"}
    assert (await program.ask("POST", "/v1/tokens", json=body, headers=bearer(secret))).status_code == 409
    body = {"password": "a long sentence is easy to keep", "new_password": "another sentence, longer"}
    answer = await program.ask("POST", "/v1/session/password", json=body, headers=bearer(secret))
    assert answer.status_code == 409


@pytest.mark.parametrize("role", ["viewer", "curator", "rights", "admin"])
async def test_a_token_ends_no_session_of_its_owner(house: Any, admin: Any, role: str) -> None:
    secret = (await made(admin, role))["secret"]
    program = house.browser()
    refused = await program.ask("DELETE", "/v1/sessions", headers=bearer(secret))
    assert (refused.status_code, refused.json()["reason"]) == (403, "role")
    assert "does not manage the account of anna" in refused.json()["detail"]
    assert (await program.ask("DELETE", "/v1/session", headers=bearer(secret))).status_code == 409
    assert (await admin.ask("GET", "/v1/users")).status_code == 200  # she is signed in still
    assert "signed_out_everywhere" not in [what for what, _ in house.noted()]


@pytest.mark.parametrize(
    ("role", "may"), [("viewer", 403), ("curator", 403), ("rights", 403), ("admin", 204)]
)
async def test_a_token_sees_and_revokes_no_other_of_its_owner_unless_it_is_an_administrators(
    house: Any, admin: Any, role: str, may: int
) -> None:
    own, other = await made(admin, role), await made(admin, "viewer")
    program, key = house.browser(), bearer(own["secret"])
    seen = (await program.ask("GET", "/v1/tokens", headers=key)).json()
    ids = [own["token"]["token_id"]] if may == 403 else [one["token"]["token_id"] for one in (other, own)]
    assert sorted(one["token_id"] for one in seen["tokens"]) == sorted(ids)
    assert seen["total_size"] == len(ids)
    path = f"/v1/tokens/{other['token']['token_id']}"
    assert (await program.ask("DELETE", path, headers=key)).status_code == may
    works = await house.browser().ask("GET", "/v1/assets", headers=bearer(other["secret"]))
    assert works.status_code == (200 if may == 403 else 401)
    assert (
        await program.ask("DELETE", f"/v1/tokens/{own['token']['token_id']}", headers=key)
    ).status_code == 204
    assert (await program.ask("GET", "/v1/assets", headers=key)).status_code == 401


async def test_a_token_of_an_administrator_that_is_a_viewers_manages_nobody(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    theirs, secret = await made(bernd), (await made(admin))["secret"]
    program, key = house.browser(), bearer(secret)
    user_id = await house.user_id(bernd)
    assert (await program.ask("GET", f"/v1/tokens?user_id={user_id}", headers=key)).status_code == 403
    path = f"/v1/tokens/{theirs['token']['token_id']}"
    assert (await program.ask("DELETE", path, headers=key)).status_code == 404
    assert (await program.ask("DELETE", f"/v1/users/{user_id}", headers=key)).status_code == 403


async def test_tokens_of_others_are_for_administrators(house: Any, admin: Any) -> None:
    bernd, carla = await house.user(admin, "bernd", "rights"), await house.user(admin, "carla", "curator")
    token = (await made(bernd))["token"]
    theirs = f"/v1/tokens?user_id={await house.user_id(bernd)}"
    assert (await carla.ask("GET", theirs)).status_code == 403
    assert (await carla.ask("DELETE", f"/v1/tokens/{token['token_id']}")).status_code == 404
    assert (await carla.ask("GET", "/v1/tokens")).json()["tokens"] == []
    (listed,) = (await admin.ask("GET", theirs)).json()["tokens"]
    assert (listed["login"], listed["name"], "secret" in listed) == ("bernd", "Playout", False)
    assert (await admin.ask("DELETE", f"/v1/tokens/{token['token_id']}")).status_code == 204


async def test_when_a_token_was_used_is_kept_to_the_hour(house: Any, admin: Any) -> None:
    secret = (await made(admin))["secret"]
    assert "used_at" not in (await admin.ask("GET", "/v1/tokens")).json()["tokens"][0]
    await house.browser().ask("GET", "/v1/assets", headers=bearer(secret))
    first = (await admin.ask("GET", "/v1/tokens")).json()["tokens"][0]["used_at"]
    house.clock.advance(1800)
    await house.browser().ask("GET", "/v1/assets", headers=bearer(secret))
    assert (await admin.ask("GET", "/v1/tokens")).json()["tokens"][0]["used_at"] == first


async def test_tokens_of_the_settings_go_on_beside_users(house: Any) -> None:
    house.tokens["t-playout"] = "playout/staff"
    await house.set_up()
    said = (await house.browser().ask("GET", "/v1/session", headers=bearer("t-playout"))).json()
    assert (said["mode"], said["principal"], said["role"], said["by"]) == (
        "users",
        "playout",
        "curator",
        "token",
    )


# --- addresses of objects


async def addressed(house: Any, browser: Any, **more: Any) -> tuple[str, str]:
    key = await house.mesh.put(b"0123456789", ".mp4")
    path = f"/v1/assets/{ASSET}/objects/{key}"
    answer = await browser.ask("POST", "/v1/objects/address", json={"path": path}, **more)
    assert answer.status_code == 200, answer.text
    return path, str(answer.json()["address"])


async def test_a_signed_address_opens_its_object_for_ten_minutes(house: Any, admin: Any) -> None:
    path, address = await addressed(house, admin)
    anybody = house.browser()
    assert (await anybody.ask("GET", path)).status_code == 401
    answer = await anybody.ask("GET", address, headers={"range": "bytes=2-4"})
    assert (answer.status_code, answer.content) == (206, b"234")
    assert (await anybody.ask("HEAD", address)).status_code == 200
    house.clock.advance(10 * 60)
    assert (await anybody.ask("GET", address)).status_code == 401


@pytest.mark.parametrize(
    "changed",
    [
        lambda address: address.replace("expires=1", "expires=2"),
        lambda address: address.replace("by=anna", "by=bernd"),
        lambda address: address.replace("role=admin", "role=viewer"),
        lambda address: address.replace("through=session.", "through=program."),
        lambda address: address.replace("through=session.", "through=setting."),
        lambda address: address[:-1] + ("0" if address[-1] != "0" else "1"),
        lambda address: address.replace(".mp4", ".mp3"),
        lambda address: address.partition("&signature")[0],
        lambda address: address + "&x=1",
        lambda address: address.replace("expires=1", "expires=x"),
    ],
)
async def test_an_address_that_was_changed_opens_nothing(house: Any, admin: Any, changed: Any) -> None:
    _, address = await addressed(house, admin)
    assert (await house.browser().ask("GET", changed(address))).status_code in (401, 404)


async def test_an_address_opens_no_other_path_and_changes_nothing(house: Any, admin: Any) -> None:
    path, address = await addressed(house, admin)
    query = address.partition("?")[2]
    anybody = house.browser()
    for method, other in (
        ("GET", "/v1/assets"),
        ("GET", f"/v1/assets/{ASSET}"),
        ("DELETE", f"/v1/assets/{ASSET}"),
    ):
        answer = await anybody.ask(method, f"{other}?{query}")
        assert answer.status_code in (400, 401), other
    assert (await anybody.ask("POST", f"{path}?{query}")).status_code == 401
    assert not house.mesh.ingest.asked


async def test_an_address_ends_with_the_account_that_asked_for_it(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "viewer")
    _, address = await addressed(house, bernd)
    assert (await house.browser().ask("GET", address)).status_code == 200
    await admin.ask("POST", f"/v1/users/{await house.user_id(bernd)}/disable")
    assert (await house.browser().ask("GET", address)).status_code == 401


async def test_an_address_ends_with_the_session_that_asked_for_it(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "viewer")
    elsewhere = house.browser()
    assert (await elsewhere.sign_in("bernd")).status_code == 200
    _, address = await addressed(house, bernd)
    _, other = await addressed(house, elsewhere)
    assert (await bernd.ask("DELETE", "/v1/session")).status_code == 204
    assert (await house.browser().ask("GET", address)).status_code == 401
    assert (await house.browser().ask("GET", other)).status_code == 200


async def test_an_address_ends_with_the_token_that_asked_for_it(house: Any, admin: Any) -> None:
    token = await made(admin)
    _, address = await addressed(house, house.browser(), headers=bearer(token["secret"]))
    assert token["secret"] not in address
    assert (await house.browser().ask("GET", address)).status_code == 200
    assert (await admin.ask("DELETE", f"/v1/tokens/{token['token']['token_id']}")).status_code == 204
    assert (await house.browser().ask("GET", address)).status_code == 401


async def test_an_address_ends_with_the_token_of_the_settings_that_asked_for_it(house: Any) -> None:
    house.tokens |= {"secret-1": "playout/viewer", "secret-2": "playout/viewer"}
    before = house.browser(house.app())
    _, address = await addressed(house, before, headers=bearer("secret-1"))
    assert (await before.ask("GET", address)).status_code == 200
    del house.tokens["secret-1"]  # another of the same owner stays
    assert (await house.browser(house.app()).ask("GET", address)).status_code == 401


async def test_a_look_through_an_address_does_not_keep_a_session_from_ending(house: Any, admin: Any) -> None:
    _, address = await addressed(house, admin)
    house.clock.advance(9 * 60)
    assert (await house.browser().ask("GET", address)).status_code == 200
    house.clock.advance(9 * 3600 - 9 * 60)
    assert (await admin.ask("GET", "/v1/assets")).status_code == 401


@pytest.mark.parametrize(
    "path", ["/v1/assets", "https://elsewhere.example/x", "/v1/assets/../users", "/", "x"]
)
async def test_only_objects_get_addresses(admin: Any, path: str) -> None:
    answer = await admin.ask("POST", "/v1/objects/address", json={"path": path})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "path")


async def test_a_token_of_a_program_in_an_address_is_refused_everywhere(house: Any, admin: Any) -> None:
    secret = (await made(admin))["secret"]
    path, _ = await addressed(house, admin)
    for target in (f"/v1/assets?title={secret}", f"{path}?access_token={secret}", f"/docs?x={secret}"):
        answer = await house.browser().ask("GET", target)
        assert (answer.status_code, secret in answer.text) == (400, False)
