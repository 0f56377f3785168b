"""Who may call over gRPC: whom REST would let in by a header, and no page of another origin."""

from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

import grpc

from framewell_gateway.domain.principals import LOCAL, Principal, declared, is_loopback, principal_of
from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_kit.outcomes import Forbidden

Admit = Callable[[Mapping[str, str], str], Awaitable[Principal]]
"""Who makes a call with these headers from this address. Raises an Outcome when the call is not admitted."""


def guarded(admit: Admit) -> Admit:
    """Return the same for callers that may be browsers, against what web pages can make them do.

    A page is no gRPC client: whatever names an origin is refused. And where everybody of this machine is
    trusted, it has to be asked for as this machine, or a page's own name could lead here (DNS rebinding).
    """

    async def admitted(headers: Mapping[str, str], source: str) -> Principal:
        if "origin" in headers:
            raise Forbidden("gRPC is not for web pages: use REST, which is at the same address")
        principal = await admit(headers, source)
        if principal.authority == LOCAL.authority and not is_loopback(_host(headers.get(":authority", ""))):
            raise Forbidden("this gateway serves its own machine only: ask for it as 127.0.0.1")
        return principal

    return admitted


def by_tokens(tokens: Mapping[str, str]) -> Admit:
    """Return who calls by the tokens of the settings; everybody is local where there are none."""

    async def admitted(headers: Mapping[str, str], _: str) -> Principal:
        if not tokens:
            return declared(headers.get("framewell-actor", ""))
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise _unknown("a token is needed: send the metadata 'authorization: Bearer <token>'")
        principal = principal_of(token, tokens)
        if principal is None:
            raise _unknown("the token is not one of this mesh's: ask its operator for yours")
        return principal

    return admitted


def _unknown(sentence: str) -> CallRefused:
    return CallRefused(grpc.StatusCode.UNAUTHENTICATED, sentence)


def _host(authority: str) -> str:
    try:
        return urlsplit(f"//{authority}").hostname or ""
    except ValueError:
        return ""
