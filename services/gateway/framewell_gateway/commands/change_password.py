"""POST /v1/session/password: the caller takes another password; all their other sessions end."""

from dataclasses import dataclass

from framewell.access.v1.access_pb2 import AccessChange
from framewell.gateway.v1.access_pb2 import ChangePasswordRequest
from framewell_contracts.sentences import say
from framewell_gateway.commands.sign_in import CheckPassword
from framewell_gateway.domain.principals import acting
from framewell_gateway.ports.access import Hasher, UserRepository
from framewell_gateway.steps.begin_session import BeginSession, Begun
from framewell_gateway.steps.check_new_account import InvalidField, require_password
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class ChangePassword:
    """Check the password so far, keep another, and begin the only session that is left.

    Raises Conflict for a caller that has no password here, and where it was changed meanwhile;
    Unauthenticated where the password so far is wrong, InvalidField, TooMany, Busy.
    """

    users: UserRepository
    check: CheckPassword
    hasher: Hasher
    begin: BeginSession

    async def __call__(self, request: ChangePasswordRequest, source: str) -> Begun:
        caller = acting.get()
        user = await self.users.get(caller.user_id)
        if user is None or user.subject or not caller.session:
            raise Conflict(
                say("no_password.session", "a password is changed by a session of a user who has one")
            )
        require_password(request.new_password, user.login, "new_password")
        if request.new_password == request.password:
            raise InvalidField("new_password", say("password.old", "is the password so far"), "bad_password")
        checked = await self.check(user.login, request.password, source)
        password = await self.hasher.hash(request.new_password, source)
        kept = await self.users.get(user.user_id)  # its hash may be another one of the same password by now
        changed = None
        if kept is not None and kept.epoch == checked.epoch:
            changed = await self.users.set_password(user.user_id, password, earlier=kept.password)
        if changed is None:
            raise Conflict(say("account_changed", "the account was changed meanwhile: sign in again"))
        return await self.begin(changed, source, AccessChange.ACCESS_CHANGE_PASSWORD_CHANGED)
