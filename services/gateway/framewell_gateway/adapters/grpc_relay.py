"""`Relay` over the channels of the mesh: messages stay the bytes that they came as."""

from collections.abc import Callable
from typing import Any, Final

import grpc

from framewell_gateway.ports.relay import CallEnd, Code, Metadata, OpenCall, RelayedCall, UnaryAnswer

Connect = Callable[[str], grpc.aio.Channel]
"""Return the channel to a service, or to a server of it that has a name of its own."""


class GrpcRelay:
    """Passes calls on through the channel of a service, which is asked for at every call."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect

    async def ask(self, call: RelayedCall, request: bytes) -> UnaryAnswer:
        """See `Relay`."""
        ask: Any = self._connect(call.server or call.service).unary_unary(call.method)
        under_way = ask(request, timeout=call.seconds, metadata=tuple(call.metadata))
        try:
            message: bytes = await under_way
        except grpc.aio.AioRpcError as error:
            return UnaryAnswer(_pairs(error.initial_metadata()), None, _end(call.service, error))
        finally:
            under_way.cancel()
        trailing = _pairs(await under_way.trailing_metadata())
        return UnaryAnswer(
            _pairs(await under_way.initial_metadata()), message, CallEnd(Code.OK, "", trailing)
        )

    def open(self, call: RelayedCall) -> OpenCall:
        """See `Relay`."""
        begin: Any = self._connect(call.server or call.service).stream_stream(call.method)
        return _Call(call.service, begin(timeout=call.seconds, metadata=tuple(call.metadata)))


class _Call:
    """`OpenCall` on a call of grpc.aio: on the wire all four kinds of methods are streams of messages."""

    def __init__(self, service: str, call: Any) -> None:
        self._service, self._call = service, call

    async def write(self, message: bytes) -> bool:
        try:
            await self._call.write(message)
        except (grpc.aio.AioRpcError, grpc.aio.UsageError):
            return False
        return True

    async def end_writing(self) -> None:
        try:
            await self._call.done_writing()
        except (grpc.aio.AioRpcError, grpc.aio.UsageError):
            return

    async def initial(self) -> Metadata:
        try:
            return _pairs(await self._call.initial_metadata())
        except grpc.aio.AioRpcError as error:
            return _pairs(error.initial_metadata())

    async def read(self) -> bytes | None:
        try:
            message = await self._call.read()
        except grpc.aio.AioRpcError:
            return None
        return None if message is grpc.aio.EOF else message

    async def end(self) -> CallEnd:
        code = await self._call.code()
        message = await self._call.details() or ""
        trailing = _pairs(await self._call.trailing_metadata())
        return CallEnd(Code(code.value[0]), _sentence(self._service, code, message), trailing)

    def cancel(self) -> None:
        self._call.cancel()


def _end(service: str, error: grpc.aio.AioRpcError) -> CallEnd:
    message = _sentence(service, error.code(), error.details() or "")
    return CallEnd(Code(error.code().value[0]), message, _pairs(error.trailing_metadata()))


_DEADLINE: Final = "it did not answer within the time that the caller gave it"
_OF_GRPC: Final = (
    "failed to connect",
    "Deadline Exceeded",
    "Socket closed",
    "Stream removed",
    "recvmsg:",
    "Connection reset",
    "End of TCP stream",
    "GOAWAY received",
)
"""How gRPC begins when no service had a say."""


def _sentence(service: str, code: grpc.StatusCode, message: str) -> str:
    """Return what a service said, and a sentence of ours where gRPC itself speaks for it."""
    if code is grpc.StatusCode.DEADLINE_EXCEEDED and message.startswith(_OF_GRPC):
        return f"{service} cannot be asked right now: {_DEADLINE}"
    if code is grpc.StatusCode.UNAVAILABLE and message.startswith(_OF_GRPC):
        return f"{service} cannot be asked right now: the connection to it is lost; ask again in a moment"
    return message


def _pairs(metadata: Any) -> Metadata:
    return tuple((str(key), value) for key, value in metadata or ())
