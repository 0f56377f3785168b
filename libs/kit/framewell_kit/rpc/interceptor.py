"""What happens around every call: trace, request id, who calls, the bounds of requests, errors, time."""

import inspect
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

import grpc
from google.protobuf.message import DecodeError, Message
from opentelemetry.trace import SpanKind

from framewell_contracts.bounds import problems_of
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause
from framewell_kit.outcomes import Outcome, Rejected
from framewell_kit.rpc.actor import Caller, caller
from framewell_kit.rpc.admission import Admission
from framewell_kit.rpc.errors import status_of
from framewell_kit.telemetry import handling, logger, new_traceparent
from framewell_kit.telemetry.metrics import RPC_SECONDS

REQUEST_ID = "x-request-id"
TRACEPARENT = "traceparent"
MAX_REQUEST_ID = 128
_SHOWN_PROBLEMS = 3

log = logger(__name__)


class CallInterceptor(grpc.aio.ServerInterceptor):
    """Lets callers in, binds trace, request id and caller to the call, refuses requests that break the rules
    of their .proto, and turns the outcome into a status.

    Nothing that somebody sent is decoded before they are let in.
    """

    def __init__(self, admission: Admission, clock: Clock) -> None:
        self._admission, self._clock = admission, clock

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or self._admission.is_open(method):
            return handler
        sent = handler_call_details.invocation_metadata or ()
        metadata = {str(key).lower(): str(value) for key, value in sent}
        call = _Call(method, metadata, self._admission, self._clock.now())
        return _wrapped(handler, call)


class _Call:
    """One method of the server, ready to be called with the metadata of one caller."""

    def __init__(self, method: str, metadata: dict[str, str], admission: Admission, now: datetime) -> None:
        self.method = method
        self._metadata = metadata
        self._admission = admission
        # Facts are derived from an id of our own: two calls may come with the same request id.
        self._cause = Cause(
            id=str(uuid.uuid4()),
            source=f"rpc:{method}",
            type=method,
            time=now,
            traceparent=metadata.get(TRACEPARENT) or new_traceparent(),
        )
        self._request_id = metadata.get(REQUEST_ID, "")[:MAX_REQUEST_ID] or self._cause.id

    @contextmanager
    def bound(self) -> Iterator[None]:
        with handling(self._cause, self.method, SpanKind.SERVER):
            calling = self._admission.admit(self.method, self._metadata)
            self._request_id = calling.request_id or self._request_id
            with called_by(calling):
                yield

    async def answer(self, context: Any, error: Exception) -> str:
        """Abort the call with the error's status; raises grpc's AbortError."""
        status = status_of(error, self._request_id)
        if not isinstance(error, Outcome):
            log.error("call failed", method=self.method, request_id=self._request_id, exc_info=error)
        await context.abort(status.code, status.details, status.trailing_metadata)
        raise AssertionError("abort raises") from error

    def took(self, started: float, context: Any) -> None:
        code = context.code()
        name = code.name if isinstance(code, grpc.StatusCode) else "OK"
        RPC_SECONDS.record(time.perf_counter() - started, {"method": self.method, "status": name})


def _wrapped(handler: Any, call: _Call) -> Any:
    if handler.response_streaming:
        behaviour = handler.stream_stream if handler.request_streaming else handler.unary_stream
        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.request_streaming
            else grpc.unary_stream_rpc_method_handler
        )
        answer = _streaming(_decoding(behaviour, handler.request_deserializer), call)
        return make(answer, None, handler.response_serializer)
    behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
    make = (
        grpc.stream_unary_rpc_method_handler
        if handler.request_streaming
        else grpc.unary_unary_rpc_method_handler
    )
    answer = _unary(_decoding(behaviour, handler.request_deserializer), call)
    return make(answer, None, handler.response_serializer)


def _decoding(behaviour: Any, decode: Callable[[bytes], Message] | None) -> Any:
    """Return what answers bytes, or a stream of them, by the messages that they are, within their bounds.

    A method that takes bytes as they are decodes nothing.
    """
    if decode is None:
        return behaviour
    read = decode

    async def each(requests: AsyncIterator[bytes]) -> AsyncIterator[Message]:
        async for request in requests:
            yield _decoded(request, read)

    def answer(request: Any, context: Any) -> Any:
        decoded = _decoded(request, read) if isinstance(request, bytes) else each(request)
        return behaviour(in_bounds(decoded), context)

    return answer


def _decoded(request: bytes, decode: Callable[[bytes], Message]) -> Message:
    try:
        return decode(request)
    except DecodeError as error:
        raise Rejected(
            say(
                "out_of_bounds.no_message",
                "these bytes are no message that this method takes: its .proto says which",
            )
        ) from error


@contextmanager
def called_by(calling: Caller) -> Iterator[None]:
    """Bind who calls to what is done meanwhile."""
    before = caller.set(calling)
    try:
        yield
    finally:
        caller.reset(before)


def in_bounds(request: Any) -> Any:
    """Return a request, or the requests of a stream, each of which is looked at when it is read.

    Raises Rejected with code `out_of_bounds` and the first problems of one that breaks its rules.
    """
    if not isinstance(request, Message):
        return _each_in_bounds(request)
    if problems := list(islice(problems_of(request), _SHOWN_PROBLEMS)):
        raise Rejected("; ".join(one.sentence for one in problems), code="out_of_bounds")
    return request


async def _each_in_bounds(requests: AsyncIterator[Message]) -> AsyncIterator[Message]:
    async for request in requests:
        yield in_bounds(request)


def _unary(behaviour: Any, call: _Call) -> Any:
    async def answer(request: Any, context: Any) -> Any:
        started = time.perf_counter()
        try:
            with call.bound():
                return await behaviour(request, context)
        except (grpc.aio.AbortError, grpc.aio.UsageError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a status
            return await call.answer(context, error)
        finally:
            call.took(started, context)

    return answer


def _streaming(behaviour: Any, call: _Call) -> Any:
    async def answer(request: Any, context: Any) -> AsyncIterator[Any]:
        started = time.perf_counter()
        try:
            with call.bound():
                produced = behaviour(request, context)
                if inspect.isawaitable(produced):  # writes through the context
                    await produced
                else:
                    async for item in produced:
                        yield item
        except (grpc.aio.AbortError, grpc.aio.UsageError):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets a status
            await call.answer(context, error)
        finally:
            call.took(started, context)

    return answer
