"""A request of an HTTP/2 stream, answered by the ASGI application that answers HTTP/1.1 as well."""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final
from urllib.parse import unquote

from h2.errors import ErrorCodes
from starlette.types import ASGIApp, Message
from uvicorn.server import ServerState

from framewell_gateway.entrypoints.http.aborting import ABORT
from framewell_gateway.entrypoints.http2.streams import Header, Http2Stream, StreamLost
from framewell_kit.telemetry import logger

# RFC 9113, section 8.2.2: they are about a connection of HTTP/1.1.
_OF_CONNECTIONS: Final = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade"}
)

log = logger(__name__)


async def answer_as_asgi(app: ASGIApp, state: ServerState, stream: Http2Stream) -> None:
    """Let the application answer a request; an error of the application ends this stream alone."""
    scope = _scope(stream)
    if scope is None:
        stream.respond([(b":status", b"400")], end=True)
        return
    exchange = _Exchange(stream, state.default_headers, is_head=scope["method"] == "HEAD")
    try:
        await app(scope, exchange.receive, exchange.send)
    except StreamLost:
        return
    except Exception:
        log.exception("an answer over HTTP/2 failed", path=scope["path"])
        if not exchange.started and not stream.lost:
            stream.respond([(b":status", b"500")], end=True)
        elif not stream.lost:
            stream.reset(ErrorCodes.INTERNAL_ERROR)


def _scope(stream: Http2Stream) -> dict[str, Any] | None:
    """Return the request as ASGI describes one; None where its address cannot be one."""
    pseudo = {name: value for name, value in stream.headers if name.startswith(b":")}
    target = pseudo.get(b":path", b"")
    if not target.startswith((b"/", b"*")) or not all(0x21 <= byte <= 0x7E for byte in target):
        return None
    raw_path, _, query = target.partition(b"?")
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "2",
        "server": stream.connection.server,
        "client": stream.connection.client,
        "scheme": stream.connection.scheme,
        "method": pseudo.get(b":method", b"GET").decode("latin-1"),
        "root_path": "",
        "path": unquote(raw_path.decode("ascii")),
        "raw_path": raw_path,
        "query_string": query,
        "headers": _headers(pseudo.get(b":authority", b""), stream.headers),
        "state": {ABORT: partial(stream.reset, ErrorCodes.CANCEL)},
    }


def _headers(authority: bytes, sent: Sequence[Header]) -> list[Header]:
    """Return the headers as HTTP/1.1 would have brought them: with a Host, cookies in one."""
    cookies = b"; ".join(value for name, value in sent if name == b"cookie")
    headers = [(name, value) for name, value in sent if not name.startswith(b":") and name != b"cookie"]
    if authority:
        headers = [(b"host", authority), *(one for one in headers if one[0] != b"host")]
    return [*headers, (b"cookie", cookies)] if cookies else headers


@dataclass(slots=True)
class _Exchange:
    """What ASGI calls receive and send, on a stream."""

    stream: Http2Stream
    default_headers: Sequence[Header]
    is_head: bool
    started: bool = field(default=False, init=False)
    _complete: bool = field(default=False, init=False)
    _status: int = field(default=0, init=False)
    _taken: bool = field(default=False, init=False)

    async def receive(self) -> Message:
        """Return the next part of the body, and after it the end of the stream when it comes."""
        if not self._taken:
            try:
                body = await self.stream.read()
            except StreamLost:
                return {"type": "http.disconnect"}
            self._taken = self.stream.exhausted
            return {"type": "http.request", "body": body, "more_body": not self._taken}
        if not self._complete:
            await self.stream.gone()
        return {"type": "http.disconnect"}

    async def send(self, message: Message) -> None:
        """Send a part of the answer. Nothing is sent, and nothing raised, where nobody waits for it."""
        if self.stream.lost or self._complete:
            await asyncio.sleep(0)
            return
        try:
            if message["type"] == "http.response.start":
                self._start(message["status"], message.get("headers", ()))
            elif message["type"] == "http.response.body":
                await self._body(message.get("body", b""), more=message.get("more_body", False))
        except StreamLost:
            return

    def _start(self, status: int, headers: Iterable[Header]) -> None:
        self.started, self._status = True, status
        given = [(bytes(name).lower(), bytes(value)) for name, value in headers]
        kept = [(name, value) for name, value in given if name not in _OF_CONNECTIONS]
        self.stream.respond([(b":status", str(status).encode()), *self.default_headers, *kept])

    async def _body(self, body: bytes, *, more: bool) -> None:
        if self.is_head or self._status in (204, 304):
            body = b""
        await self.stream.send(body, end=not more)
        self._complete = not more
