"""Accounts: who may sign in, and in which role."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from framewell_contracts.access import Role, includes


class State(StrEnum):
    """Where an account stands."""

    INVITED = "invited"
    ACTIVE = "active"
    DISABLED = "disabled"
    REMOVED = "removed"
    """Its login stays taken: decisions are signed with it."""


@dataclass(frozen=True, slots=True)
class User:
    """An account.

    `password` is what the hasher made of the password, empty without one. `epoch` counts how often all
    sessions were ended. `subject` is who it is for the house's identity provider (`<issuer>#<subject>`),
    empty for an account with a password.
    """

    user_id: str
    login: str
    name: str
    role: Role
    state: State
    created_at: datetime
    password: str = ""
    epoch: int = 0
    subject: str = ""
    signed_in_at: datetime | None = None

    @property
    def is_active(self) -> bool:
        """Return whether the account may be used."""
        return self.state is State.ACTIVE

    def as_admin(self) -> "User":
        """Return the account of an administrator."""
        return replace(self, role=Role.ADMIN)


@dataclass(frozen=True, slots=True)
class Session:
    """A session: `key` is the hash of its secret. It counts while its `epoch` is its user's."""

    key: str
    user_id: str
    epoch: int
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    authentication: str


@dataclass(frozen=True, slots=True)
class ApiToken:
    """A token of a user for programs: `key` is the hash of its secret, `token_id` opens nothing."""

    key: str
    token_id: str
    user_id: str
    name: str
    role: Role
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None = None


def meet(one: Role, other: Role) -> Role:
    """Return the role of what both may: of a curator and one for rights that is a viewer."""
    if includes(one, other):
        return other
    return one if includes(other, one) else Role.VIEWER
