"""POST /v1/invitations/accept: whoever has the code of an account gives it a password."""

from dataclasses import dataclass
from typing import Final

from framewell.access.v1.access_pb2 import AccessChange
from framewell.gateway.v1.access_pb2 import AcceptInvitationRequest
from framewell_contracts.sentences import say
from framewell_gateway.domain.access_secrets import code_of, hashed
from framewell_gateway.domain.attempt_limits import CODES_OF_SOURCE
from framewell_gateway.ports.access import Denied, Hasher, UserRepository
from framewell_gateway.steps.begin_session import BeginSession, Begun
from framewell_gateway.steps.check_new_account import require_password
from framewell_gateway.steps.limit_attempts import LimitAttempts
from framewell_gateway.steps.note_access import NoteAccess, nobody
from framewell_kit.clock import Clock

_REFUSED: Final = say(
    "invitation",
    "the invitation is wrong, was used or is too old: ask an administrator of the mesh for another",
)


@dataclass(frozen=True, slots=True)
class AcceptInvitation:
    """Set the password, end all sessions of the account, and begin one.

    Of two that come with the same code one is let in. Raises Denied, InvalidField, TooMany, Busy.
    """

    users: UserRepository
    hasher: Hasher
    limit: LimitAttempts
    begin: BeginSession
    note: NoteAccess
    clock: Clock

    async def __call__(self, request: AcceptInvitationRequest, source: str) -> Begun:
        await self.limit.count_from(CODES_OF_SOURCE, source)
        code = hashed(code_of(request.code))
        user = await self.users.invited(code, self.clock.now())
        if user is None:
            raise await self._refused(source)
        await self.limit.take_back_from(CODES_OF_SOURCE, source)
        require_password(request.password, user.login)
        password = await self.hasher.hash(request.password, source)
        if not await self.users.take_invitation(code, self.clock.now()):
            raise await self._refused(source)
        changed = await self.users.set_password(user.user_id, password)
        if changed is None:
            raise await self._refused(source)
        return await self.begin(changed, source, AccessChange.ACCESS_CHANGE_ACCEPTED)

    async def _refused(self, source: str) -> Denied:
        await self.note(AccessChange.ACCESS_CHANGE_CODE_REFUSED, by=nobody(), source=source)
        return Denied(_REFUSED, "invitation")
