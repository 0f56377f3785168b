"""Who calls: by a session, an API token, a token of the settings, or by being on this machine."""

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from framewell_contracts.access import AuthenticationKind, Role, includes, owner_of
from framewell_contracts.sentences import say
from framewell_gateway.domain.access_secrets import TOKEN_PREFIX, hashed
from framewell_gateway.domain.attempt_limits import TOKENS_OF_SOURCE
from framewell_gateway.domain.principals import NOBODY, Principal, declared, principal_of
from framewell_gateway.domain.signed_addresses import Signed
from framewell_gateway.domain.users import Session, User, meet
from framewell_gateway.ports.access import (
    ApiTokenRepository,
    SessionRepository,
    Unauthenticated,
    UserRepository,
)
from framewell_gateway.steps.limit_attempts import LimitAttempts
from framewell_gateway.steps.note_access import NoteAccess
from framewell_kit.clock import Clock

DECLARED_ACTOR: Final = "framewell-actor"
_SEEN_EVERY: Final = timedelta(minutes=1)
_USED_EVERY: Final = timedelta(hours=1)
_WANTED: Final = say(
    "not_signed_in.bearer",
    "this gateway asks who you are: sign in, or send a token as `Authorization: Bearer <token>`",
)
_UNKNOWN: Final = say("token", "the token is not one of this mesh's, or it has ended: ask for another")


@dataclass(frozen=True, slots=True)
class Admit:
    """Say who makes a call; every question is asked of the store, so that no replica believes what is over.

    `tokens` are those of the settings. A session ends after `idle` without a call.
    """

    users: UserRepository
    sessions: SessionRepository
    api_tokens: ApiTokenRepository
    limit: LimitAttempts
    note: NoteAccess
    clock: Clock
    tokens: Mapping[str, str]
    idle: timedelta
    may_be_local: bool = True

    async def is_local(self) -> bool:
        """Return whether nobody is asked who they are: there are neither tokens nor users."""
        return self.may_be_local and not self.tokens and not await self.users.any()

    async def bearer(self, headers: Mapping[str, str], source: str) -> Principal:
        """Return who calls with these headers, names in lower case, from an address.

        Raises Unauthenticated, and TooMany once too many tokens from there were wrong.
        """
        scheme, _, secret = headers.get("authorization", "").partition(" ")
        secret = secret.strip()
        if await self.is_local():
            return declared(headers.get(DECLARED_ACTOR, ""))
        if scheme.lower() == "bearer" and secret:
            return await self._by_token(secret, source)
        raise Unauthenticated(_WANTED)

    async def anybody(self, headers: Mapping[str, str]) -> Principal:
        """Return who calls what is open to everybody: `local` where this machine is trusted, or nobody."""
        return declared(headers.get(DECLARED_ACTOR, "")) if await self.is_local() else NOBODY

    async def by_cookie(self, secret: str) -> Principal:
        """Return whose session has this secret, nobody when there is none or it has ended."""
        found = await self.session(hashed(secret))
        if found is None:
            return NOBODY
        session, user = found
        return Principal(
            user.login, user.role, "", session.authentication, user_id=user.user_id, session=session.key
        )

    async def still(self, signed: Signed, mark: Callable[[str], str]) -> Principal | None:
        """Return for whom an address was signed, with the role then, as far as they still have it.

        None once the session or the token has ended through which it was asked for.
        """
        name, role = signed.name, signed.role
        if role == Role.LOCAL:
            return declared(name) if await self.is_local() else None
        if signed.session:
            found = await self.session(signed.session, is_use=False)
            user = None if found is None else found[1]
        elif signed.api_token:
            token = await self.api_tokens.get(signed.api_token)
            is_over = token is None or self.clock.now() >= token.expires_at
            user = None if token is None or is_over else await self.users.get(token.user_id)
        else:
            return self._of_settings(signed, mark)
        if user is None or not user.is_active or user.login != name:
            return None
        role_now: Role = meet(Role(role), user.role)
        return Principal(name, role_now, "", AuthenticationKind.SESSION, user_id=user.user_id)

    def _of_settings(self, signed: Signed, mark: Callable[[str], str]) -> Principal | None:
        for token, owner in self.tokens.items():
            is_it = hmac.compare_digest(mark(token), signed.setting)
            if is_it and owner_of(owner) == (signed.name, Role(signed.role)):
                return Principal(signed.name, signed.role, token, AuthenticationKind.TOKEN)
        return None

    async def holds(self, principal: Principal) -> bool:
        """Return whether somebody who was let in would be now, with the same role or more.

        What stays open asks it again and again; asking does not count as using a session.
        """
        role = principal.role
        if role is None:
            return False
        match principal.authentication:
            case AuthenticationKind.SESSION | AuthenticationKind.OIDC:
                found = await self.session(principal.session, is_use=False)
                return found is not None and includes(found[1].role, role)
            case AuthenticationKind.API_TOKEN:
                token = await self.api_tokens.get(principal.api_token)
                user = await self.users.get(token.user_id) if token is not None else None
                if token is None or user is None or not user.is_active:
                    return False
                return self.clock.now() < token.expires_at and includes(meet(token.role, user.role), role)
            case AuthenticationKind.LOCAL:
                return await self.is_local()
        return principal_of(principal.token, self.tokens) is not None

    async def session(self, key: str, *, is_use: bool = True) -> tuple[Session, User] | None:
        """Return a session that counts, and whose it is; note that it was used, unless it is only asked."""
        session = await self.sessions.get(key)
        if session is None:
            return None
        now = self.clock.now()
        user = await self.users.get(session.user_id)
        is_over = now >= session.ends_at or now >= session.seen_at + self.idle
        if user is None or is_over or session.epoch != user.epoch or not user.is_active:
            return None
        if is_use and now - session.seen_at >= _SEEN_EVERY:
            await self.sessions.seen(key, now)
        return session, user

    async def _by_token(self, secret: str, source: str) -> Principal:
        principal = principal_of(secret, self.tokens) or await self._by_api_token(secret)
        if principal is not None:
            return principal
        await self.limit.count_from(TOKENS_OF_SOURCE, source)
        await self.note.token_refused(source)
        raise Unauthenticated(_UNKNOWN, "token")

    async def _by_api_token(self, secret: str) -> Principal | None:
        token = await self.api_tokens.get(hashed(secret)) if secret.startswith(TOKEN_PREFIX) else None
        if token is None:
            return None
        now = self.clock.now()
        user = await self.users.get(token.user_id)
        if user is None or not user.is_active or now >= token.expires_at:
            return None
        if token.used_at is None or now - token.used_at >= _USED_EVERY:
            await self.api_tokens.used(token.key, now)
        role: Role = meet(token.role, user.role)
        return Principal(
            user.login, role, "", AuthenticationKind.API_TOKEN, user_id=user.user_id, api_token=token.key
        )
