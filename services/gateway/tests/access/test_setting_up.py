"""The first administrator comes by a code that works once; from then on everybody is asked who they are."""

import asyncio
from typing import Any

import pytest

from framewell_kit.paging import PageRequest

PASSWORD = "a long sentence is easy to keep"
CODE = "AAAAA-BBBBB-CCCCC-DDDDD"
ANNA = {"code": CODE, "name": "Anna Meier", "login": "anna", "password": PASSWORD}


async def test_a_mesh_without_users_says_what_it_is_and_asks_nobody(house: Any) -> None:
    browser = house.browser()
    said = (await browser.ask("GET", "/v1/session")).json()
    assert (said["mode"], said["setup_open"], said["principal"], said["role"], said["by"]) == (
        "local", True, "local", "local", "local",
    )  # fmt: skip
    assert (await browser.ask("GET", "/v1/assets")).status_code == 200


async def test_the_code_makes_an_administrator_who_is_signed_in_and_asks_everybody_else(house: Any) -> None:
    house.trust.open()
    admin = await house.set_up()
    said = (await admin.ask("GET", "/v1/session")).json()
    assert (said["mode"], said["setup_open"], said["principal"], said["role"]) == (
        "users",
        False,
        "anna",
        "admin",
    )
    assert house.trust.is_open is False
    stranger = house.browser()
    assert (await stranger.ask("GET", "/v1/session")).json()["principal"] == ""
    assert (await stranger.ask("GET", "/v1/assets")).status_code == 401
    assert (await stranger.ask("GET", "/v1/assets", headers={"framewell-actor": "anna"})).status_code == 401
    assert (await admin.ask("GET", "/v1/assets")).status_code == 200
    assert house.noted() == [("set_up", "anna")]


async def test_beyond_loopback_nobody_is_trusted_before_the_first_administrator(house: Any) -> None:
    house.more["may_be_local"] = False
    for address in ("http://localhost:7410", "https://mesh.example"):
        stranger = house.browser(address=address)
        assert (await stranger.ask("GET", "/v1/events")).status_code == 401
        assert (await stranger.ask("POST", "/v1/erasures", json={"reason": "x"})).status_code == 401
    await house.put_code()
    admin = house.browser(address="https://mesh.example")
    assert (await admin.ask("POST", "/v1/setup", json=ANNA)).status_code == 201
    assert (await admin.ask("GET", "/v1/assets")).status_code == 200


async def test_what_everybody_may_ask_takes_no_large_body(house: Any) -> None:
    body = {**ANNA, "name": "A" * 20_000}
    assert (await house.browser().ask("POST", "/v1/setup", json=body)).status_code == 413


async def test_a_code_works_once(house: Any) -> None:
    await house.set_up()
    again = await house.browser().ask("POST", "/v1/setup", json={**ANNA, "login": "bernd"})
    assert (again.status_code, again.json()["reason"]) == (403, "setup_code")


async def test_of_two_that_come_with_one_code_at_once_one_is_made(house: Any) -> None:
    await house.put_code()
    answers = await asyncio.gather(
        *(
            house.browser().ask("POST", "/v1/setup", json={**ANNA, "login": login})
            for login in ("anna", "bernd", "carla", "dora")
        )
    )
    assert sorted(answer.status_code for answer in answers) == [201, 403, 403, 403]
    users = await house.access().users.page(PageRequest())
    assert [user.login for user in users.items if user.role == "admin"] == [
        next(answer.json()["principal"] for answer in answers if answer.status_code == 201)
    ]


@pytest.mark.parametrize(
    "code", ["ZZZZZ-ZZZZZ-ZZZZZ-ZZZZZ", "", "x" * 200, "AAAAA", "﷽" * 20, CODE.lower()[:-1]]
)
async def test_a_wrong_code_makes_nobody(house: Any, code: str) -> None:
    await house.put_code()
    answer = await house.browser().ask("POST", "/v1/setup", json={**ANNA, "code": code})
    assert answer.status_code in (403, 422)
    assert (await house.browser().ask("GET", "/v1/session")).json()["mode"] == "local"


async def test_a_code_may_be_typed_in_any_spelling(house: Any) -> None:
    await house.put_code()
    answer = await house.browser().ask(
        "POST", "/v1/setup", json={**ANNA, "code": " aaaaa bbbbb.cccccddddd\n"}
    )
    assert answer.status_code == 201


async def test_a_code_is_refused_after_a_day(house: Any) -> None:
    await house.put_code()
    house.clock.advance(24 * 3600)
    assert (await house.browser().ask("POST", "/v1/setup", json=ANNA)).status_code == 403


async def test_a_new_code_ends_the_one_before(house: Any) -> None:
    await house.put_code("XXXXX-XXXXX-XXXXX-XXXXX")
    await house.put_code()
    wrong = await house.browser().ask("POST", "/v1/setup", json={**ANNA, "code": "XXXXX-XXXXX-XXXXX-XXXXX"})
    assert wrong.status_code == 403
    assert (await house.browser().ask("POST", "/v1/setup", json=ANNA)).status_code == 201


async def test_codes_that_are_tried_meet_a_limit_and_the_right_one_is_taken_after_a_wait(house: Any) -> None:
    await house.put_code()
    browser, limited = house.browser(), None
    for number in range(60):
        limited = await browser.ask(
            "POST", "/v1/setup", json={**ANNA, "code": f"ZZZZZ-ZZZZZ-ZZZZZ-{number:05}"}
        )
        if limited.status_code == 429:
            break
    assert limited is not None
    assert (limited.status_code, limited.json()["reason"]) == (429, "too_many_attempts")
    house.clock.advance(int(limited.headers["retry-after"]))
    assert (await browser.ask("POST", "/v1/setup", json=ANNA)).status_code == 201


async def test_a_mesh_whose_services_cannot_know_callers_takes_no_users(house: Any) -> None:
    house.more["can_sign"] = False
    await house.put_code()
    answer = await house.browser().ask("POST", "/v1/setup", json=ANNA)
    assert answer.status_code == 409
    assert "FRAMEWELL_CALLER_KEY_FILE" in answer.json()["detail"]


async def test_the_loopback_loses_its_trust_before_the_administrator_counts(house: Any) -> None:
    """A process that dies in between asks everybody; the operator's next code mends it."""
    house.trust.open()
    await house.put_code()

    class Dies(Exception):
        pass

    def close() -> None:
        raise Dies

    house.trust.close = close
    assert (await house.browser().ask("POST", "/v1/setup", json=ANNA)).status_code == 500
    assert (await house.browser().ask("GET", "/v1/session")).json()["mode"] == "local"
    del house.trust.close
    assert (await house.set_up()).cookie


async def test_an_operator_can_let_another_administrator_in_when_all_forgot_their_passwords(
    house: Any,
) -> None:
    await house.set_up()
    await house.put_code("YYYYY-YYYYY-YYYYY-YYYYY")
    body = {**ANNA, "code": "YYYYY-YYYYY-YYYYY-YYYYY"}
    assert (await house.browser().ask("POST", "/v1/setup", json=body)).status_code == 409  # anna is taken
    second = await house.browser().ask("POST", "/v1/setup", json={**body, "login": "bernd"})
    assert (second.status_code, second.json()["role"]) == (201, "admin")
