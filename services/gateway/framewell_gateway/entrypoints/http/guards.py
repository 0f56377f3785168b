"""What every request passes first: where it comes from, who makes it, and how much it may send.

Plain ASGI, so that a stream is neither read ahead nor held back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from framewell_gateway.domain.principals import LOCAL, Principal, acting, declared, is_loopback, principal_of
from framewell_gateway.entrypoints.http.problems import problem

DECLARED_ACTOR = "framewell-actor"
ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of the parameter
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# How to call, and what travels, is no secret, and a browser asks for pages without a token.
_OPEN_PATHS = {"/", "/docs", "/openapi.json", "/asyncapi", "/asyncapi.json", "/schemas.json"}
_OPEN_FOLDERS = ("/asyncapi/", "/schemas/", "/static/")


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets a request in, and sets for whom the call is made.

    With tokens: everybody names one. Without: only this machine is served (settings refuse another
    address), and since every web page of the world runs on this machine too, the Host must be a loopback
    name (DNS rebinding) and a change must not come from another origin (cross-site requests).
    """

    app: ASGIApp
    tokens: Mapping[str, str]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        if not self.tokens and not is_loopback(_host_name(headers.get("host", ""))):
            await problem(403, "this gateway serves its own machine only: ask for it as 127.0.0.1")(
                scope, receive, send
            )
            return
        if scope["method"] not in _SAFE_METHODS and not _same_origin(headers):
            await problem(403, "a change must not come from another origin")(scope, receive, send)
            return
        secret = _secret(scope, headers)
        principal = self._principal(scope, headers, secret)
        if principal is None:
            wanted = "this gateway asks for a token, in the header `Authorization: Bearer <token>`"
            unknown = "the token is not one of this mesh's: ask its operator for yours"
            refusal = problem(401, unknown if secret else wanted, headers={"www-authenticate": "Bearer"})
            await refusal(scope, receive, send)
            return
        token = acting.set(principal)
        try:
            await self.app(scope, receive, send)
        finally:
            acting.reset(token)

    def _principal(self, scope: Scope, headers: Headers, secret: str) -> Principal | None:
        if not self.tokens:
            return declared(headers.get(DECLARED_ACTOR, ""))
        if scope["method"] == "OPTIONS" or _is_open(scope["path"]):
            return LOCAL
        return principal_of(secret, self.tokens) if secret else None


@dataclass(frozen=True, slots=True)
class BodyLimit:
    """Refuses bodies that are too large, announced or not, before they fill memory or disk."""

    app: ASGIApp
    most_bytes: int
    upload_path: str
    most_upload_bytes: int

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        most = self.most_upload_bytes if scope["path"] == self.upload_path else self.most_bytes
        announced = Headers(scope=scope).get("content-length", "0")
        if not announced.isdigit() or int(announced) > most:
            await problem(413, f"a body of at most {most} bytes is taken here")(scope, receive, send)
            return
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > most:
                raise TooLargeError(most)
            return message

        await self.app(scope, counted, send)


class TooLargeError(HTTPException):
    """A body without announced length grew over the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"a body of at most {most} bytes is taken here")


def _is_open(path: str) -> bool:
    return path in _OPEN_PATHS or path.startswith(_OPEN_FOLDERS)


def _host_name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _secret(scope: Scope, headers: Headers) -> str:
    """Return the token that a request carries, else ''."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        # An image or a link cannot send headers: the token may stand in the address.
        secret = _query(scope, ACCESS_TOKEN)
    return secret.strip()


def _query(scope: Scope, name: str) -> str:
    return next(iter(parse_qs(scope.get("query_string", b"").decode("latin-1")).get(name, [])), "")
