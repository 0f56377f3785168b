"""Accounts as administrators change them: invite, another role, disable, enable, remove."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from framewell.access.v1.access_pb2 import AccessChange
from framewell.gateway.v1 import access_pb2 as pb
from framewell_contracts.sentences import say
from framewell_gateway.domain.access_messages import role_named, user_message
from framewell_gateway.domain.access_secrets import hashed, new_code
from framewell_gateway.domain.moments import timestamp
from framewell_gateway.domain.users import State, User
from framewell_gateway.ports.access import LastAdministrator, UserRepository
from framewell_gateway.steps.check_new_account import new_login
from framewell_gateway.steps.note_access import NoteAccess
from framewell_kit.clock import Clock
from framewell_kit.outcomes import Conflict, NotFound

INVITATIONS_LAST: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class InviteUser:
    """Make an account without a password, and the code that gives it one.

    Raises Conflict for a login that is taken, also by an account that was removed; InvalidField; and Conflict
    while the mesh has no users: the first one is made by set-up.
    """

    users: UserRepository
    note: NoteAccess
    clock: Clock

    async def __call__(self, request: pb.InviteUserRequest) -> pb.Invitation:
        if not await self.users.any():
            raise Conflict(
                say(
                    "no_users",
                    "the mesh has no users yet: the first is made with the code of `framewell users "
                    "setup-code`",
                )
            )
        login = new_login(request.login)
        role = role_named(request.role)
        user = User(login.user_id, login.text, request.name.strip(), role, State.INVITED, self.clock.now())
        if not await self.users.add(user):
            raise Conflict(say("login_taken", "the login {login} is taken: choose another", login=login.text))
        await self.note(AccessChange.ACCESS_CHANGE_INVITED, user, role=role)
        return await invitation(self.users, user, self.clock)


async def invitation(users: UserRepository, user: User, clock: Clock) -> pb.Invitation:
    """Return a new code for an account; codes that it had stop working."""
    code, ends = new_code(), clock.now() + INVITATIONS_LAST
    await users.invite(user.user_id, hashed(code), ends)
    return pb.Invitation(user=user_message(user), code=code, expires_at=timestamp(ends))


@dataclass(frozen=True, slots=True)
class ManageUsers:
    """Change an account. Raises NotFound, and Conflict where the last administrator would go."""

    users: UserRepository
    note: NoteAccess
    clock: Clock

    async def renew(self, request: pb.RenewInvitationRequest) -> pb.Invitation:
        """Return a code by which somebody gets a password, the first or another: the one so far stays."""
        user = await self._known(request.user_id)
        if user.subject:
            raise Conflict(
                say(
                    "no_password.provider",
                    "{login} signs in at the provider of the house, and has no password here",
                    login=user.login,
                )
            )
        if user.state is State.DISABLED:
            raise _disabled(user)
        await self.note(AccessChange.ACCESS_CHANGE_INVITED, user, role=user.role)
        return await invitation(self.users, user, self.clock)

    async def change_role(self, request: pb.ChangeRoleRequest) -> pb.User:
        """Give somebody another role, from their next request on."""
        user = await self._known(request.user_id)
        role = role_named(request.change.role)
        if user.state is State.DISABLED:
            raise _disabled(user)
        await self.note(AccessChange.ACCESS_CHANGE_ROLE_CHANGED, user, role=role)
        try:
            changed = await self.users.change_role(user, role)
        except LastAdministrator:
            raise await self._is_last(user) from None
        there = self._there(changed, user)
        if there.state is State.DISABLED:
            raise _disabled(user)
        return user_message(there)

    async def disable(self, request: pb.DisableUserRequest) -> pb.User:
        """Let somebody do nothing any more, from their next request on."""
        user = await self._known(request.user_id)
        try:
            changed = await self.users.disable(user)
        except LastAdministrator:
            raise await self._is_last(user) from None
        await self.note(AccessChange.ACCESS_CHANGE_DISABLED, user)
        return user_message(self._there(changed, user))

    async def enable(self, request: pb.EnableUserRequest) -> pb.User:
        """Let somebody sign in again; who was an administrator is none until they get the role again."""
        user = await self._known(request.user_id)
        await self.note(AccessChange.ACCESS_CHANGE_ENABLED, user)
        changed = await self.users.enable(user.user_id)
        return user_message(changed or await self._known(user.user_id))

    async def remove(self, request: pb.RemoveUserRequest) -> None:
        """Remove somebody's name and password; decisions that they made stay signed with the login."""
        user = await self._known(request.user_id)
        try:
            await self.users.remove(user)
        except LastAdministrator:
            raise await self._is_last(user) from None
        await self.note(AccessChange.ACCESS_CHANGE_REMOVED, user)

    async def _known(self, user_id: str) -> User:
        found = await self.users.get(user_id)
        if found is None:
            raise NotFound(say("user_unknown", "there is no user {user_id}", user_id=user_id[:80]))
        return found

    async def _is_last(self, user: User) -> Conflict:
        return Conflict(
            say(
                "last_administrator",
                "{login} is the last administrator with a password: make another one first, or nobody could "
                "make any",
                login=user.login,
            )
        )

    def _there(self, changed: User | None, user: User) -> User:
        if changed is None:
            raise NotFound(say("user_removed", "{login} was removed meanwhile", login=user.login))
        return changed


def _disabled(user: User) -> Conflict:
    return Conflict(
        say("account_disabled", "{login} is disabled: enable the account first", login=user.login)
    )
