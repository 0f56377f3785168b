"""Somebody comes back from the house's identity provider, and gets a session in the role of a claim."""

from collections.abc import Mapping
from dataclasses import dataclass

from framewell.access.v1.access_pb2 import AccessChange
from framewell_contracts.access import AuthenticationKind, Role
from framewell_contracts.sentences import say
from framewell_gateway.domain.logins import BadLogin, login_of, user_id_of
from framewell_gateway.domain.provider_sign_in import role_from
from framewell_gateway.domain.users import State, User
from framewell_gateway.ports.access import Denied, ProviderIdentity, UserRepository
from framewell_gateway.steps.begin_session import BeginSession, Begun
from framewell_gateway.steps.note_access import NoteAccess, nobody
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class SignInByProvider:
    """Begin a session for whoever the provider says it is; the role is that of the claim, at every sign-in.

    `roles` are roles by words of the claim. Who has none of them is refused, and signed out everywhere. The
    account is made at the first sign-in; a login of another account is never taken over. Raises Denied.
    """

    users: UserRepository
    begin: BeginSession
    note: NoteAccess
    clock: Clock
    roles: Mapping[str, Role]

    async def __call__(self, identity: ProviderIdentity, source: str) -> Begun:
        if not await self.users.any():
            raise await self._refused(
                None,
                source,
                say("no_users.provider", "this mesh has no users yet: set it up first"),
                "no_users",
            )
        login = await self._login(identity, source)
        user = await self._known(login, identity, source)
        role = await self._role(login, user, identity, source)
        user = await self._account(user, login, identity, role)
        if user is None or not user.is_active:
            raise await self._refused(
                user,
                source,
                say(
                    "account_disabled.provider", "{login} may not sign in: ask an administrator", login=login
                ),
                "account_disabled",
            )
        return await self.begin(user, source, authentication=AuthenticationKind.OIDC)

    async def _login(self, identity: ProviderIdentity, source: str) -> str:
        """Return the provider's login as it is written here. Raises Denied for what is none."""
        try:
            return login_of(identity.login)
        except BadLogin as error:
            raise await self._refused(
                None, source, say("bad_login", "the provider's login {why}", why=error.reason), "bad_login"
            ) from error

    async def _known(self, login: str, identity: ProviderIdentity, source: str) -> User | None:
        """Return the account of this login, None for none. Raises Denied for one of somebody else."""
        user = await self.users.get(user_id_of(login))
        if user is not None and user.subject != identity.subject:
            raise await self._refused(
                user,
                source,
                say(
                    "login_taken.provider",
                    "{login} is another account here: ask an administrator",
                    login=login,
                ),
                "login_taken",
            )
        return user

    async def _role(self, login: str, user: User | None, identity: ProviderIdentity, source: str) -> Role:
        """Return the role of the claim. Raises Denied without one, having signed the account out."""
        role = role_from(identity.roles, self.roles)
        if role is not None:
            return role
        if user is not None:
            await self.users.end_sessions(user.user_id)
        raise await self._refused(
            user,
            source,
            say(
                "no_role",
                "{login} has no role in this mesh: whoever keeps the provider gives one",
                login=login,
            ),
            "no_role",
        )

    async def _account(
        self, user: User | None, login: str, identity: ProviderIdentity, role: Role
    ) -> User | None:
        """Return the account with this role, made where there is none; None for a login that was removed."""
        if user is None:
            made = User(
                user_id=user_id_of(login),
                login=login,
                name=identity.name[:200],
                role=role,
                state=State.ACTIVE,
                created_at=self.clock.now(),
                subject=identity.subject,
            )
            return made if await self.users.add(made) else None
        if user.role is role:
            return user
        await self.note(AccessChange.ACCESS_CHANGE_ROLE_CHANGED, user, by=nobody(), role=role)
        return await self.users.change_role(user, role)

    async def _refused(self, user: User | None, source: str, sentence: str, code: str) -> Denied:
        await self.note(AccessChange.ACCESS_CHANGE_SIGN_IN_REFUSED, user, by=nobody(), source=source)
        return Denied(sentence, code)
