"""What every request passes first: where it comes from, who makes it, how much it may send and how slowly.

Plain ASGI, so that a stream is neither read ahead nor held back.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from framewell_gateway.domain.principals import LOCAL, Principal, acting, declared, is_loopback, principal_of
from framewell_gateway.entrypoints.http.cross_origin import OBJECT_PATH
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.pace import Pace, Stalled

DECLARED_ACTOR = "framewell-actor"
ACCESS_TOKEN = "access_token"  # noqa: S105 - the name of the parameter
_LONGEST_TARGET = 16 << 10
_MOST_HEADER_BYTES = 64 << 10
_SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
# How to call, and what travels, is no secret, and a browser asks for pages without a token.
_OPEN_PATHS = {"/", "/docs", "/openapi.json", "/asyncapi", "/asyncapi.json", "/schemas.json"}
_OPEN_FOLDERS = ("/asyncapi/", "/schemas/", "/static/")


@dataclass(frozen=True, slots=True)
class Admission:
    """Lets a request in, and sets for whom the call is made.

    With tokens: everybody names one. Without: only this machine is served (settings refuse another
    address), and since every web page of the world runs on this machine too, the Host must be a loopback
    name (DNS rebinding) and a change must not come from another origin (cross-site requests). With tokens a
    page of the `origins` may change things: it has to know one.

    A token stands in a header. Only an object may be asked for with one in its address, since an image or a
    link cannot send headers; addresses end up in histories and logs.
    """

    app: ASGIApp
    tokens: Mapping[str, str]
    origins: Collection[str] = ()

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
        if scope["method"] not in _SAFE_METHODS and not self._may_change(headers):
            await problem(403, "a change must not come from another origin")(scope, receive, send)
            return
        in_address = _query(scope, ACCESS_TOKEN)
        if in_address and not _is_read_of_object(scope):
            sentence = (
                "a token does not belong into this address: send it in the header "
                f"`Authorization: Bearer <token>`; `{ACCESS_TOKEN}` is taken for reading an object alone"
            )
            await problem(400, sentence)(scope, receive, send)
            return
        secret = _bearer(headers) or in_address
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

    def _may_change(self, headers: Headers) -> bool:
        return _same_origin(headers) or (bool(self.tokens) and headers.get("origin") in self.origins)

    def _principal(self, scope: Scope, headers: Headers, secret: str) -> Principal | None:
        if not self.tokens:
            return declared(headers.get(DECLARED_ACTOR, ""))
        if scope["method"] == "OPTIONS" or _is_open(scope["path"]):
            return LOCAL
        return principal_of(secret, self.tokens) if secret else None


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """Refuses addresses that are too long, and bodies of two lengths, too large (announced or not), too slow.

    `larger` says how many bytes are taken below a path where `most_bytes` are too few. A body is given up
    before it fills memory or disk, or holds them for longer than `pace` lets it.
    """

    app: ASGIApp
    most_bytes: int
    larger: Mapping[str, int]
    pace: Callable[[], Pace] = Pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        most = next((most for start, most in self.larger.items() if path.startswith(start)), self.most_bytes)
        refusal = _of_two_lengths(scope) or _too_large(scope, most)
        if refusal is not None:
            await refusal(scope, receive, send)
            return
        received, complete, pace = 0, False, self.pace()

        async def counted() -> Message:
            nonlocal received, complete
            if complete:  # what comes now is the end of the connection, for which answers may wait for hours
                return await receive()
            try:
                message = await pace.arrives(receive(), _body)
            except Stalled as stalled:
                raise TooSlowError(stalled) from None
            complete = not message.get("more_body", False)
            received += len(_body(message))
            if received > most:
                raise TooLargeError(most)
            return message

        await self.app(scope, counted, send)


def _of_two_lengths(scope: Scope) -> Response | None:
    """Return the refusal of a body whose length is given twice: others may read its end elsewhere.

    RFC 9112, section 6.1, wants the connection closed in any case.
    """
    headers = Headers(scope=scope)
    if "content-length" in headers and "transfer-encoding" in headers:
        sentence = "a body has its length by Content-Length or by Transfer-Encoding, not by both"
        return problem(400, sentence, headers={"connection": "close"})
    return None


def _too_large(scope: Scope, most: int) -> Response | None:
    """Return the refusal of a request whose address, headers or announced body are too large."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_TARGET:
        return problem(414, f"an address of at most {_LONGEST_TARGET} bytes is taken here")
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADER_BYTES:
        return problem(431, f"headers of at most {_MOST_HEADER_BYTES} bytes in all are taken here")
    announced = Headers(scope=scope).get("content-length", "0")
    if not announced.isdigit() or int(announced) > most:
        return problem(413, f"a body of at most {most} bytes is taken here")
    return None


class TooLargeError(HTTPException):
    """A body without announced length grew over the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(413, f"a body of at most {most} bytes is taken here")


class TooSlowError(HTTPException):
    """The rest of a body did not arrive in time; the connection is closed with the answer."""

    def __init__(self, stalled: Stalled) -> None:
        super().__init__(408, f"the body is not complete: {stalled}", headers={"connection": "close"})


def _body(message: Message) -> bytes:
    body: bytes = message.get("body", b"")
    return body


def _is_open(path: str) -> bool:
    return path in _OPEN_PATHS or path.startswith(_OPEN_FOLDERS)


def _host_name(host: str) -> str:
    return urlsplit(f"//{host}").hostname or ""


def _same_origin(headers: Headers) -> bool:
    origin = headers.get("origin")
    return origin is None or urlsplit(origin).netloc == headers.get("host", "")


def _is_read_of_object(scope: Scope) -> bool:
    return OBJECT_PATH.fullmatch(scope["path"]) is not None and scope["method"] in ("GET", "HEAD")


def _bearer(headers: Headers) -> str:
    """Return the token in the header of a request, else ''."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    return secret.strip() if scheme.lower() == "bearer" else ""


def _query(scope: Scope, name: str) -> str:
    return next(iter(parse_qs(scope.get("query_string", b"").decode("latin-1")).get(name, [])), "")
