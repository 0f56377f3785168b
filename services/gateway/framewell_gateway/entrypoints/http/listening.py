"""The gateway's port: who connects, over TLS or not, in HTTP/1.1 or HTTP/2.

The first byte of a connection is looked at before anything is made for it: only so a client that speaks
plain text at a port with TLS learns it, and every connection gets the certificate of its moment. Over TLS the
client chooses by ALPN, without it by its first words.
"""

import asyncio
import errno
import socket
import ssl
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from framewell_contracts.sentences import say
from framewell_gateway.domain.principals import is_loopback
from framewell_gateway.domain.proxies import Network, is_in
from framewell_gateway.entrypoints.http.certificates import Certificates
from framewell_gateway.entrypoints.http.problems import problem
from framewell_kit.telemetry import logger

_BACKLOG: Final = 1024
_AT_ONCE: Final = 64
_TLS_HANDSHAKE: Final = 0x16
_HTTP_2: Final = b"PRI"
_PEEK_SECONDS: Final = 0.01
_LINGER_SECONDS: Final = 1.0
# Nobody may open a file: other connections have to end first.
_NO_ROOM: Final = {errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM}
_NO_ROOM_SECONDS: Final = 1.0
_WORDS: Final = say(
    "speaks_tls",
    "this port speaks TLS: ask for https://, or give a gRPC client the certificates to trust",
)
_DIRECT: Final = say(
    "behind_proxy",
    "this gateway is reached through its proxy (FRAMEWELL_GATEWAY_BEHIND_PROXY), not directly",
)

log = logger(__name__)


@dataclass(frozen=True, slots=True)
class Protocols:
    """What serves a connection."""

    http_1: Callable[[], asyncio.Protocol]
    http_2: Callable[[], asyncio.Protocol]
    refusing_http_2: Callable[[int, str], asyncio.Protocol]
    """Answers every request with a status and a sentence."""


class Listener:
    """Accepts connections of a listening socket until closed."""

    first_byte_seconds = 10.0
    """How long a connection may say nothing, and how long its TLS handshake may take."""

    def __init__(
        self,
        listening: socket.socket,
        protocols: Protocols,
        certificates: Certificates | None = None,
        plain_text_from: Collection[Network] = (),
    ) -> None:
        self._socket, self._protocols = listening, protocols
        self._certificates, self._plain_text_from = certificates, plain_text_from
        self._opening: set[asyncio.Task[None]] = set()
        self._closed = False

    def open(self) -> None:
        """Listen."""
        self._socket.setblocking(False)
        self._socket.listen(_BACKLOG)
        asyncio.get_running_loop().add_reader(self._socket, self._accept)

    def close(self) -> None:
        """Accept nobody any more; connections that are open stay so."""
        if not self._closed:
            self._closed = True
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            for task in self._opening:
                task.cancel()

    def _accept(self) -> None:
        for _ in range(_AT_ONCE):
            try:
                connection, address = self._socket.accept()
            except (BlockingIOError, InterruptedError, ConnectionAbortedError):
                return
            except OSError as error:
                if error.errno not in _NO_ROOM:
                    raise
                log.warning("no room for another connection", reason=error.strerror)
                self._pause()
                return
            connection.setblocking(False)
            # asyncio does so only for sockets that were made with IPPROTO_TCP. Without it an answer on a kept
            # connection takes 40 ms more: its body is not sent before its head is acknowledged (RFC 896).
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            task = asyncio.create_task(self._open(connection, str(address[0])))
            self._opening.add(task)
            task.add_done_callback(self._opening.discard)

    def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._socket)

        def resume() -> None:
            if not self._closed:
                loop.add_reader(self._socket, self._accept)

        loop.call_later(_NO_ROOM_SECONDS, resume)

    async def _open(self, connection: socket.socket, peer: str) -> None:
        """Find out what the connection speaks and give it to what serves that; never raises."""
        try:
            async with asyncio.timeout(self.first_byte_seconds):
                first = await _first_bytes(connection)
            if self._certificates is None and self._plain_text_from and not self._may_connect(peer):
                await self._refuse(connection, first, 403, _DIRECT)
            elif self._certificates is None:
                is_http_2 = first == _HTTP_2
                await _give(connection, self._protocols.http_2 if is_http_2 else self._protocols.http_1)
            elif first[:1] == bytes([_TLS_HANDSHAKE]):
                await self._give_over_tls(connection, self._certificates.context)
            else:
                await self._refuse(connection, first, 400, _WORDS)
        except (OSError, TimeoutError) as error:  # ssl.SSLError is an OSError
            log.debug("a connection did not come about", peer=peer, reason=str(error)[:200])
            connection.close()
        except BaseException:
            connection.close()
            raise

    async def _give_over_tls(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        await asyncio.get_running_loop().connect_accepted_socket(
            lambda: _ByAlpn(self._protocols),
            connection,
            ssl=context,
            ssl_handshake_timeout=self.first_byte_seconds,
        )

    async def _refuse(self, connection: socket.socket, first: bytes, status: int, sentence: str) -> None:
        """Answer in what the client speaks, as far as that is known, and close."""
        if first == _HTTP_2:
            await _give(connection, lambda: self._protocols.refusing_http_2(status, sentence))
        elif first[:1] == bytes([_TLS_HANDSHAKE]):
            connection.close()
        else:
            await _give(connection, lambda: _Refusal(_problem(status, sentence)))

    def _may_connect(self, peer: str) -> bool:
        return is_loopback(peer) or is_in(peer, self._plain_text_from)


class _ByAlpn(asyncio.Protocol):
    """Steps aside for what the client asked for in its handshake."""

    def __init__(self, protocols: Protocols) -> None:
        self._protocols = protocols

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        chosen = transport.get_extra_info("ssl_object").selected_alpn_protocol()
        protocol = self._protocols.http_2() if chosen == "h2" else self._protocols.http_1()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)


class _Refusal(asyncio.Protocol):
    """Says one thing and closes."""

    def __init__(self, answer: bytes) -> None:
        self._answer = answer

    def connection_made(self, transport: Any) -> None:
        transport.write(self._answer)
        # Read on for a moment: what is unread when a connection is closed takes the answer with it.
        asyncio.get_running_loop().call_later(_LINGER_SECONDS, transport.close)


async def _first_bytes(connection: socket.socket) -> bytes:
    """Return as much of the beginning as says what is spoken, and leave it where it is."""
    await _readable(connection)
    while True:
        first = connection.recv(len(_HTTP_2), socket.MSG_PEEK)
        if not first:
            raise ConnectionResetError("it was closed before it said anything")
        if len(first) == len(_HTTP_2) or not _HTTP_2.startswith(first):
            return first
        await asyncio.sleep(_PEEK_SECONDS)  # it stays readable while less than enough is there


async def _readable(connection: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    ready = loop.create_future()

    def set_ready() -> None:
        if not ready.done():
            ready.set_result(None)

    loop.add_reader(connection, set_ready)
    try:
        await ready
    finally:
        loop.remove_reader(connection)


async def _give(connection: socket.socket, protocol: Callable[[], asyncio.Protocol]) -> None:
    await asyncio.get_running_loop().connect_accepted_socket(protocol, connection)


def _problem(status: int, sentence: str) -> bytes:
    answer = problem(status, sentence, headers={"connection": "close"})
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    phrase = {400: "Bad Request", 403: "Forbidden"}[status]
    return f"HTTP/1.1 {status} {phrase}\r\n{head}\r\n".encode() + bytes(answer.body)
