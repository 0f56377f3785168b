"""What the gateway answers itself at its port: reflection over all services, and the health of each.

Both are open to everybody, as the descriptions of REST are: they say how to call, and nothing of anybody.
So they are bounded by where they come from, in number and in time: whoever watches watches again.
Reflection v1 has the messages of v1alpha under another name, and on the wire the same bytes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from google.protobuf.message import DecodeError
from grpc_health.v1.health_pb2 import HealthCheckRequest, HealthCheckResponse
from grpc_reflection.v1alpha.reflection import ReflectionServicer
from grpc_reflection.v1alpha.reflection_pb2 import ServerReflectionRequest

from framewell_gateway.domain.open_counts import OpenCounts
from framewell_gateway.entrypoints.grpc.exchange import Exchange
from framewell_gateway.entrypoints.grpc.methods import EVERY, HEALTH, REFLECTION, owners
from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_gateway.entrypoints.grpc.relaying import relay_stream
from framewell_gateway.ports.relay import CallEnd, Code, Relay, RelayedCall

_REFLECTIONS: Final = (REFLECTION, REFLECTION.replace("v1alpha", "v1"))
CHECK: Final = f"/{HEALTH}/Check"
WATCH: Final = f"/{HEALTH}/Watch"
_CHECK_SECONDS: Final = 10.0
REFLECTION_SECONDS: Final = 300.0
WATCH_SECONDS: Final = 3600.0
MOST_OF_SOURCE: Final = 32
MOST: Final = 256
_TOO_MANY: Final = "too many such calls are open from there, or in all: end some, and call again"
_SERVING: Final = HealthCheckResponse(status=HealthCheckResponse.SERVING).SerializeToString()

OwnMethod = Callable[[Exchange], Awaitable[CallEnd]]


class LocalMethods:
    """The methods of the gateway's own, by their paths."""

    def __init__(self, relay: Relay, open_calls: OpenCounts | None = None) -> None:
        self._relay, self._owners = relay, owners()
        self._open = open_calls or OpenCounts(MOST_OF_SOURCE, MOST)
        self._reflection: Any = ReflectionServicer([*self._owners, HEALTH, *_REFLECTIONS])
        self._methods: Mapping[str, tuple[OwnMethod, float]] = {
            **{f"/{name}/ServerReflectionInfo": (self._reflect, REFLECTION_SECONDS) for name in _REFLECTIONS},
            CHECK: (self._check, _CHECK_SECONDS),
            WATCH: (self._watch, WATCH_SECONDS),
        }

    def has(self, path: str) -> bool:
        """Return whether the method at a path is one of these."""
        return path in self._methods

    async def answer(self, path: str, exchange: Exchange, source: str) -> CallEnd:
        """Answer a call of one of these from an address, for as long as it may last."""
        method, seconds = self._methods[path]
        if not self._open.take(source):
            return CallEnd(Code.RESOURCE_EXHAUSTED, _TOO_MANY)
        try:
            async with asyncio.timeout(seconds) as limit:
                return await method(exchange)
        except TimeoutError:
            if not limit.expired():
                raise
            return CallEnd(Code.DEADLINE_EXCEEDED, f"this lasts {seconds:g} s at most: call again")
        finally:
            self._open.give_back(source)

    async def _reflect(self, exchange: Exchange) -> CallEnd:
        while (request := await exchange.next()) is not None:
            try:
                asked = ServerReflectionRequest.FromString(request)
            except DecodeError:
                raise _no_message() from None
            for answer in self._reflection.ServerReflectionInfo(iter([asked]), None):
                await exchange.message(answer.SerializeToString())
        return CallEnd(Code.OK)

    async def _check(self, exchange: Exchange) -> CallEnd:
        request = await exchange.first()
        owner = self._owner(request)
        if owner != EVERY:
            answer = await self._relay.ask(RelayedCall(owner, CHECK, (), _CHECK_SECONDS), request)
            if answer.message is None:
                return answer.end
            request_answer = answer.message
        else:
            request_answer = _SERVING
        await exchange.message(request_answer)
        return CallEnd(Code.OK)

    async def _watch(self, exchange: Exchange) -> CallEnd:
        request = await exchange.first()
        owner = self._owner(request)
        if owner != EVERY:
            call = self._relay.open(RelayedCall(owner, WATCH, (), None))
            return await relay_stream(call, exchange, request)
        await exchange.message(_SERVING)
        await exchange.stream.gone()
        return CallEnd(Code.CANCELLED)

    def _owner(self, request: bytes) -> str:
        """Return whose health is asked for; EVERY for the gateway's. Raises CallRefused (NOT_FOUND)."""
        try:
            service = HealthCheckRequest.FromString(request).service
        except DecodeError:
            raise _no_message() from None
        if service in ("", HEALTH, *_REFLECTIONS):
            return EVERY
        if service not in self._owners:
            sentence = f"no service of this mesh is called {service[:100]!r}: reflection lists them"
            raise CallRefused(Code.NOT_FOUND, sentence)
        return self._owners[service]


def _no_message() -> CallRefused:
    return CallRefused(Code.INVALID_ARGUMENT, "the request is no message of this method")
