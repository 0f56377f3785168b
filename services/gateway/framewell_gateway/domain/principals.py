"""Who calls: a principal with an authority, known by a bearer token or by being on this very machine."""

import hmac
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from ipaddress import ip_address

_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Principal:
    """Login of the caller and the capacity in which it acts.

    `token` is the bearer token it came with: questions to other services are asked with it, so that they
    know the same caller. Empty on a loopback mesh without tokens.
    """

    name: str
    authority: str
    token: str = field(default="", repr=False)


LOCAL = Principal("local", "local")
"""Everybody on a loopback mesh without tokens, who does not say another name."""

acting: ContextVar[Principal] = ContextVar("acting", default=LOCAL)
"""Who the request at hand is made for."""


def declared(name: str) -> Principal:
    """Return the caller on a loopback mesh without tokens: by the name it gives, with authority `local`."""
    return Principal(name[:_LONGEST_NAME], LOCAL.authority) if name else LOCAL


def principal_of(token: str, tokens: Mapping[str, str]) -> Principal | None:
    """Return whose token it is by `{token: "principal/authority"}`, None when nobody's.

    Compares with all of them, so that the time it takes reveals nothing.
    """
    owner = ""
    for known, whose in tokens.items():
        if hmac.compare_digest(known.encode(), token.encode("utf-8", "surrogatepass")):
            owner = whose
    name, _, authority = owner.partition("/")
    return Principal(name, authority or "staff", token) if name else None


def is_loopback(host: str) -> bool:
    """Return whether an address is one that only this machine reaches."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
