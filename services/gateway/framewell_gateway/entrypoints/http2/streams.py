"""One request on an HTTP/2 connection: what arrives is waited for, what leaves waits for room."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Protocol

from h2.errors import ErrorCodes

Header = tuple[bytes, bytes]

# One stream sends so much before others have their turn.
_TURN_BYTES: Final = 64 << 10


class StreamLost(Exception):
    """The other end reset the stream, its connection is gone, or it does not take what is sent to it."""


class Connection(Protocol):
    """What a stream needs of the connection that it is on."""

    client: tuple[str, int] | None
    server: tuple[str, int | None] | None
    scheme: str
    write_stall_seconds: float

    def room(self, stream_id: int) -> int:
        """Return how many bytes of data may be sent now."""
        ...

    def send_headers(self, stream_id: int, headers: Iterable[Header], *, end: bool) -> None:
        """Send a block of headers: those of the answer, or the trailers."""
        ...

    def send_data(self, stream_id: int, data: memoryview, *, end: bool) -> None:
        """Send data for which there is room."""
        ...

    def acknowledge(self, stream_id: int, size: int) -> None:
        """Give the other end room for as much again."""
        ...

    def reset(self, stream_id: int, code: ErrorCodes) -> None:
        """End the stream at once."""
        ...


class Http2Stream:
    """A request and its answer. Everything of it runs in one task, but for what the connection tells it."""

    def __init__(self, connection: Connection, stream_id: int, headers: Sequence[Header]) -> None:
        self.connection, self.id, self.headers = connection, stream_id, headers
        self._body = bytearray()
        self._unacknowledged = 0
        self._changed = asyncio.Event()
        self._arrived_whole = self._ended_here = False
        self.lost = False
        self.when_lost: Callable[[], object] | None = None
        """Called once when the other end leaves."""

    @property
    def exhausted(self) -> bool:
        """Return whether everything of the body has been read."""
        return self._arrived_whole and not self._body

    async def read(self) -> bytes:
        """Return what has arrived of the body since the last call, empty at its end. Raises StreamLost."""
        while not self._body and not self._arrived_whole:
            await self._change()
        if self._body and self.lost:
            raise StreamLost
        return self.take()

    def take(self) -> bytes:
        """Return what has arrived without waiting, and make room for as much."""
        body, self._body = bytes(self._body), bytearray()
        self._acknowledge()
        return body

    async def gone(self) -> None:
        """Wait until the stream is lost."""
        while not self.lost:
            self._changed.clear()
            await self._changed.wait()

    def respond(self, headers: Iterable[Header], *, end: bool = False) -> None:
        """Send the headers of the answer, or its trailers. Raises StreamLost."""
        self._require()
        self.connection.send_headers(self.id, headers, end=end)
        self._ended_here |= end

    async def send(self, data: bytes, *, end: bool = False) -> None:
        """Send data as its receiver makes room for it. Raises StreamLost, also where it makes none."""
        left = memoryview(data)
        while left or (end and not self._ended_here):
            self._require()
            room = min(self.connection.room(self.id), _TURN_BYTES) if left else 0
            if left and room <= 0:
                await self._room()
                continue
            piece, left = left[:room], left[room:]
            self._ended_here = end and not left
            self.connection.send_data(self.id, piece, end=self._ended_here)
            if left:
                await asyncio.sleep(0)

    def reset(self, code: ErrorCodes) -> None:
        """End the stream at once; nothing is sent where it has ended already."""
        if not self.lost:
            self.lost = True
            self.connection.reset(self.id, code)

    def finish(self) -> None:
        """Leave the stream: an answer that is not whole is broken off, a body that nobody read is refused."""
        self.take()
        if self.lost:
            return
        if not self._ended_here:
            self.reset(ErrorCodes.INTERNAL_ERROR)
        elif not self._arrived_whole:
            self.reset(ErrorCodes.NO_ERROR)  # RFC 9113, section 8.1: the answer is whole, no more is needed

    # What the connection calls.

    def received(self, data: bytes, size: int) -> None:
        """Keep data that arrived; `size` is what it takes of the window, with its padding."""
        self._body += data
        self._unacknowledged += size
        self._changed.set()

    def received_end(self) -> None:
        """Note that the body is whole."""
        self._arrived_whole = True
        self._changed.set()

    def lose(self) -> None:
        """Note that the other end is gone."""
        if self.lost:
            return
        self.lost = True
        self._changed.set()
        if self.when_lost is not None:
            self.when_lost()

    def may_send(self) -> None:
        """Look again whether there is room."""
        self._changed.set()

    def _acknowledge(self) -> None:
        if self._unacknowledged:
            size, self._unacknowledged = self._unacknowledged, 0
            self.connection.acknowledge(self.id, size)

    def _require(self) -> None:
        if self.lost:
            raise StreamLost

    async def _change(self) -> None:
        self._require()
        self._changed.clear()
        await self._changed.wait()
        self._require()

    async def _room(self) -> None:
        try:
            async with asyncio.timeout(self.connection.write_stall_seconds):
                while not self.lost and self.connection.room(self.id) <= 0:
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            self.reset(ErrorCodes.CANCEL)
        self._require()
