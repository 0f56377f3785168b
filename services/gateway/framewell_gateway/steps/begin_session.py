"""Somebody who has proved who they are gets a session."""

from dataclasses import dataclass
from datetime import timedelta

from framewell.access.v1.access_pb2 import AccessChange
from framewell_contracts.access import AuthenticationKind
from framewell_gateway.domain.access_secrets import hashed, new_secret
from framewell_gateway.domain.users import Session, User
from framewell_gateway.ports.access import AttemptRepository, SessionRepository, UserRepository
from framewell_gateway.steps.note_access import NoteAccess, themselves
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class Begun:
    """A session that has begun: its secret goes into the cookie and nowhere else."""

    secret: str
    session: Session
    user: User


@dataclass(frozen=True, slots=True)
class BeginSession:
    """Begin a session under a new secret, whatever cookie the browser brought; it ends after `longest`.

    From now on others' wrong passwords keep nobody waiting there, however they have proved who they are:
    by a password, an invitation or the operator's code.
    """

    users: UserRepository
    sessions: SessionRepository
    attempts: AttemptRepository
    note: NoteAccess
    clock: Clock
    longest: timedelta

    async def __call__(
        self,
        user: User,
        source: str,
        change: "AccessChange.ValueType" = AccessChange.ACCESS_CHANGE_SIGNED_IN,
        authentication: str = AuthenticationKind.SESSION,
    ) -> Begun:
        """Note the change and return the session."""
        secret, now = new_secret(), self.clock.now()
        session = Session(
            hashed(secret), user.user_id, user.epoch, now, now, now + self.longest, authentication
        )
        await self.note(change, user, by=themselves(user), source=source, role=user.role)
        await self.sessions.begin(session)
        await self.users.signed_in(user.user_id, now)
        await self.attempts.note_success(user.login, source, now)
        return Begun(secret, session, user)
