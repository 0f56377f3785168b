"""A connection to the broker that is lost in the moment in which somebody wants to use it.

On uvloop, as the services run: plain asyncio only logs a write to what is lost.
"""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvloop
from aiokafka.conn import AIOKafkaConnection, AIOKafkaProtocol
from aiokafka.errors import KafkaConnectionError
from aiokafka.protocol.metadata import MetadataRequest

from framewell_kit.stream.aiokafka_compat.lost_connection import LossAwareConnection

# api_versions: Metadata from version 0 to 0.
VERSIONS = struct.pack(">hi3h", 0, 1, 3, 0, 0)


class FakeBroker:
    """Answers the first request of a connection, as aiokafka needs it, and nothing after that."""

    def __init__(self) -> None:
        self.port = 0
        self._writer: asyncio.StreamWriter | None = None
        self.asked = asyncio.Event()

    async def start(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        correlation = (await self._request(reader))[4:8]
        answer = correlation + VERSIONS
        writer.write(struct.pack(">i", len(answer)) + answer)
        await self._request(reader)
        self.asked.set()

    async def _request(self, reader: asyncio.StreamReader) -> bytes:
        (size,) = struct.unpack(">i", await reader.readexactly(4))
        return await reader.readexactly(size)

    def die(self, *, reset: bool) -> None:
        """As a kill -9 ends it: with a reset where something was unread, else with an end of file."""
        assert self._writer is not None
        if reset:
            raw = self._writer.get_extra_info("socket")
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._writer.transport.abort()


Use = Callable[[list[Any]], Awaitable[object]]


async def _used_when_lost(kind: type[Any], use: Use, *, reset: bool) -> tuple[object, object]:
    """What comes of a request that waits, and of `use` in the turn of the loop in which the loss is reported.

    `use` gets the only reference to the connection, in a list.
    """
    broker = FakeBroker()
    server = await broker.start()
    loop = asyncio.get_running_loop()
    only = [kind("127.0.0.1", broker.port, request_timeout_ms=2000)]
    used: asyncio.Future[asyncio.Task[object]] = loop.create_future()

    class ReportedLoss(AIOKafkaProtocol):  # type: ignore[misc]
        def _now(self) -> None:
            if not used.done():
                used.set_result(loop.create_task(use(only)))

        def connection_lost(self, error: BaseException | None) -> None:
            loop.call_soon(self._now)  # before whatever the loss wakes
            super().connection_lost(error)

        def eof_received(self) -> Any:
            loop.call_soon(self._now)
            return super().eof_received()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("aiokafka.conn.AIOKafkaProtocol", ReportedLoss)
        await only[0].connect()
    waiting = asyncio.ensure_future(only[0].send(MetadataRequest([])))
    await broker.asked.wait()
    broker.die(reset=reset)
    async with asyncio.timeout(30):  # time: without it they wait for 40 s, until the request times out
        ended = await asyncio.gather(waiting, await used, return_exceptions=True)
    server.close()
    return ended[0], ended[1]


async def _send(only: list[Any]) -> object:
    return await only[0].send(MetadataRequest([]))


async def _drop(only: list[Any]) -> object:
    """As aiokafka's client does with a connection that it finds at its end."""
    alive = only[0].connected()
    if not alive:
        only.clear()
    return alive


@pytest.mark.parametrize("reset", [True, False])
def test_whoever_writes_to_a_lost_connection_learns_it_and_may_try_again(reset: bool) -> None:
    waited, wrote = uvloop.run(_used_when_lost(LossAwareConnection, _send, reset=reset))
    assert isinstance(wrote, KafkaConnectionError)
    assert isinstance(waited, KafkaConnectionError)


@pytest.mark.parametrize("reset", [True, False])
def test_who_waits_fails_when_somebody_else_drops_the_lost_connection(reset: bool) -> None:
    waited, alive = uvloop.run(_used_when_lost(LossAwareConnection, _drop, reset=reset))
    assert alive is False
    assert isinstance(waited, KafkaConnectionError)


@pytest.mark.slow
def test_aiokafka_alone_raises_what_nobody_expects_and_forgets_who_waits() -> None:
    """When this fails, aiokafka or uvloop has changed: are loss-aware connections still needed?"""
    _, wrote = uvloop.run(_used_when_lost(AIOKafkaConnection, _send, reset=True))
    assert isinstance(wrote, RuntimeError)
    assert not isinstance(wrote, OSError)
    waited, _ = uvloop.run(_used_when_lost(AIOKafkaConnection, _drop, reset=False))
    assert isinstance(waited, TimeoutError)
