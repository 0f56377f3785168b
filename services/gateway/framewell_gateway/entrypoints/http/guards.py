"""What every request passes first: where it comes from, and who makes it.

Plain ASGI, so that a stream is neither read ahead nor held back.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from framewell_contracts.sentences import say
from framewell_gateway.domain.access_secrets import TOKEN_PREFIX, is_csrf_of
from framewell_gateway.domain.addresses import is_object_path
from framewell_gateway.domain.principals import NOBODY, Principal, acting, is_loopback
from framewell_gateway.domain.signed_addresses import PARAMETERS
from framewell_gateway.domain.sources import source_of
from framewell_gateway.entrypoints.access import Access
from framewell_gateway.entrypoints.http.cookies import session_secret
from framewell_gateway.entrypoints.http.problems import problem, refusal
from framewell_gateway.ports.access import Denied, Unauthenticated
from framewell_kit.outcomes import Outcome

ACCESS_TOKEN: Final = "access_token"  # noqa: S105 - the name of the parameter
CSRF: Final = "framewell-csrf"
_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
# How to call, and what travels, is no secret, and a browser asks for pages before anybody has signed in.
_OPEN_PATHS: Final = frozenset(
    {
        "/",
        "/docs",
        "/openapi.json",
        "/asyncapi",
        "/asyncapi.json",
        "/schemas.json",
        "/interfaces",
        "/sentences.json",
    }
)
_OPEN_FOLDERS: Final = ("/asyncapi/", "/schemas/", "/static/", "/console")
_NOT_IN_ADDRESSES: Final = say(
    "token_in_address",
    "a token does not belong into an address: send it in the header `Authorization: Bearer "
    "<token>`, or ask `POST /v1/objects/address` for an address that opens one object for some "
    "minutes",
)
_OTHER_MACHINE: Final = say(
    "other_machine", "this gateway serves its own machine only: ask for it as 127.0.0.1"
)
_OTHER_ORIGIN: Final = say("other_origin", "a change must not come from another origin")
_NO_CSRF: Final = say(
    "csrf", "a change by a session needs the header `framewell-csrf`, with what `GET /v1/session` gave"
)
_BAD_ADDRESS: Final = say(
    "address", "this address opens nothing any more: ask `POST /v1/objects/address` for another"
)


class TokenInAddress(Exception):
    """A token stands in an address, which ends up in histories and logs."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets a request in, and sets for whom the call is made.

    Known are a bearer token in the header, the cookie of a session, and an address that is signed for one
    object. A mesh without users and tokens serves this machine alone; since every web page of the world runs
    on this machine too, the Host must then be a loopback name (DNS rebinding). A change must not come from a
    page of another origin (cross-site requests): with a token pages of the `origins` may, and by a cookie it
    needs both the Origin of this very address and a header that only a page of it can know.
    Nobody in particular is let in where `open_operations`, by method and path, say so.
    """

    app: ASGIApp
    access: Access
    origins: Collection[str] = ()
    public_url: str = ""
    open_operations: Collection[tuple[str, str]] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        try:
            principal = await self._principal(scope, Headers(scope=scope))
        except TokenInAddress:
            await problem(400, _NOT_IN_ADDRESSES)(scope, receive, send)
            return
        except Outcome as outcome:
            await refusal(outcome)(scope, receive, send)
            return
        token = acting.set(principal)
        try:
            await self.app(scope, receive, send)
        finally:
            acting.reset(token)

    async def _principal(self, scope: Scope, headers: Headers) -> Principal:
        if not is_loopback(_host_name(headers)) and await self.access.admit.is_local():
            raise Denied(_OTHER_MACHINE, "other_machine")
        is_change = scope["method"] not in _SAFE_METHODS
        if is_change and not self._may_change(scope, headers):
            raise Denied(_OTHER_ORIGIN, "other_origin")
        query = parse_qs(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
        if ACCESS_TOKEN in query or any(
            one.startswith(TOKEN_PREFIX) for each in query.values() for one in each
        ):
            raise TokenInAddress
        if "signature" in query and _is_read_of_object(scope):
            return await self._by_address(scope, {name: values[0] for name, values in query.items()})
        source = source_of((scope.get("client") or ("",))[0])
        if "authorization" in headers:
            return await self.access.admit.bearer(_lower(headers), source)
        secret = session_secret(scope, self.public_url)
        principal = await self.access.admit.by_cookie(secret) if secret else NOBODY
        if principal is not NOBODY:
            if is_change and not self._is_page_of_ours(scope, headers, secret):
                raise Denied(_NO_CSRF, "csrf")
            return principal
        if self._is_open(scope):
            return await self.access.admit.anybody(_lower(headers))
        return await self.access.admit.bearer(_lower(headers), source)

    async def _by_address(self, scope: Scope, query: dict[str, str]) -> Principal:
        """Return who an address was signed for, and take the signature out of what the routes see."""
        principal = await self.access.address_holder(scope["path"], query)
        if principal is None or set(query) - set(PARAMETERS):
            raise Unauthenticated(_BAD_ADDRESS, "address")
        scope["query_string"] = b""
        return principal

    def _may_change(self, scope: Scope, headers: Headers) -> bool:
        """Return whether a change may come from where it does; a page of `origins` has to know a token."""
        origin = headers.get("origin")
        if origin is None or origin in self._own_origins(scope, headers):
            return True
        return "authorization" in headers and origin in self.origins

    def _is_page_of_ours(self, scope: Scope, headers: Headers, secret: str) -> bool:
        is_ours = headers.get("origin") in self._own_origins(scope, headers)
        return is_ours and is_csrf_of(headers.get(CSRF, ""), secret)

    def _own_origins(self, scope: Scope, headers: Headers) -> set[str]:
        public = urlsplit(self.public_url)
        named = {f"{public.scheme}://{public.netloc}"} if public.netloc else set()
        return {f"{scope['scheme']}://{headers.get('host', '')}", *named}

    def _is_open(self, scope: Scope) -> bool:
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = scope["path"]
        return (
            method == "OPTIONS"
            or path in _OPEN_PATHS
            or path.startswith(_OPEN_FOLDERS)
            or (method, path) in self.open_operations
        )


def _host_name(headers: Headers) -> str:
    try:
        return urlsplit(f"//{headers.get('host', '')}").hostname or ""
    except ValueError:
        return ""


def _is_read_of_object(scope: Scope) -> bool:
    return scope["method"] in ("GET", "HEAD") and is_object_path(scope["path"])


def _lower(headers: Headers) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
