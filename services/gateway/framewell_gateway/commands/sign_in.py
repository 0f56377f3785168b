"""POST /v1/session: a login and a password for a session."""

from dataclasses import dataclass
from typing import Final

from framewell.access.v1.access_pb2 import AccessChange
from framewell.gateway.v1.access_pb2 import SignInRequest
from framewell_contracts.sentences import say
from framewell_gateway.domain.attempt_limits import (
    PASSWORDS_OF_LOGIN,
    PASSWORDS_OF_PAIR,
    PASSWORDS_OF_SOURCE,
    Limit,
)
from framewell_gateway.domain.logins import BadLogin, login_of, user_id_of
from framewell_gateway.domain.users import User
from framewell_gateway.ports.access import AttemptRepository, Hasher, TooMany, Unauthenticated, UserRepository
from framewell_gateway.steps.begin_session import BeginSession, Begun
from framewell_gateway.steps.limit_attempts import LimitAttempts
from framewell_gateway.steps.note_access import NoteAccess, nobody
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Busy

_WRONG: Final = say("wrong_password", "login or password is wrong")


@dataclass(frozen=True, slots=True)
class CheckPassword:
    """Say whose login and password these are.

    It takes as long, and is counted alike, whether there is such a login or not. Wrong passwords of others
    keep nobody waiting at an address where they have signed in before. What was refused before the password
    was looked at does not count. Raises Unauthenticated, TooMany, Busy.
    """

    users: UserRepository
    attempts: AttemptRepository
    hasher: Hasher
    limit: LimitAttempts
    note: NoteAccess
    clock: Clock

    async def __call__(self, login: str, password: str, source: str) -> User:
        """Return the user."""
        try:
            spelt = login_of(login)
        except BadLogin:
            spelt = ""
        counter = await self._counter(spelt, source)
        await self._count(counter, source)
        try:
            user = await self.users.get(user_id_of(spelt)) if spelt else None
            is_right = await self.hasher.verify(user.password if user is not None else "", password, source)
        except Busy:
            await self._take_back(counter, source)
            raise
        if user is None or not is_right or not user.is_active:
            await self.note(AccessChange.ACCESS_CHANGE_SIGN_IN_REFUSED, user, by=nobody(), source=source)
            raise Unauthenticated(_WRONG, "wrong_password")
        await self._take_back(counter, source)
        if self.hasher.is_outdated(user.password):
            await self.users.rehash(user.user_id, await self.hasher.hash(password, source), user.password)
        return user

    async def _count(self, counter: tuple[Limit, str], source: str) -> None:
        """Count an attempt of its address and its login. Raises TooMany, Busy: then it counts of neither."""
        await self.limit.count_from(PASSWORDS_OF_SOURCE, source)
        try:
            await self.limit.count(*counter)
        except (TooMany, Busy):
            await self.limit.take_back_from(PASSWORDS_OF_SOURCE, source)
            raise

    async def _take_back(self, counter: tuple[Limit, str], source: str) -> None:
        await self.limit.take_back_from(PASSWORDS_OF_SOURCE, source)
        await self.limit.take_back(*counter)

    async def _counter(self, login: str, source: str) -> tuple[Limit, str]:
        """Return what counts an attempt beside its address: the login or, where it was here before, both."""
        if login and await self.attempts.succeeded(login, source):
            return PASSWORDS_OF_PAIR, f"{login} {source}"
        return PASSWORDS_OF_LOGIN, login


@dataclass(frozen=True, slots=True)
class SignIn:
    """Begin a session for whoever knows the password. Raises Unauthenticated, TooMany, Busy."""

    check: CheckPassword
    begin: BeginSession

    async def __call__(self, request: SignInRequest, source: str) -> Begun:
        return await self.begin(await self.check(request.login, request.password, source), source)
