"""The gateway's REST API for Python programs that run in an event loop."""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from types import TracebackType

from framewell_client.credentials import Credentials
from framewell_client.endpoints import Endpoints
from framewell_client.errors import Unreachable
from framewell_client.gateway import (
    ENDED,
    ENDED_STATES,
    RECONNECT_AFTER_SECONDS,
    RECONNECT_WITHIN_SECONDS,
    Document,
    Gateway,
)
from framewell_client.rest.operations import AsyncOperations
from framewell_client.rest.request import part
from framewell_client.transport import BROKEN, AsyncHttpTransport
from framewell_client.uploads import OnBytes


class AsyncGateway:
    """A client of one gateway. Use it as an asynchronous context manager, in one event loop.

        async with AsyncGateway.find() as gateway:
            page = await gateway.rest.list_assets(state=["analysed"])

    `rest` has every operation of REST. Every method raises Unreachable when nothing answers and Refused when
    the answer is a problem.
    """

    def __init__(self, address: str, credentials: Credentials = Credentials()) -> None:  # noqa: B008 - frozen
        self._transport = AsyncHttpTransport(address, credentials)
        self._credentials = credentials
        self.address = self._transport.address
        self.rest = AsyncOperations(self._transport)
        """Every operation of REST, by its id in OpenAPI: requests and answers as typed documents."""

    @classmethod
    def find(cls, *, actor: str = "") -> "AsyncGateway":
        """Return the gateway of the mesh in this folder or environment, with the token in FRAMEWELL_TOKEN."""
        rest = Endpoints.find().rest
        if not rest:
            raise Unreachable("no gateway is named: set FRAMEWELL_REST to its address")
        return cls(rest, Credentials.from_environment(actor))

    async def __aenter__(self) -> "AsyncGateway":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close its connections."""
        await self._transport.close()

    async def upload(self, path: Path, on_bytes: OnBytes | None = None, *, uri: str = "") -> Document:
        """Send a file: `{uri, size, sha256}`; goes on after breaks. `on_bytes` is called in the event loop.

        It is read, hashed and sent in a thread of its own, which a cancelled task leaves to end its piece.
        """
        loop = asyncio.get_running_loop()

        def report(arrived: int) -> None:
            if on_bytes is not None:
                loop.call_soon_threadsafe(on_bytes, arrived)

        def send() -> Document:
            with Gateway(self.address, self._credentials) as gateway:
                return gateway.upload(path, report, uri=uri)

        return await asyncio.to_thread(send)

    async def follow(self, asset_id: str) -> AsyncIterator[Document]:
        """Yield events of an asset from its first one on, as they happen, for ever; none twice.

        Resumes after a break, also when the gateway is away for a minute. Raise Unreachable when it never
        answered, or stays away.
        """
        path, last, answered = f"/v1/assets/{part(asset_id)}/events", "", -math.inf
        while True:
            try:
                async for position, event in self._transport.events(path, last):
                    last, answered = position, time.monotonic()
                    yield event
                answered = time.monotonic()
            except BROKEN:
                answered = time.monotonic()
            except Unreachable:
                if time.monotonic() - answered > RECONNECT_WITHIN_SECONDS:
                    raise
            await asyncio.sleep(RECONNECT_AFTER_SECONDS)

    async def wait(self, asset_id: str, on_event: Callable[[Document], None] | None = None) -> Document:
        """Wait until the asset has ended and return its view; `on_event` gets each event as it happens.

        Raise Refused, with status 410, for an asset that was removed.
        """
        async for event in self.follow(asset_id):
            if on_event is not None:
                on_event(event)
            if event["type"] in ENDED:
                view: Document = dict(await self.rest.get_asset(asset_id))
                if view["state"] in ENDED_STATES:
                    return view
        raise AssertionError("follow never ends")
