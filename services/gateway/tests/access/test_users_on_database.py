"""Accounts, sessions, counters and codes on the embedded database as in memory: each race has one winner."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from framewell_contracts.access import Role
from framewell_gateway.adapters.attempt_documents import AttemptDocuments
from framewell_gateway.adapters.session_documents import ApiTokenDocuments, SessionDocuments
from framewell_gateway.adapters.setup_code_documents import SetupCodeDocuments
from framewell_gateway.adapters.user_documents import ADMINISTRATORS, UserDocuments
from framewell_gateway.domain.attempt_limits import PASSWORDS_OF_LOGIN, counted
from framewell_gateway.domain.logins import user_id_of
from framewell_gateway.domain.users import ApiToken, Session, State, User
from framewell_gateway.ports.access import LastAdministrator, TooMany
from framewell_gateway.steps.limit_attempts import LimitAttempts
from framewell_gateway.testing import HASHES
from framewell_kit.clock import SystemClock
from framewell_kit.documents import Documents, MemoryDocuments, MongoDocuments
from framewell_kit.paging import PageRequest

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["memory", pytest.param("database", marks=pytest.mark.integration)])
async def documents(request: pytest.FixtureRequest) -> AsyncIterator[Documents]:
    if request.param == "memory":
        yield MemoryDocuments()
        return
    store = MongoDocuments(request.getfixturevalue("database"), f"access-{uuid4().hex[:8]}")
    yield store
    store.close()


@pytest.fixture
async def users(documents: Documents) -> UserDocuments:
    made = UserDocuments(documents)
    await made.prepare()
    return made


async def administrator(users: UserDocuments, login: str) -> User:
    user = User(user_id_of(login), login, login.title(), Role.VIEWER, State.ACTIVE, NOON, password="x")
    assert await users.add(user)
    await users.promote(user.user_id)
    found = await users.get(user.user_id)
    assert found is not None
    assert (found.role, found.state) == (Role.ADMIN, State.ACTIVE)
    return found


class Interleaved:
    """Documents that let others go on a while before every change."""

    def __init__(self, documents: Documents, pauses: int) -> None:
        self._documents, self._pauses = documents, pauses

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._documents, name)

        async def later(*arguments: Any, **named: Any) -> Any:
            for _ in range(self._pauses):
                await asyncio.sleep(0)
            return await method(*arguments, **named)

        return later


@pytest.mark.parametrize("how", ["change_role", "disable", "remove"])
async def test_of_administrators_that_go_at_once_one_stays(users: UserDocuments, how: str) -> None:
    several = [await administrator(users, login) for login in ("anna", "bernd", "carla", "dora")]

    async def go(user: User) -> bool:
        try:
            if how == "change_role":
                await users.change_role(user, Role.CURATOR)
            elif how == "disable":
                await users.disable(user)
            else:
                await users.remove(user)
        except LastAdministrator:
            return False
        return True

    gone = await asyncio.gather(*(go(user) for user in several))
    assert sorted(gone) == [False, True, True, True]
    left = [await users.get(user.user_id) for user in several]
    assert [user.login for user in left if user and user.is_active and user.role is Role.ADMIN] == [
        several[gone.index(False)].login
    ]


@pytest.mark.parametrize("how", ["disable", "remove"])
async def test_nobody_is_promoted_who_is_disabled_or_removed_at_that_moment(
    documents: Documents, how: str
) -> None:
    """Whichever of the two comes first, and wherever the other is in what it does."""
    users = UserDocuments(documents)
    await users.prepare()
    await administrator(users, "anna")
    for number in range(12):
        login = f"bernd{number}"
        bernd = User(user_id_of(login), login, "Bernd", Role.VIEWER, State.ACTIVE, NOON, password="x")
        assert await users.add(bernd)
        going = UserDocuments(Interleaved(documents, number))
        gone, _ = await asyncio.gather(
            getattr(going, how)(bernd), users.change_role(bernd, Role.ADMIN), return_exceptions=True
        )
        assert not isinstance(gone, BaseException)
        found = await users.get(bernd.user_id)
        assert found is None or (found.state, found.role) == (State.DISABLED, Role.VIEWER)
        assert not await users.promote(bernd.user_id)
        assert (await documents.get(ADMINISTRATORS, "all") or {})["users"] == [user_id_of("anna")]


async def test_an_account_that_was_enabled_again_can_be_promoted(users: UserDocuments) -> None:
    await administrator(users, "anna")
    bernd = await administrator(users, "bernd")
    assert await users.disable(bernd) is not None
    assert not await users.promote(bernd.user_id)
    enabled = await users.enable(bernd.user_id)
    assert enabled is not None
    assert (enabled.state, enabled.role) == (State.ACTIVE, Role.VIEWER)
    assert await users.promote(bernd.user_id)


async def test_a_demoted_administrator_can_come_back(users: UserDocuments) -> None:
    anna, _ = await administrator(users, "anna"), await administrator(users, "bernd")
    changed = await users.change_role(anna, Role.RIGHTS)
    assert changed is not None
    assert changed.role is Role.RIGHTS
    again = await users.change_role(changed, Role.ADMIN)
    assert again is not None
    assert again.role is Role.ADMIN
    page = await users.page(PageRequest(1))
    assert [user.login for user in page.items] == ["anna"]
    assert [user.login for user in (await users.page(PageRequest(1, page.next_token))).items] == ["bernd"]


async def test_a_code_is_taken_by_one_of_many(documents: Documents) -> None:
    codes = SetupCodeDocuments(documents)
    await codes.put("hash", NOON + timedelta(hours=1))
    assert await codes.is_open(NOON)
    taken = await asyncio.gather(*(codes.take("hash", NOON) for _ in range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    assert not await codes.is_open(NOON)


async def test_an_invitation_is_taken_by_one_of_many(users: UserDocuments) -> None:
    await administrator(users, "anna")
    bernd = User(user_id_of("bernd"), "bernd", "Bernd", Role.ADMIN, State.INVITED, NOON)
    assert await users.add(bernd)
    assert not await users.add(bernd)
    await users.invite(bernd.user_id, "hash", NOON + timedelta(days=7))
    found = await users.invited("hash", NOON)
    assert found is not None
    taken = await asyncio.gather(*(users.take_invitation("hash", NOON) for _ in range(8)))
    assert sorted(taken) == [False] * 7 + [True]
    made = await users.set_password(bernd.user_id, "y")
    assert made is not None
    assert (made.role, made.state) == (Role.ADMIN, State.ACTIVE)


async def test_attempts_at_once_are_counted_one_by_one(documents: Documents) -> None:
    limit = LimitAttempts(AttemptDocuments(documents, HASHES), SystemClock())

    async def attempt() -> bool:
        try:
            await limit.count(PASSWORDS_OF_LOGIN, "anna")
        except TooMany:
            return False
        return True

    made = await asyncio.gather(*(attempt() for _ in range(12)))
    assert made.count(True) <= PASSWORDS_OF_LOGIN.free
    attempts = AttemptDocuments(documents, HASHES)
    kept = await attempts.get(PASSWORDS_OF_LOGIN.name, "anna")
    assert kept is not None
    assert not await attempts.change(
        PASSWORDS_OF_LOGIN.name, "anna", None, counted(kept, PASSWORDS_OF_LOGIN, NOON)
    )


async def test_sessions_and_tokens_are_kept_and_go(documents: Documents) -> None:
    sessions, tokens = SessionDocuments(documents), ApiTokenDocuments(documents)
    await sessions.prepare()
    await tokens.prepare()
    ended = Session("k1", "u", 0, NOON, NOON, NOON + timedelta(hours=1), "session")
    await sessions.begin(ended)
    later = Session("k2", "u", 0, NOON + timedelta(hours=2), NOON, NOON + timedelta(hours=3), "session")
    await sessions.begin(later)
    assert await sessions.get("k1") is None  # ended ones go when others begin
    assert await sessions.get("k2") == later
    assert await sessions.end("k2")
    token = ApiToken("t1", "id-1", "u", "Playout", Role.VIEWER, NOON, NOON + timedelta(days=1))
    await tokens.add(token)
    assert await tokens.get("t1") == token == await tokens.find("id-1")
    assert (await tokens.page("u", PageRequest())).items == [token]
    assert await tokens.revoke(token)
    assert not await tokens.revoke(token)
