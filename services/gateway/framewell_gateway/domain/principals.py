"""Who calls: a principal with a role, known by a session, a token, or by being on this very machine."""

import hmac
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import ip_address

from framewell_contracts.access import AuthenticationKind, Role, owner_of

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Principal:
    """Login of the caller and the capacity in which it acts: a word of `Role`, empty for nobody.

    `token` is the bearer token of the settings that it came with, empty for everybody else.
    `authentication` is a word of `AuthenticationKind`. `user_id` names the account, empty without one;
    `session` and `api_token` by what it is known, as the hash of a secret.
    """

    name: str
    authority: str
    token: str = field(default="", repr=False)
    authentication: str = AuthenticationKind.LOCAL
    user_id: str = ""
    session: str = field(default="", repr=False)
    api_token: str = field(default="", repr=False)

    @property
    def role(self) -> Role | None:
        """Return the role; None for nobody."""
        return Role(self.authority) if self.authority else None


LOCAL = Principal("local", Role.LOCAL)
"""Everybody on a loopback mesh without users and tokens, who does not say another name."""

NOBODY = Principal("", "", authentication="")
"""Whoever is not signed in: may do what is open to everybody."""

acting: ContextVar[Principal] = ContextVar("acting", default=LOCAL)
"""Who the request at hand is made for."""


def declared(name: str) -> Principal:
    """Return the caller on a loopback mesh without users: by the name it gives, in the role `local`."""
    return Principal(name[:_LONGEST_NAME], Role.LOCAL) if name else LOCAL


def principal_of(token: str, tokens: Mapping[str, str]) -> Principal | None:
    """Return whose token it is by `{token: "principal/role"}`, None when nobody's.

    Compares with all of them, so that the time it takes reveals nothing. Raises UnknownRole.
    """
    owner = ""
    for known, whose in tokens.items():
        if hmac.compare_digest(known.encode(), token.encode("utf-8", "surrogatepass")):
            owner = whose
    if not owner:
        return None
    name, role = owner_of(owner)
    return Principal(name, role, token, AuthenticationKind.TOKEN)


def is_loopback(host: str) -> bool:
    """Return whether an address is one that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
