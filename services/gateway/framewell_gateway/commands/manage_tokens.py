"""API tokens: made and revoked by their owners; administrators may revoke any."""

from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Final
from uuid import uuid4

from framewell.access.v1.access_pb2 import AccessChange
from framewell.gateway.v1 import access_pb2 as pb
from framewell_contracts.access import Role, includes
from framewell_contracts.sentences import say
from framewell_gateway.domain.access_messages import role_named, token_message
from framewell_gateway.domain.access_secrets import hashed, new_token
from framewell_gateway.domain.principals import acting
from framewell_gateway.domain.users import ApiToken, User
from framewell_gateway.ports.access import ApiTokenRepository, Denied, UserRepository, token_denied
from framewell_gateway.steps.check_new_account import InvalidField
from framewell_gateway.steps.note_access import NoteAccess
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Conflict, NotFound

_LASTS: Final = timedelta(days=90)
_LONGEST: Final = timedelta(days=366)
_MOST: Final = 50


@dataclass(frozen=True, slots=True)
class MakeToken:
    """Make a token of the caller, with a role that the caller has.

    Raises Conflict for a caller that is no user or is a token itself, and beyond 50 tokens; Denied for a role
    that the caller lacks; InvalidField for an end that is past or too far.
    """

    users: UserRepository
    tokens: ApiTokenRepository
    note: NoteAccess
    clock: Clock

    async def __call__(self, request: pb.MakeTokenRequest) -> pb.MakeTokenResponse:
        user = await self._owner()
        role = role_named(request.role)
        if not includes(user.role, role):
            raise Denied(
                say(
                    "role.token",
                    "{login} has the role '{role}': a token may not have more, such as '{wanted}'",
                    login=user.login,
                    role=user.role,
                    wanted=role,
                )
            )
        now = self.clock.now()
        ends = request.expires_at.ToDatetime(UTC) if request.HasField("expires_at") else now + _LASTS
        if not now < ends <= now + _LONGEST:
            raise InvalidField(
                "expires_at",
                say("field.expiry", "must be later than now, and within a year"),
                "bad_expiry",
            )
        if await self.tokens.count(user.user_id) >= _MOST:
            raise Conflict(
                say(
                    "tokens_full",
                    "{login} has {most} tokens: revoke one that is not used",
                    login=user.login,
                    most=_MOST,
                )
            )
        secret = new_token()
        token = ApiToken(hashed(secret), str(uuid4()), user.user_id, request.name.strip(), role, now, ends)
        await self.note(AccessChange.ACCESS_CHANGE_TOKEN_MADE, user, role=role, token_id=token.token_id)
        await self.tokens.add(token)
        return pb.MakeTokenResponse(token=token_message(token, user), secret=secret)

    async def _owner(self) -> User:
        caller = acting.get()
        user = await self.users.get(caller.user_id)
        if user is None or not caller.session:
            raise Conflict(
                say("token_by_token", "a token is made by a user who is signed in, not by another token")
            )
        return user


@dataclass(frozen=True, slots=True)
class RevokeToken:
    """Let a token open nothing from now on, on every replica.

    Whoever is signed in revokes their own, a token itself alone; with the role of an administrator either
    revokes any. Raises Denied for another token of the same owner, NotFound for one that is not there or is
    somebody else's.
    """

    users: UserRepository
    tokens: ApiTokenRepository
    note: NoteAccess

    async def __call__(self, request: pb.RevokeTokenRequest) -> None:
        caller = acting.get()
        token = await self.tokens.find(request.token_id)
        is_administrator = caller.role in (Role.ADMIN, Role.LOCAL)
        if token is None or not (token.user_id == caller.user_id or is_administrator):
            raise NotFound(
                say("token_unknown", "there is no token {token_id} of yours", token_id=request.token_id[:80])
            )
        if not (is_administrator or caller.session or caller.api_token == token.key):
            raise token_denied(caller.name)
        await self.tokens.revoke(token)
        owner = await self.users.get(token.user_id)
        await self.note(AccessChange.ACCESS_CHANGE_TOKEN_REVOKED, owner, token_id=token.token_id)
