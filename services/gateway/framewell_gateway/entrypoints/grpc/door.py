"""A gRPC call at the gateway's port: who makes it is found out, and it goes on to the service it is for."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from framewell_contracts.services import SERVICES
from framewell_gateway.domain.principals import Principal, acting
from framewell_gateway.domain.proxies import Network, origin
from framewell_gateway.domain.sources import source_of
from framewell_gateway.entrypoints.grpc.admission import Admit, guarded
from framewell_gateway.entrypoints.grpc.exchange import Exchange
from framewell_gateway.entrypoints.grpc.headers import metadata_of, seconds_of
from framewell_gateway.entrypoints.grpc.local import LocalMethods
from framewell_gateway.entrypoints.grpc.methods import EVERY, GrpcMethod, methods
from framewell_gateway.entrypoints.grpc.observing import REQUEST_ID, TRACEPARENT, ObservedCall, observed
from framewell_gateway.entrypoints.grpc.refusal import CallRefused
from framewell_gateway.entrypoints.grpc.relaying import relay_stream, relay_unary
from framewell_gateway.entrypoints.http2.streams import Http2Stream, StreamLost
from framewell_gateway.ports.relay import CallEnd, Code, Metadata, Relay, RelayedCall
from framewell_kit.outcomes import Busy, Outcome
from framewell_kit.pace import Pace
from framewell_kit.rpc.errors import status_of
from framewell_kit.telemetry import logger

SERVICE_KEY: Final = "framewell-service"
"""Metadata that says which service is meant, where every one offers the method."""

_LONGEST_UNARY_SECONDS: Final = 600.0
"""Of a call with one answer whose caller gives it no time."""
_MEDIA_TYPES: Final = frozenset({"application/grpc", "application/grpc+proto"})

CallerMetadata = Callable[[str, str], Metadata]
"""By which a service knows for whom a method of it is called: made from its name and the path."""

Holds = Callable[[Principal], Awaitable[bool]]
"""Whether somebody who was admitted still would be, in that role. Raises Busy where nobody knows now."""

log = logger(__name__)


async def _always(_: Principal) -> bool:
    return True


def is_grpc(stream: Http2Stream) -> bool:
    """Return whether a request is a gRPC call, of whatever kind."""
    kind = next((value for name, value in stream.headers if name == b"content-type"), b"")
    return kind.startswith(b"application/grpc")


def refuse_call(stream: Http2Stream, status: int, sentence: str) -> None:
    """End a call that came in a way in which none may come; programs are not to try it again."""
    forbidden = status == HTTPStatus.FORBIDDEN
    code = Code.PERMISSION_DENIED if forbidden else Code.FAILED_PRECONDITION
    Exchange(stream).end(CallEnd(code, sentence))


@dataclass(frozen=True, slots=True)
class GrpcDoor:
    """Answers the calls of every method of the mesh."""

    relay: Relay
    admit: Admit
    caller_metadata: CallerMetadata
    proxies: Collection[Network] = ()
    """Whose word is taken for where a call comes from."""
    holds: Holds = _always
    look_seconds: float = 10.0
    """How often a stream that is open asks whether its caller still may have it."""
    pace: Callable[[], Pace] = Pace
    table: Mapping[str, GrpcMethod] = field(default_factory=methods)
    _local: LocalMethods = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_local", LocalMethods(self.relay))

    async def __call__(self, stream: Http2Stream) -> None:
        """Answer one call; never raises for what either end does."""
        exchange = Exchange(stream, self.pace)
        kind = exchange.headers["content-type"].partition(";")[0]
        if exchange.headers[":method"] != "POST" or kind not in _MEDIA_TYPES:
            status = b"415" if exchange.headers[":method"] == "POST" else b"405"
            stream.respond([(b":status", status)], end=True)
            return
        with observed(exchange.headers) as call:
            try:
                call.end = await self._ended(exchange, call)
                exchange.end(call.end)
            except StreamLost:
                call.end = CallEnd(Code.CANCELLED)

    async def _ended(self, exchange: Exchange, call: ObservedCall) -> CallEnd:
        """Answer a call up to its status. Raises StreamLost."""
        try:
            return await self._answered(exchange, call)
        except CallRefused as error:
            return error.end
        except StreamLost:
            raise
        except Exception as error:
            if not isinstance(error, Outcome):
                log.exception(
                    "a gRPC call failed at the gateway", method=call.method, request_id=call.cause.id
                )
            status = status_of(error, call.cause.id)
            return CallEnd(
                Code(status.code.value[0]), status.details or "", tuple(status.trailing_metadata or ())
            )

    async def _answered(self, exchange: Exchange, call: ObservedCall) -> CallEnd:
        path = exchange.headers[":path"]
        peer = (exchange.stream.connection.client or ("", 0))[0]
        source = source_of(origin(peer, exchange.headers.get("x-forwarded-for", ""), self.proxies))
        if self._local.has(path):
            call.method = path.lstrip("/")
            return await self._local.answer(path, exchange, source)
        method = self.table.get(path)
        if method is None:
            sentence = f"no service of this mesh offers {path[:200]}: reflection lists what there is"
            return CallEnd(Code.UNIMPLEMENTED, sentence)
        call.method = path.lstrip("/")
        principal = await guarded(self.admit)(exchange.headers, source)
        token = acting.set(principal)
        try:
            return await self._relayed(method, exchange, call)
        finally:
            acting.reset(token)

    async def _relayed(self, method: GrpcMethod, exchange: Exchange, call: ObservedCall) -> CallEnd:
        seconds = seconds_of(exchange.headers.get("grpc-timeout", ""))
        sent = [
            pair for pair in metadata_of(exchange.stream.headers) if pair[0] not in (REQUEST_ID, TRACEPARENT)
        ]
        owner = method.owner or _named(exchange.headers)

        def relayed(seconds: float | None) -> RelayedCall:
            caller = self.caller_metadata(owner, method.path)  # signed for this moment
            metadata = (*sent, *call.metadata, *caller)
            return RelayedCall(owner, method.path, metadata, seconds, method.server)

        exchange.most_bytes = method.most_bytes
        if method.streams_requests:
            opened = self.relay.open(relayed(seconds))
            return await relay_stream(opened, exchange, revoked=self._revoked(acting.get()))
        loop = asyncio.get_running_loop()
        until = loop.time() + (seconds if seconds is not None else _LONGEST_UNARY_SECONDS)
        try:
            async with asyncio.timeout_at(until):
                request = await exchange.first()
        except TimeoutError:
            return CallEnd(Code.DEADLINE_EXCEEDED, "the request did not arrive in the time of the call")
        if method.streams_answers:
            left = None if seconds is None else until - loop.time()
            opened = self.relay.open(relayed(left))
            return await relay_stream(opened, exchange, request, self._revoked(acting.get()))
        return await relay_unary(self.relay, relayed(until - loop.time()), exchange, request)

    async def _revoked(self, principal: Principal) -> None:
        """Return once somebody may not have what they opened; while nobody can say so, they may."""
        while True:
            await asyncio.sleep(self.look_seconds)
            with suppress(Busy):
                if not await self.holds(principal):
                    return


def _named(headers: Mapping[str, str]) -> str:
    """Return the service that a call names. Raises CallRefused when it names none that there is."""
    service = headers.get(SERVICE_KEY, EVERY)
    if service not in SERVICES:
        sentence = f"every service offers this method: say which is meant in the metadata {SERVICE_KEY}: "
        raise CallRefused(Code.INVALID_ARGUMENT, sentence + ", ".join(SERVICES))
    return service
