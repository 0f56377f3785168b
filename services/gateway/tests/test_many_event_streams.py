"""Two hundred who follow the events of the mesh: each is told all, whoever of them reads nothing."""

import asyncio
import gc
import itertools
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.media.v1.media_pb2 import Work
from framewell_gateway.entrypoints.http import event_streams, event_texts
from framewell_gateway.entrypoints.http.application import application
from framewell_gateway.entrypoints.http.server import WebServer
from framewell_gateway.queries import follow_mesh
from framewell_kit.testing.waiting import eventually

CONSUMERS, SLOW, EVENTS, BEHIND = 200, 20, 300, 100
ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
LONG = "x" * 4000
MOST_BYTES = 32 << 20
"""By which the process may grow while they are told the second half, its 200 clients among it."""


class Consumer:
    """A client that follows the events and counts them; a slow one takes the beginning alone."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer, self.told = reader, writer, 0
        self.reading: asyncio.Task[None] | None = None

    @classmethod
    async def open(cls, port: int, *, slow: bool) -> "Consumer":
        ends = socket.socket()
        if slow:
            ends.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        ends.setblocking(False)
        await asyncio.get_running_loop().sock_connect(ends, ("127.0.0.1", port))
        made = cls(*await asyncio.open_connection(sock=ends, limit=4096))
        made.writer.write(b"GET /v1/events HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: text/event-stream\r\n\r\n")
        await made.reader.readuntil(b": events of the mesh")
        if slow:
            made.writer.transport.pause_reading()  # type: ignore[attr-defined]
        else:
            made.reading = asyncio.create_task(made._read())
        return made

    async def _read(self) -> None:
        rest = b""
        while received := await self.reader.read(1 << 16):
            rest += received
            self.told += rest.count(b"event: asset.ingested\n")
            rest = rest[-len(b"event: asset.ingested\n") + 1 :]

    def close(self) -> None:
        if self.reading is not None:
            self.reading.cancel()
        self.writer.close()


@asynccontextmanager
async def served(context: Any) -> AsyncIterator[int]:
    server = WebServer(application(context), "127.0.0.1", 0)
    await server.start()
    try:
        yield server.port
    finally:
        await server.stop(5)


def ingested(number: int) -> AssetIngested:
    return AssetIngested(work=Work(asset_id=ASSET, generation=number), labels={"desk": LONG})


def resident() -> int:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


async def test_two_hundred_are_told_all_while_some_of_them_read_nothing(
    mesh: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(follow_mesh, "MOST_BEHIND", BEHIND)
    context = mesh.context()
    async with served(context) as port:
        slow = [await Consumer.open(port, slow=True) for _ in range(SLOW)]
        quick = [await Consumer.open(port, slow=False) for _ in range(CONSUMERS - SLOW)]
        inboxes = context.follow_mesh._inboxes
        await eventually(lambda: len(inboxes) == CONSUMERS)
        before = 0
        for number in range(EVENTS):
            await mesh.happened(ingested(number))
            # The test itself is as fast as they are.
            await eventually(lambda number=number: number <= min(one.told for one in quick) + BEHIND // 2)
            before = before if number != EVENTS // 2 else resident()
        await eventually(lambda: min(one.told for one in quick) == EVENTS)
        assert {one.told for one in quick} == {EVENTS}
        assert max(len(inbox.waiting) for inbox in inboxes) <= BEHIND
        assert len({id(event) for inbox in inboxes for event in inbox.waiting}) <= BEHIND  # shared by all
        assert resident() - before < MOST_BYTES
        for one in (*slow, *quick):
            one.close()
        await eventually(lambda: not inboxes)  # and nothing is left of who has gone


@pytest.mark.parametrize("why", ["it reads nothing", "it may not any more"])
async def test_whoever_reads_nothing_is_cut_off_and_leaves_nothing_behind(
    mesh: Any, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    """A connection that is closed would wait for ever for what it was sent to be taken."""
    if why == "it reads nothing":
        monkeypatch.setattr(event_streams, "SLOWEST_SECONDS", 0.3)
    else:
        monkeypatch.setattr(event_streams, "GOODBYE_SECONDS", 0.3)
    context = mesh.context()
    server = WebServer(application(context), "127.0.0.1", 0)
    await server.start()
    try:
        slow = await Consumer.open(server.port, slow=True)
        connections = server._server.server_state.connections
        await eventually(lambda: len(connections) == 1)

        async def goes_on() -> bool:
            await mesh.happened(*(ingested(next(numbers)) for _ in range(20)))
            return not connections

        numbers = itertools.count()
        if why == "it may not any more":
            for _ in range(60):
                await goes_on()
            context.stream_limit.close()
        await eventually(goes_on)
        assert not server._server.server_state.tasks
        slow.close()
    finally:
        await server.stop(5)


async def test_an_event_is_put_into_words_once_for_all(mesh: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    server_sent = event_texts.server_sent

    def counted(event: Any) -> bytes:
        made.append(event.key)
        return server_sent(event)

    monkeypatch.setattr(event_texts, "server_sent", counted)
    async with served(mesh.context()) as port:
        several = [await Consumer.open(port, slow=False) for _ in range(20)]
        await mesh.happened(*(AssetIngested(work=Work(asset_id=ASSET, generation=n)) for n in range(5)))
        await eventually(lambda: all(one.told == 5 for one in several))
        assert len(made) == 5
        for one in several:
            one.close()
