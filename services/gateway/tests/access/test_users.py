"""Users and their roles: what changes holds from the next request; an administrator always stays."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from framewell_gateway.domain.logins import BadLogin, login_of

PASSWORD = "a long sentence is easy to keep"


async def test_an_invitation_gives_an_account_a_password_once(house: Any, admin: Any) -> None:
    body = {"login": "Bernd", "name": "Bernd Vogt", "role": "curator"}
    invited = (await admin.ask("POST", "/v1/users", json=body)).json()
    assert (invited["user"]["login"], invited["user"]["state"]) == ("bernd", "invited")
    accept = {"code": invited["code"], "password": PASSWORD}
    answers = await asyncio.gather(
        *(house.browser().ask("POST", "/v1/invitations/accept", json=accept) for _ in range(3))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403]
    listed = (await admin.ask("GET", "/v1/users")).json()
    assert [(one["login"], one["role"], one["state"]) for one in listed["users"]] == [
        ("anna", "admin", "active"), ("bernd", "curator", "active"),
    ]  # fmt: skip


async def test_an_invitation_ends_after_a_week_and_when_another_is_made(house: Any, admin: Any) -> None:
    body = {"login": "bernd", "name": "Bernd", "role": "admin"}
    first = (await admin.ask("POST", "/v1/users", json=body)).json()
    path = f"/v1/users/{first['user']['user_id']}/invitation"
    second = (await admin.ask("POST", path)).json()
    accept = {"code": first["code"], "password": PASSWORD}
    assert (await house.browser().ask("POST", "/v1/invitations/accept", json=accept)).status_code == 403
    house.clock.advance(7 * 24 * 3600)
    await admin.sign_in("anna")
    accept = {"code": second["code"], "password": PASSWORD}
    assert (await house.browser().ask("POST", "/v1/invitations/accept", json=accept)).status_code == 403
    third = (await admin.ask("POST", path)).json()
    accept = {"code": third["code"], "password": PASSWORD}
    taken = await house.browser().ask("POST", "/v1/invitations/accept", json=accept)
    assert (taken.status_code, taken.json()["role"]) == (201, "admin")


async def test_a_forgotten_password_is_replaced_by_a_code_and_ends_all_sessions(
    house: Any, admin: Any
) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    path = f"/v1/users/{await house.user_id(bernd)}/invitation"
    code = (await admin.ask("POST", path)).json()["code"]
    assert (await bernd.ask("GET", "/v1/assets")).status_code == 200  # until it is used
    accept = {"code": code, "password": "a sentence that comes to mind again"}
    assert (await house.browser().ask("POST", "/v1/invitations/accept", json=accept)).status_code == 201
    assert (await bernd.ask("GET", "/v1/assets")).status_code == 401
    assert (await house.browser().sign_in("bernd")).status_code == 401


async def test_another_role_holds_from_the_next_request_on_every_replica(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "rights")
    user_id = await house.user_id(bernd)
    bernd.http._transport = house.browser(house.app()).http._transport  # another replica
    assert (await bernd.ask("GET", "/v1/erasures")).status_code == 200
    await admin.ask("POST", f"/v1/users/{user_id}/role", json={"role": "viewer"})
    denied = await bernd.ask("GET", "/v1/erasures")
    assert (denied.status_code, denied.json()["reason"]) == (403, "role")
    assert "takes the role rights" in denied.json()["detail"]
    await admin.ask("POST", f"/v1/users/{user_id}/role", json={"role": "admin"})
    assert (await bernd.ask("GET", "/v1/users")).status_code == 200


async def test_a_disabled_user_is_out_at_the_next_request_and_may_come_back(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    made = await bernd.ask("POST", "/v1/tokens", json={"name": "x", "role": "viewer"})
    by_token = {"authorization": f"Bearer {made.json()['secret']}"}
    user_id = await house.user_id(bernd)
    assert (await admin.ask("POST", f"/v1/users/{user_id}/disable")).json()["state"] == "disabled"
    assert (await bernd.ask("GET", "/v1/assets")).status_code == 401
    assert (await house.browser().ask("GET", "/v1/assets", headers=by_token)).status_code == 401
    assert (await house.browser().sign_in("bernd")).status_code == 401
    assert (await admin.ask("POST", f"/v1/users/{user_id}/enable")).json()["state"] == "active"
    assert (await bernd.ask("GET", "/v1/assets")).status_code == 401  # sessions of before stay ended
    assert (await house.browser().sign_in("bernd")).status_code == 200


async def test_a_removed_user_leaves_no_name_and_nobody_gets_the_login(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    path = f"/v1/users/{await house.user_id(bernd)}"
    assert (await admin.ask("DELETE", path)).status_code == 204
    assert (await bernd.ask("GET", "/v1/assets")).status_code == 401
    assert (await admin.ask("DELETE", path)).status_code == 404
    assert "'Bernd'" not in repr(house.documents._collections)
    again = await admin.ask("POST", "/v1/users", json={"login": "bernd", "name": "Other", "role": "viewer"})
    assert again.status_code == 409


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/v1/users/{}/role", {"role": "curator"}),
        ("POST", "/v1/users/{}/disable", None),
        ("DELETE", "/v1/users/{}", None),
    ],
)
async def test_the_last_administrator_stays(
    house: Any, admin: Any, method: str, path: str, body: Any
) -> None:
    await house.user(admin, "bernd", "rights")
    answer = await admin.ask(method, path.format(await house.user_id(admin)), json=body)
    assert answer.status_code == 409
    assert "last administrator" in answer.json()["detail"]
    assert (await admin.ask("GET", "/v1/users")).status_code == 200


@pytest.mark.parametrize("change", ["role", "disable", "remove"])
async def test_of_two_last_administrators_that_are_demoted_at_once_one_stays(
    house: Any, admin: Any, change: str
) -> None:
    bernd = await house.user(admin, "bernd", "admin")
    ids = [await house.user_id(admin), await house.user_id(bernd)]

    def ask(browser: Any, user_id: str) -> Any:
        if change == "role":
            return browser.ask("POST", f"/v1/users/{user_id}/role", json={"role": "viewer"})
        if change == "disable":
            return browser.ask("POST", f"/v1/users/{user_id}/disable")
        return browser.ask("DELETE", f"/v1/users/{user_id}")

    answers = await asyncio.gather(
        ask(admin, ids[1]), ask(bernd, ids[0]), ask(admin, ids[0]), ask(bernd, ids[1])
    )
    assert any(answer.status_code in (200, 204) for answer in answers)
    users = house.access().users
    left = [found for one in ids if (found := await users.get(one)) is not None]
    assert [user.role for user in left if user.is_active].count("admin") == 1


async def test_a_removed_administrator_makes_nobody_without_a_password_one(house: Any, admin: Any) -> None:
    """Somebody who was invited and never came is none who could stay."""
    await admin.ask("POST", "/v1/users", json={"login": "bernd", "name": "B", "role": "admin"})
    answer = await admin.ask("DELETE", f"/v1/users/{await house.user_id(admin)}")
    assert answer.status_code == 409


async def test_every_change_is_in_the_audit_log_with_who_did_it(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    user_id = await house.user_id(bernd)
    await admin.ask("POST", f"/v1/users/{user_id}/role", json={"role": "viewer"})
    await bernd.ask("POST", "/v1/users", json={"login": "x", "name": "x", "role": "admin"})
    token = (await bernd.ask("POST", "/v1/tokens", json={"name": "x", "role": "viewer"})).json()["token"]
    await bernd.ask("DELETE", f"/v1/tokens/{token['token_id']}")
    await bernd.ask("DELETE", "/v1/session")
    await house.browser().sign_in("bernd", "not the password at all")
    await admin.ask("POST", f"/v1/users/{user_id}/disable")
    assert house.noted() == [
        ("set_up", "anna"), ("invited", "anna"), ("accepted", "bernd"), ("role_changed", "anna"),
        ("denied", "bernd"), ("token_made", "bernd"), ("token_revoked", "bernd"), ("signed_out", "bernd"),
        ("sign_in_refused", "unknown"), ("disabled", "anna"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["Anna", "ANNA", " anna ", "ａｎｎａ", "𝐚𝐧𝐧𝐚"])
async def test_a_login_in_another_spelling_is_the_same_login(house: Any, admin: Any, text: str) -> None:
    assert login_of(text) == "anna"
    assert (await house.browser().sign_in(text)).status_code == 200
    taken = await admin.ask("POST", "/v1/users", json={"login": text, "name": "A", "role": "viewer"})
    assert taken.status_code == 409


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a" * 65, "a" * 10_000, "\u202eanna", "an\u200dna", "<b>anna</b>", "anna meier", "anna\n",
        "аnna",  # the first letter is Cyrillic
        "anna\x00", ".anna", "../anna", "anna;drop", "ἀnna",
    ],
)  # fmt: skip
async def test_what_is_no_login_is_refused_everywhere(house: Any, admin: Any, text: str) -> None:
    if text != "anna\n":
        with pytest.raises(BadLogin):
            login_of(text)
        made = await admin.ask("POST", "/v1/users", json={"login": text, "name": "A", "role": "viewer"})
        assert made.status_code == 422
        assert (await house.browser().sign_in(text)).status_code in (401, 422)


@pytest.mark.parametrize("text", ["müller", "Σίσυφος", "иванов", "李", "o.b-c_d+e@house.example", "7of9"])
def test_logins_of_every_script_are_taken(text: str) -> None:
    assert login_of(login_of(text)) == login_of(text)


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "\u202eanna", "x" * 200, "名前"])
async def test_a_hostile_name_is_kept_as_it_is_and_harms_nobody(house: Any, admin: Any, name: str) -> None:
    made = await admin.ask("POST", "/v1/users", json={"login": "bernd", "name": name, "role": "viewer"})
    assert made.json()["user"]["name"] == name


async def test_users_are_made_by_set_up_first(house: Any) -> None:
    answer = await house.browser().ask("POST", "/v1/users", json={"login": "b", "name": "B", "role": "admin"})
    assert (answer.status_code, "setup-code" in answer.json()["detail"]) == (409, True)
