"""DELETE /v1/session and /v1/sessions: the caller's session ends, or all of theirs."""

from dataclasses import dataclass

from framewell.access.v1.access_pb2 import AccessChange
from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import acting
from framewell_gateway.ports.access import SessionRepository, UserRepository, token_denied
from framewell_gateway.steps.note_access import NoteAccess
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class SignOut:
    """End the session of the caller. Raises Conflict for a caller without one."""

    users: UserRepository
    sessions: SessionRepository
    note: NoteAccess

    async def __call__(self) -> None:
        caller = acting.get()
        if not caller.session:
            raise Conflict(say("no_session", "this call is made by no session, so there is none to end"))
        await self.sessions.end(caller.session)
        user = await self.users.get(caller.user_id)
        await self.note(AccessChange.ACCESS_CHANGE_SIGNED_OUT, user)


@dataclass(frozen=True, slots=True)
class SignOutEverywhere:
    """End all sessions of the caller, on every replica.

    Raises Conflict for a caller that is no user; Denied for a token, whichever role it has: a person's
    sessions are no part of what a role may.
    """

    users: UserRepository
    note: NoteAccess

    async def __call__(self) -> None:
        caller = acting.get()
        user = await self.users.get(caller.user_id)
        if user is None:
            raise Conflict(
                say("no_user", "the caller is no user of this mesh, so there are no sessions to end")
            )
        if not caller.session:
            raise token_denied(caller.name)
        await self.users.end_sessions(user.user_id)
        await self.note(AccessChange.ACCESS_CHANGE_SIGNED_OUT_EVERYWHERE, user)
