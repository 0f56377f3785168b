"""What stays open asks again whether whoever opened it would still be let in."""

from __future__ import annotations

from typing import Any

import pytest

from framewell_contracts.access import Role
from framewell_gateway.domain.principals import LOCAL, NOBODY, Principal


async def principal(house: Any, browser: Any, secret: str = "") -> Principal:
    admit = house.access().admit
    if secret:
        return await admit.bearer({"authorization": f"Bearer {secret}"}, "192.0.2.7")  # type: ignore[no-any-return]
    return await admit.by_cookie(browser.cookie)  # type: ignore[no-any-return]


@pytest.mark.parametrize("end", ["signed out", "everywhere", "disabled", "lowered", "idle", "removed"])
async def test_a_session_that_ended_or_may_less_holds_nothing_open(house: Any, admin: Any, end: str) -> None:
    bernd = await house.user(admin, "bernd", "curator")
    opened, user_id = await principal(house, bernd), await house.user_id(bernd)
    assert await house.access().admit.holds(opened)
    match end:
        case "signed out":
            await bernd.ask("DELETE", "/v1/session")
        case "everywhere":
            await bernd.ask("DELETE", "/v1/sessions")
        case "disabled":
            await admin.ask("POST", f"/v1/users/{user_id}/disable")
        case "lowered":
            await admin.ask("POST", f"/v1/users/{user_id}/role", json={"role": "viewer"})
        case "removed":
            await admin.ask("DELETE", f"/v1/users/{user_id}")
        case _:
            house.clock.advance(9 * 3600)
    assert not await house.access().admit.holds(opened)


async def test_a_higher_role_keeps_open_what_is(house: Any, admin: Any) -> None:
    bernd = await house.user(admin, "bernd", "viewer")
    opened = await principal(house, bernd)
    await admin.ask("POST", f"/v1/users/{await house.user_id(bernd)}/role", json={"role": "admin"})
    assert await house.access().admit.holds(opened)


async def test_asking_whether_a_stream_may_go_on_does_not_keep_a_session_alive(
    house: Any, admin: Any
) -> None:
    opened = await principal(house, admin)
    for _ in range(9):
        assert await house.access().admit.holds(opened)
        house.clock.advance(3600)
    assert not await house.access().admit.holds(opened)


async def test_a_revoked_token_holds_nothing_open(house: Any, admin: Any) -> None:
    made = (await admin.ask("POST", "/v1/tokens", json={"name": "x", "role": "viewer"})).json()
    opened = await principal(house, admin, made["secret"])
    assert await house.access().admit.holds(opened)
    await admin.ask("DELETE", f"/v1/tokens/{made['token']['token_id']}")
    assert not await house.access().admit.holds(opened)


async def test_the_trust_in_this_machine_ends_with_the_first_user(house: Any) -> None:
    admit = house.access().admit
    assert await admit.holds(LOCAL)
    assert not await admit.holds(NOBODY)
    await house.set_up()
    assert not await admit.holds(LOCAL)
    house.tokens["t-playout"] = "playout/curator"
    admit = house.access().admit
    assert await admit.holds(Principal("playout", Role.CURATOR, "t-playout", "token"))
    assert not await admit.holds(Principal("playout", Role.CURATOR, "another", "token"))
