"""The two ends of one call at the gateway: the messages that come, and the answer as it leaves."""

from collections.abc import Callable, Mapping

from framewell_gateway.entrypoints.grpc.framing import MOST_MESSAGE_BYTES, MessageReader, framed
from framewell_gateway.entrypoints.grpc.headers import answer_headers, text_headers, trailers
from framewell_gateway.entrypoints.http2.streams import Http2Stream
from framewell_gateway.ports.relay import CallEnd, Metadata
from framewell_kit.pace import Pace


class Exchange:
    """A call on its stream. Whatever is sent raises StreamLost where nobody waits for it any more."""

    def __init__(self, stream: Http2Stream, pace: Callable[[], Pace] = Pace) -> None:
        self._stream, self._pace = stream, pace
        self.headers: Mapping[str, str] = text_headers(stream.headers)
        self._reader: MessageReader | None = None
        self._begun = False
        self.most_bytes = MOST_MESSAGE_BYTES
        """Of one request; counted from the first that is read."""

    @property
    def stream(self) -> Http2Stream:
        """Return the stream."""
        return self._stream

    async def first(self) -> bytes:
        """Return the only request of a call that takes one. Raises CallRefused when it does not come."""
        return await self._messages().only()

    async def next(self) -> bytes | None:
        """Return the next request, None after the last. Raises CallRefused and StreamLost."""
        return await self._messages().next()

    def begin(self, initial: Metadata = ()) -> None:
        """Send what stands before the first message; only the first time."""
        if not self._begun:
            self._begun = True
            self._stream.respond(answer_headers(initial))

    async def message(self, message: bytes) -> None:
        """Send a message, as its receiver makes room for it."""
        self.begin()
        await self._stream.send(framed(message))

    def end(self, end: CallEnd) -> None:
        """Send how the call ended."""
        if self._begun:
            self._stream.respond(trailers(end), end=True)
        else:
            self._begun = True
            self._stream.respond([*answer_headers(), *trailers(end)], end=True)

    def _messages(self) -> MessageReader:
        if self._reader is None:
            encoding = self.headers.get("grpc-encoding", "")
            self._reader = MessageReader(self._stream, encoding, self._pace, self.most_bytes)
        return self._reader
