"""An address that takes deliveries, and what serves webhooks, without the task around it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from framewell_gateway.adapters.webhook_documents import WebhookDocuments
from framewell_gateway.adapters.webhook_sender import HttpSender
from framewell_gateway.commands.deliver_webhooks import DeliverWebhook
from framewell_kit.clock import SystemClock

ASSET = "1c5b2c1e-0000-4000-8000-00000000000a"
Handler = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class Later(SystemClock):
    """The machine's clock, set forward by a test."""

    def __init__(self) -> None:
        super().__init__()
        self.ahead = timedelta()

    def now(self) -> datetime:
        return super().now() + self.ahead


@dataclass
class Receiver:
    """An address that takes deliveries, answering each with the next status of its list, else 204."""

    port: int = 0
    statuses: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        _, *lines = head.strip().split("\r\n")
        headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
        self.taken.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = self.statuses.pop(0) if self.statuses else 204
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=mesh"


@pytest.fixture
async def serve() -> AsyncIterator[Callable[[Handler], Awaitable[int]]]:
    servers = []

    async def started(handler: Handler) -> int:
        server = await asyncio.start_server(handler, "127.0.0.1", 0)
        servers.append(server)
        return int(server.sockets[0].getsockname()[1])

    yield started
    for server in servers:
        server.close()


@pytest.fixture
async def receiver(serve: Any) -> Receiver:
    made = Receiver()
    made.port = await serve(made)
    return made


@dataclass
class Bench:
    """What serves webhooks, without the task around it."""

    mesh: Any
    clock: Later
    gateway: httpx.AsyncClient

    def __post_init__(self) -> None:
        self.webhooks = WebhookDocuments(self.mesh.documents)
        self.sender = HttpSender(("127.0.0.1",), seconds=2.0)

    def deliver(self, holder: str = "here", **more: Any) -> DeliverWebhook:
        given = {"sender": self.sender, "events": self.mesh.events, **more}
        return DeliverWebhook(self.webhooks, clock=self.clock, holder=holder, chance=lambda: 0.5, **given)

    async def create(self, url: str, **more: Any) -> dict[str, Any]:
        answer = await self.gateway.post("/v1/webhooks", json={"url": url, **more})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    async def deliveries(self, webhook_id: str) -> list[dict[str, Any]]:
        answer = await self.gateway.get(f"/v1/webhooks/{webhook_id}/deliveries")
        listed: list[dict[str, Any]] = answer.json()["deliveries"]
        return listed


@pytest.fixture
async def bench(mesh: Any, gateway: httpx.AsyncClient) -> Bench:
    return Bench(mesh, Later(), gateway)
