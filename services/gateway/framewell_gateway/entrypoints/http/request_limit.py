"""How much a request may send, and how slowly.

Plain ASGI, so that a stream is neither read ahead nor held back.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from framewell_contracts.sentences import Sentence, say
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.pace import Pace, Stalled

_LONGEST_TARGET = 16 << 10
_MOST_HEADER_BYTES = 64 << 10
_MOST_OF_ANYBODY_BYTES = 16 << 10


@dataclass(frozen=True, slots=True)
class RequestLimit:
    """Refuses addresses that are too long, and bodies of two lengths, too large (announced or not), too slow.

    `larger` says how many bytes are taken below a path where `most_bytes` are too few. At `open_paths`, which
    anybody may ask, the least is taken. A body is given up before it fills memory or disk, or holds them for
    longer than `pace` lets it.
    """

    app: ASGIApp
    most_bytes: int
    larger: Mapping[str, int]
    open_paths: Collection[str] = ()
    pace: Callable[[], Pace] = Pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        path = scope["path"]
        most = next((most for start, most in self.larger.items() if path.startswith(start)), self.most_bytes)
        if path in self.open_paths:
            most = min(most, _MOST_OF_ANYBODY_BYTES)
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
        said = say(
            "two_lengths", "a body has its length by Content-Length or by Transfer-Encoding, not by both"
        )
        return problem(400, said, headers={"connection": "close"})
    return None


def _too_large(scope: Scope, most: int) -> Response | None:
    """Return the refusal of a request whose address, headers or announced body are too large."""
    if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > _LONGEST_TARGET:
        said = say(
            "too_large.address", "an address of at most {most} bytes is taken here", most=_LONGEST_TARGET
        )
        return problem(414, said)
    if sum(len(name) + len(value) for name, value in scope["headers"]) > _MOST_HEADER_BYTES:
        said = say(
            "too_large.headers",
            "headers of at most {most} bytes in all are taken here",
            most=_MOST_HEADER_BYTES,
        )
        return problem(431, said)
    announced = Headers(scope=scope).get("content-length", "0")
    if not announced.isdigit() or int(announced) > most:
        return problem(413, _longer(most))
    return None


class TooLargeError(HTTPException):
    """A body without announced length grew over the limit."""

    def __init__(self, most: int) -> None:
        super().__init__(413, _longer(most))


class TooSlowError(HTTPException):
    """The rest of a body did not arrive in time; the connection is closed with the answer."""

    def __init__(self, stalled: Stalled) -> None:
        said = say("body_stalled", "the body is not complete: {why}", why=stalled.reason)
        super().__init__(408, said, headers={"connection": "close"})


def _longer(most: int) -> Sentence:
    return say("too_large.body", "a body of at most {most} bytes is taken here", most=most)


def _body(message: Message) -> bytes:
    body: bytes = message.get("body", b"")
    return body
