"""GET /v1/session, /v1/users and /v1/tokens: who calls, who may, and with what."""

from dataclasses import dataclass
from datetime import timedelta

from framewell.gateway.v1 import access_pb2 as pb
from framewell_contracts.access import AuthenticationKind, Role
from framewell_contracts.sentences import say
from framewell_gateway.domain.access_messages import role_message, token_message, user_message
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.principals import acting
from framewell_gateway.domain.users import Session, User
from framewell_gateway.ports.access import ApiTokenRepository, Denied, UserRepository
from framewell_gateway.queries.admit import Admit
from framewell_kit.clock import Clock
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import page_request

_BY = {
    AuthenticationKind.LOCAL: pb.AUTHENTICATED_BY_LOCAL,
    AuthenticationKind.SESSION: pb.AUTHENTICATED_BY_SESSION,
    AuthenticationKind.OIDC: pb.AUTHENTICATED_BY_OIDC,
    AuthenticationKind.API_TOKEN: pb.AUTHENTICATED_BY_API_TOKEN,
    AuthenticationKind.TOKEN: pb.AUTHENTICATED_BY_TOKEN,
}


@dataclass(frozen=True, slots=True)
class ShowSession:
    """Say who calls, and whom this gateway asks who they are. Open to everybody."""

    users: UserRepository
    admit: Admit
    clock: Clock
    oidc_label: str

    async def __call__(self) -> pb.Session:
        """Return it; `csrf` is for whoever knows the secret of the session to fill in."""
        caller, has_users = acting.get(), await self.users.any()
        mode = pb.ACCESS_MODE_USERS if has_users else pb.ACCESS_MODE_LOCAL
        if not has_users and not await self.admit.is_local():
            mode = pb.ACCESS_MODE_TOKENS
        found = pb.Session(
            mode=mode,
            setup_open=not has_users,
            principal=caller.name,
            role=role_message(caller.role),
            oidc=self.oidc_label if has_users else "",
        )
        if caller.role is not None:
            found.by = _BY.get(AuthenticationKind(caller.authentication), pb.AUTHENTICATED_BY_UNSPECIFIED)
        session = await self.admit.session(caller.session) if caller.session else None
        user = session[1] if session else await self.users.get(caller.user_id)
        if user is not None:
            found.user.CopyFrom(user_message(user))
        if session is not None:
            self._add_ends(found, session[0], self.admit.idle)
        return found

    def begun(self, session: Session, user: User) -> pb.Session:
        """Return a session that has just begun."""
        found = pb.Session(
            mode=pb.ACCESS_MODE_USERS,
            principal=user.login,
            role=role_message(user.role),
            by=_BY[AuthenticationKind(session.authentication)],
            user=user_message(user),
            oidc=self.oidc_label,
        )
        self._add_ends(found, session, self.admit.idle)
        return found

    def _add_ends(self, found: pb.Session, session: Session, idle: timedelta) -> None:
        found.ends_at.CopyFrom(timestamp(session.ends_at))
        found.idle_until.CopyFrom(timestamp(min(self.clock.now() + idle, session.ends_at)))


@dataclass(frozen=True, slots=True)
class ListUsers:
    """Return a page of users by login. Raises Rejected for a token of another making."""

    users: UserRepository

    async def __call__(self, request: pb.ListUsersRequest) -> pb.ListUsersResponse:
        page = await self.users.page(page_request(request))
        return pb.ListUsersResponse(
            users=[user_message(one) for one in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )


@dataclass(frozen=True, slots=True)
class ListTokens:
    """Return a page of somebody's tokens, newest first; to a token that is no administrator's itself alone.

    Raises Denied for those of others while the caller is no administrator, NotFound for a user who is gone.
    """

    users: UserRepository
    tokens: ApiTokenRepository

    async def __call__(self, request: pb.ListTokensRequest) -> pb.ListTokensResponse:
        caller = acting.get()
        wanted = request.user_id or caller.user_id
        if not wanted:
            return pb.ListTokensResponse()
        if wanted != caller.user_id and caller.role not in (Role.ADMIN, Role.LOCAL):
            raise Denied(say("role.tokens", "the tokens of others are for administrators to see"))
        owner = await self.users.get(wanted)
        if owner is None:
            raise NotFound(say("user_unknown", "there is no user {user_id}", user_id=wanted[:80]))
        if caller.api_token and caller.role is not Role.ADMIN:
            own = await self.tokens.get(caller.api_token)
            shown = [token_message(own, owner)] if own is not None else []
            return pb.ListTokensResponse(tokens=shown, total_size=len(shown))
        page = await self.tokens.page(wanted, page_request(request))
        return pb.ListTokensResponse(
            tokens=[token_message(one, owner) for one in page.items],
            next_page_token=page.next_token,
            total_size=page.total,
        )
