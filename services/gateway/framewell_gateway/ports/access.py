"""What the gateway needs to know who calls: accounts, sessions, tokens, codes, counters, a hasher."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from framewell_contracts.access import Role
from framewell_contracts.sentences import say
from framewell_gateway.domain.attempt_limits import Attempts
from framewell_gateway.domain.provider_sign_in import Pending
from framewell_gateway.domain.users import ApiToken, Session, User
from framewell_kit.outcomes import Forbidden, Outcome
from framewell_kit.paging import Page, PageRequest


class Unauthenticated(Outcome):
    """Nobody is known to call: a session, a token or a password is missing or wrong. `code` says which."""

    def __init__(self, reason: str, code: str = "not_signed_in") -> None:
        super().__init__(reason)
        self.code = code


class TooMany(Outcome):
    """Too many attempts were wrong: the next may be made in `retry_after` seconds."""

    def __init__(self, reason: str, retry_after: float) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.code = "too_many_attempts"


class Denied(Forbidden):
    """The caller is known, and may not do this. `code` says why."""

    def __init__(self, reason: str, code: str = "role") -> None:
        super().__init__(reason)
        self.code = code


def token_denied(login: str) -> Denied:
    """Return the refusal of a token that would change the account of its owner."""
    return Denied(
        say(
            "role.by_token",
            "a token of {login} does not manage the account of {login}: sign in for that",
            login=login,
        )
    )


class NotProved(Forbidden):
    """What an identity provider sent does not prove who somebody is."""

    code = "not_proved"


class LastAdministrator(Exception):
    """A change would leave no administrator with a password."""


class UserRepository(Protocol):
    """Accounts. Who is an administrator with a password stands in one place, so that one always remains."""

    async def any(self) -> bool:
        """Return whether the mesh has users: whether there ever was an administrator."""
        ...

    async def get(self, user_id: str) -> User | None:
        """Return an account, None when there is none; one that was removed is none."""
        ...

    async def page(self, page: PageRequest) -> Page[User]:
        """Return a page of the accounts by login. Raises Rejected for a token of another making."""
        ...

    async def add(self, user: User) -> bool:
        """Make an account that is no administrator's yet; False, changing nothing, when its login is taken.

        While the mesh has no users an account of an unfinished set-up is replaced.
        """
        ...

    async def promote(self, user_id: str) -> bool:
        """Make an active account with a password an administrator's; again it changes nothing.

        False, changing nothing, for one that was disabled or removed, be it at this moment.
        """
        ...

    async def change_role(self, user: User, role: Role) -> User | None:
        """Give an account another role; None when there is none. Raises LastAdministrator."""
        ...

    async def disable(self, user: User) -> User | None:
        """Let an account be used no more; None when there is none. Raises LastAdministrator."""
        ...

    async def enable(self, user_id: str) -> User | None:
        """Let an account be used again, with the role that it has now; None when it is not disabled."""
        ...

    async def remove(self, user: User) -> bool:
        """Remove name and password of an account, and keep its login taken. Raises LastAdministrator."""
        ...

    async def set_password(self, user_id: str, password: str, *, earlier: str | None = None) -> User | None:
        """Keep the hash of another password, and make an invited account active. Ends all sessions.

        None, changing nothing, when the account is disabled or its hash is not the `earlier` one.
        """
        ...

    async def rehash(self, user_id: str, password: str, earlier: str) -> None:
        """Keep another hash of the same password, unless it was changed meanwhile."""
        ...

    async def signed_in(self, user_id: str, at: datetime) -> None:
        """Keep when somebody signed in."""
        ...

    async def end_sessions(self, user_id: str) -> None:
        """End all sessions of somebody, on every replica."""
        ...

    async def invite(self, user_id: str, code: str, expires_at: datetime) -> None:
        """Keep the hash of the one code that gives an account a password."""
        ...

    async def invited(self, code: str, now: datetime) -> User | None:
        """Return whose code has this hash and is valid."""
        ...

    async def take_invitation(self, code: str, now: datetime) -> bool:
        """Use up a code; False when it was used, replaced or is too old."""
        ...


class SessionRepository(Protocol):
    """Sessions, by the hashes of their secrets."""

    async def begin(self, session: Session) -> None:
        """Keep a session, and forget those that have ended."""
        ...

    async def get(self, key: str) -> Session | None:
        """Return a session, None when there is none."""
        ...

    async def seen(self, key: str, at: datetime) -> None:
        """Keep when a session was last used."""
        ...

    async def end(self, key: str) -> bool:
        """End a session; False when there is none."""
        ...


class ApiTokenRepository(Protocol):
    """API tokens, by the hashes of their secrets."""

    async def add(self, token: ApiToken) -> None:
        """Keep a token."""
        ...

    async def get(self, key: str) -> ApiToken | None:
        """Return a token by the hash of its secret, None when there is none."""
        ...

    async def find(self, token_id: str) -> ApiToken | None:
        """Return a token by its id, None when there is none."""
        ...

    async def count(self, user_id: str) -> int:
        """Return how many tokens somebody has."""
        ...

    async def page(self, user_id: str, page: PageRequest) -> Page[ApiToken]:
        """Return a page of somebody's tokens, newest first. Raises Rejected for a token of another making."""
        ...

    async def used(self, key: str, at: datetime) -> None:
        """Keep when a token was last used."""
        ...

    async def revoke(self, token: ApiToken) -> bool:
        """Forget a token; False when it was forgotten before."""
        ...


class AttemptRepository(Protocol):
    """How often somebody was wrong, in a number of places that is bounded whoever comes."""

    async def get(self, kind: str, who: str) -> Attempts | None:
        """Return what is kept of somebody's attempts of a kind."""
        ...

    async def change(self, kind: str, who: str, earlier: Attempts | None, attempts: Attempts) -> bool:
        """Keep this in place of what was kept; False, changing nothing, when that is not `earlier`."""
        ...

    async def note_success(self, login: str, source: str, at: datetime) -> None:
        """Keep that a login signed in from an address."""
        ...

    async def succeeded(self, login: str, source: str) -> bool:
        """Return whether it did, of late."""
        ...


class SetupCodes(Protocol):
    """The one code with which the operator lets somebody make an administrator."""

    async def put(self, code: str, expires_at: datetime) -> None:
        """Keep the hash of the one code that works from now on."""
        ...

    async def is_valid(self, code: str, now: datetime) -> bool:
        """Return whether a code has this hash, is unused and not too old."""
        ...

    async def take(self, code: str, now: datetime) -> bool:
        """Use it up; False when it is not valid any more. Of several callers at once one gets True."""
        ...

    async def is_open(self, now: datetime) -> bool:
        """Return whether there is a valid code."""
        ...


class CodeFile(Protocol):
    """The file in which the operator finds the code."""

    def write(self, code: str) -> str:
        """Keep a code, for the owner of this process alone, and return where. Raises OSError."""
        ...

    def remove(self) -> None:
        """Remove the file. Raises OSError."""
        ...


class Hasher(Protocol):
    """Makes of passwords what is kept of them; takes its time, apart from everything else.

    Those who wait take turns by `source`, the address they come from: none of them keeps out the others.
    """

    async def hash(self, password: str, source: str = "") -> str:
        """Return what to keep. Raises Busy when too many wait."""
        ...

    async def verify(self, kept: str, password: str, source: str = "") -> bool:
        """Return whether it is the password; takes as long for an empty `kept`, which no password fits.

        Raises Busy when too many wait.
        """
        ...

    def is_outdated(self, kept: str) -> bool:
        """Return whether the password is to be hashed anew, as this process does it now."""
        ...


@dataclass(frozen=True, slots=True)
class ProviderIdentity:
    """Who somebody is for the identity provider of the house, and the words of the claim with roles."""

    subject: str
    login: str
    name: str
    roles: Sequence[str]


class IdentityProvider(Protocol):
    """The identity provider of the house, asked by the authorization code with PKCE."""

    async def address(self, pending: Pending, redirect_uri: str) -> str:
        """Return where the browser is sent to sign in. Raises Away."""
        ...

    async def identity(self, pending: Pending, code: str, redirect_uri: str) -> ProviderIdentity:
        """Return who came back with a code. Raises NotProved, and Away."""
        ...


class LocalTrust(Protocol):
    """Whether everybody on this machine is trusted, for the other services of the mesh."""

    def open(self) -> None:
        """Begin to trust them."""
        ...

    def close(self) -> None:
        """Trust nobody any more. Raises OSError where that fails."""
        ...
