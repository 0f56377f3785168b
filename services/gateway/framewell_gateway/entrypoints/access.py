"""Access as one part: its ports, and what is made of them, for REST and for gRPC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from framewell_contracts.access import Role
from framewell_gateway.commands.accept_invitation import AcceptInvitation
from framewell_gateway.commands.address_object import AddressObject
from framewell_gateway.commands.change_password import ChangePassword
from framewell_gateway.commands.manage_tokens import MakeToken, RevokeToken
from framewell_gateway.commands.manage_users import InviteUser, ManageUsers
from framewell_gateway.commands.set_up import SetUp
from framewell_gateway.commands.sign_in import CheckPassword, SignIn
from framewell_gateway.commands.sign_in_by_provider import SignInByProvider
from framewell_gateway.commands.sign_out import SignOut, SignOutEverywhere
from framewell_gateway.domain.principals import Principal
from framewell_gateway.domain.provider_sign_in import PendingCookie
from framewell_gateway.domain.signed_addresses import Signer
from framewell_gateway.ports import Announcer
from framewell_gateway.ports.access import (
    ApiTokenRepository,
    AttemptRepository,
    Hasher,
    IdentityProvider,
    LocalTrust,
    SessionRepository,
    SetupCodes,
    UserRepository,
)
from framewell_gateway.queries.admit import Admit
from framewell_gateway.queries.show_access import ListTokens, ListUsers, ShowSession
from framewell_gateway.steps.begin_session import BeginSession
from framewell_gateway.steps.limit_attempts import LimitAttempts
from framewell_gateway.steps.note_access import NoteAccess
from framewell_kit.clock import Clock


@dataclass(frozen=True, slots=True)
class ProviderSettings:
    """How the house signs in elsewhere: `roles` are roles by words of the provider's claim."""

    label: str
    identities: IdentityProvider
    roles: Mapping[str, Role]


@dataclass(frozen=True, slots=True)
class Provider:
    """The identity provider of the house: what its button says, and what comes of whoever returns from it."""

    label: str
    identities: IdentityProvider
    cookie: PendingCookie
    sign_in: SignInByProvider


@dataclass(frozen=True, slots=True)
class Access:
    """Who may call, and how somebody comes to be one who may.

    `tokens` are those of the settings; `can_sign` says whether services can know who calls, `may_be_local`
    whether this machine may be trusted while there are no users. A session ends
    after `idle` without a call, and after `longest` in any case.
    """

    users: UserRepository
    sessions: SessionRepository
    api_tokens: ApiTokenRepository
    attempts: AttemptRepository
    setup_codes: SetupCodes
    hasher: Hasher
    trust: LocalTrust
    signer: Signer
    announcer: Announcer
    clock: Clock
    tokens: Mapping[str, str] = field(default_factory=dict)
    can_sign: bool = True
    may_be_local: bool = True
    idle: timedelta = timedelta(hours=9)
    longest: timedelta = timedelta(days=3)
    provider_settings: ProviderSettings | None = None

    @property
    def note(self) -> NoteAccess:
        """Return what writes the audit log."""
        return NoteAccess(self.announcer, self.clock)

    @property
    def limit(self) -> LimitAttempts:
        """Return what counts attempts."""
        return LimitAttempts(self.attempts, self.clock)

    @property
    def admit(self) -> Admit:
        """Return what says who calls."""
        return Admit(
            self.users,
            self.sessions,
            self.api_tokens,
            self.limit,
            self.note,
            self.clock,
            self.tokens,
            self.idle,
            self.may_be_local,
        )

    async def address_holder(self, path: str, query: Mapping[str, str]) -> Principal | None:
        """Return who an address of an object was signed for, as far as they still may; None for nobody."""
        holder = self.signer.holder(path, query, self.clock.now())
        return None if holder is None else await self.admit.still(holder, self.signer.mark)

    @property
    def begin(self) -> BeginSession:
        """Return what begins sessions."""
        return BeginSession(self.users, self.sessions, self.attempts, self.note, self.clock, self.longest)

    @property
    def check(self) -> CheckPassword:
        """Return what checks passwords."""
        return CheckPassword(self.users, self.attempts, self.hasher, self.limit, self.note, self.clock)

    @property
    def set_up(self) -> SetUp:
        """Return the command that makes the first administrator."""
        return SetUp(
            self.users,
            self.setup_codes,
            self.hasher,
            self.limit,
            self.begin,
            self.note,
            self.trust,
            self.clock,
            self.can_sign,
        )

    @property
    def provider(self) -> Provider | None:
        """Return the identity provider of the house; None without one."""
        if self.provider_settings is None:
            return None
        label, identities, roles = (
            self.provider_settings.label,
            self.provider_settings.identities,
            self.provider_settings.roles,
        )
        sign_in = SignInByProvider(self.users, self.begin, self.note, self.clock, roles)
        return Provider(label, identities, PendingCookie(self.signer.key), sign_in)

    @property
    def sign_in(self) -> SignIn:
        """Return the command that signs somebody in."""
        return SignIn(self.check, self.begin)

    @property
    def sign_out(self) -> SignOut:
        """Return the command that ends the caller's session."""
        return SignOut(self.users, self.sessions, self.note)

    @property
    def sign_out_everywhere(self) -> SignOutEverywhere:
        """Return the command that ends all sessions of the caller."""
        return SignOutEverywhere(self.users, self.note)

    @property
    def change_password(self) -> ChangePassword:
        """Return the command that gives the caller another password."""
        return ChangePassword(self.users, self.check, self.hasher, self.begin)

    @property
    def accept_invitation(self) -> AcceptInvitation:
        """Return the command that takes an invitation."""
        return AcceptInvitation(self.users, self.hasher, self.limit, self.begin, self.note, self.clock)

    @property
    def invite(self) -> InviteUser:
        """Return the command that makes an account."""
        return InviteUser(self.users, self.note, self.clock)

    @property
    def manage(self) -> ManageUsers:
        """Return the commands that change an account."""
        return ManageUsers(self.users, self.note, self.clock)

    @property
    def make_token(self) -> MakeToken:
        """Return the command that makes a token."""
        return MakeToken(self.users, self.api_tokens, self.note, self.clock)

    @property
    def address_object(self) -> AddressObject:
        """Return the command that signs the address of an object."""
        return AddressObject(self.signer, self.clock)

    @property
    def revoke_token(self) -> RevokeToken:
        """Return the command that revokes a token."""
        return RevokeToken(self.users, self.api_tokens, self.note)

    @property
    def show_session(self) -> ShowSession:
        """Return the query that says who calls."""
        return ShowSession(
            self.users, self.admit, self.clock, self.provider_settings.label if self.provider_settings else ""
        )

    @property
    def list_users(self) -> ListUsers:
        """Return the query that lists users."""
        return ListUsers(self.users)

    @property
    def list_tokens(self) -> ListTokens:
        """Return the query that lists tokens."""
        return ListTokens(self.users, self.api_tokens)
