"""Connections as the gateway's port accepts them."""

import asyncio
import socket

from framewell_gateway.entrypoints.http.listening import Listener, Protocols
from framewell_kit.testing.waiting import patient


class Accepted(asyncio.Protocol):
    """A connection that says nothing."""

    def __init__(self, made: asyncio.Future[asyncio.BaseTransport]) -> None:
        self._made = made

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._made.set_result(transport)


async def test_the_body_of_an_answer_waits_for_nobody_to_acknowledge_its_head() -> None:
    made = asyncio.get_running_loop().create_future()
    listening = socket.socket()  # as the server makes it: without a protocol, which asyncio would ask for
    listening.bind(("127.0.0.1", 0))
    listener = Listener(
        listening, Protocols(lambda: Accepted(made), lambda: Accepted(made), lambda *_: Accepted(made))
    )
    listener.open()
    _, writer = await asyncio.open_connection(*listening.getsockname())
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    async with patient():
        transport = await made
    assert transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    transport.close()
    writer.close()
    listener.close()
