"""Messages of a call in the bytes of its stream: five bytes before each say how it is coded, and its size.

https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md
"""

import zlib
from collections.abc import Callable
from typing import Final

from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_gateway.entrypoints.http2.streams import Http2Stream
from framewell_gateway.ports.relay import Code
from framewell_kit.pace import Pace, Stalled
from framewell_kit.rpc import MAX_MESSAGE_BYTES

MOST_MESSAGE_BYTES: Final = MAX_MESSAGE_BYTES + (64 << 10)
_PREFIX: Final = 5
# What zlib calls the two formats that gRPC names.
_WINDOWS: Final = {"gzip": zlib.MAX_WBITS | 16, "deflate": zlib.MAX_WBITS}
ACCEPTED_ENCODINGS: Final = ",".join(["identity", *_WINDOWS])


class MessageReader:
    """Reads the messages of one stream, each within the pace; between two the sender may take its time."""

    def __init__(
        self,
        stream: Http2Stream,
        encoding: str,
        pace: Callable[[], Pace] = Pace,
        most_bytes: int = MOST_MESSAGE_BYTES,
    ) -> None:
        """Raise CallRefused (UNIMPLEMENTED) for a compression that is not known here."""
        if encoding not in ("", "identity", *_WINDOWS):
            sentence = f"messages compressed with {encoding[:40]!r} are not taken: send {ACCEPTED_ENCODINGS}"
            raise CallRefused(Code.UNIMPLEMENTED, sentence)
        self._stream, self._encoding, self._pace = stream, encoding, pace
        self._most_bytes = most_bytes
        self._arrived = bytearray()

    async def only(self) -> bytes:
        """Return the one message of a call that takes one; it has to begin within the pace as well."""
        pace = self._pace()
        await self._fill(1, pace)
        message = await self.next(pace)
        return message if message is not None else b""

    async def next(self, pace: Pace | None = None) -> bytes | None:
        """Return the next message, None after the last. Raises CallRefused, and StreamLost as the stream."""
        if not self._arrived:
            self._arrived += await self._stream.read()
            if not self._arrived:
                return None
        pace = pace or self._pace()
        await self._fill(_PREFIX, pace)
        compressed, size = self._arrived[0], int.from_bytes(self._arrived[1:_PREFIX])
        if size > self._most_bytes:
            raise self._too_large()
        await self._fill(_PREFIX + size, pace)
        message = bytes(memoryview(self._arrived)[_PREFIX : _PREFIX + size])
        del self._arrived[: _PREFIX + size]
        return self._decompressed(message) if compressed else message

    async def _fill(self, size: int, pace: Pace) -> None:
        while len(self._arrived) < size:
            try:
                piece = await pace.arrives(self._stream.read(), bytes)
            except Stalled as stalled:
                raise CallRefused(
                    Code.CANCELLED, f"a message of the call did not arrive: {stalled}"
                ) from None
            if not piece:
                raise CallRefused(Code.INTERNAL, "the call ended before its message was whole")
            self._arrived += piece

    def _decompressed(self, message: bytes) -> bytes:
        if self._encoding not in _WINDOWS:
            sentence = "a message says that it is compressed, and the call does not say how (grpc-encoding)"
            raise CallRefused(Code.INTERNAL, sentence)
        inflate = zlib.decompressobj(_WINDOWS[self._encoding])
        try:
            plain = inflate.decompress(message, self._most_bytes + 1)
        except zlib.error as error:
            raise CallRefused(
                Code.INTERNAL, f"a message is not compressed as the call says: {error}"
            ) from None
        if len(plain) > self._most_bytes:
            raise self._too_large()
        if not inflate.eof:
            raise CallRefused(Code.INTERNAL, "a compressed message is not whole")
        return plain

    def _too_large(self) -> CallRefused:
        sentence = f"a message may take {self._most_bytes >> 20} MiB: send large things in parts"
        return CallRefused(Code.RESOURCE_EXHAUSTED, sentence)


def framed(message: bytes) -> bytes:
    """Return a message as it stands in a stream, uncompressed."""
    return b"\0" + len(message).to_bytes(4) + message
