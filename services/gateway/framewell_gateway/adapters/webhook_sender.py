"""Deliveries over HTTP/1.1, to nobody but whom the operator allows.

httpx was considered: it connects by name, asks for the address itself, and so cannot be held to the address
that was looked at. The protocol is h11's, which the web server stands on, too.
"""

import asyncio
import socket
import ssl
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

import h11

from framewell_contracts.sentences import say
from framewell_gateway.domain.webhook_hosts import NotAllowed, Target, require_reachable, target_of
from framewell_gateway.domain.webhooks import Answer

SECONDS: Final = 10.0
"""From the first look for the address to the last byte of an answer's head."""
_CLOSED: Final = say("delivery.closed", "the connection was closed without an answer")
_MOST_HEAD: Final = 16 << 10
_READ: Final = 4096


@dataclass(frozen=True, slots=True)
class HttpSender:
    """`WebhookSender`. No redirect is followed, and of an answer nothing but its head is read."""

    allowed: Collection[str]
    seconds: float = SECONDS
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)

    def check(self, url: str) -> None:
        """See WebhookSender."""
        target_of(url, self.allowed)

    async def send(self, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """See WebhookSender."""
        try:
            target = target_of(url, self.allowed)
            async with asyncio.timeout(self.seconds):
                return await self._post(target, headers, body)
        except NotAllowed as error:
            return Answer(0, error.reason)
        except TimeoutError:
            said = say("delivery.late", "no answer within {seconds} s", seconds=f"{self.seconds:g}")
            return Answer(0, said)
        except (OSError, ssl.SSLError, h11.ProtocolError, UnicodeError) as error:
            what = f"{type(error).__name__}: {error}"[:500]
            return Answer(0, say("delivery.failed", "{why}", why=what))

    async def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Answer:
        address = await _address_of(target)
        require_reachable(target, address)
        secure = self.tls if target.scheme == "https" else None
        name = target.host if secure else None
        reader, writer = await asyncio.open_connection(
            address, target.port, ssl=secure, server_hostname=name, limit=_MOST_HEAD
        )
        try:
            connection = h11.Connection(h11.CLIENT, max_incomplete_event_size=_MOST_HEAD)
            sent = [("host", target.authority), ("content-length", str(len(body))), ("connection", "close")]
            request = h11.Request(method="POST", target=target.path, headers=[*sent, *headers.items()])
            for part in (request, h11.Data(data=body), h11.EndOfMessage()):
                writer.write(connection.send(part) or b"")
            await writer.drain()
            return await _head(connection, reader)
        finally:
            writer.close()
            with suppress(OSError, ssl.SSLError, TimeoutError):
                async with asyncio.timeout(1):
                    await writer.wait_closed()


async def _address_of(target: Target) -> str:
    """Return the address that is connected to, looked up once. Raises OSError."""
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    return str(found[0][4][0])


async def _head(connection: h11.Connection, reader: asyncio.StreamReader) -> Answer:
    """Return the answer by its head. Raises RemoteProtocolError for what is no HTTP, or a head too large."""
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            data = await reader.read(_READ)
            if not data and connection.their_state is h11.SEND_RESPONSE:
                return Answer(0, _CLOSED)
            connection.receive_data(data)
        elif isinstance(event, h11.Response):
            status = event.status_code
            if 300 <= status < 400:
                said = say(
                    "delivery.redirect",
                    "HTTP {status}: redirects are not followed; give the address itself",
                    status=status,
                )
                return Answer(status, said)
            refused = say("delivery.status", "HTTP {status}", status=status)
            return Answer(status, "" if 200 <= status < 300 else refused)
        elif not isinstance(event, h11.InformationalResponse):
            return Answer(0, _CLOSED)
