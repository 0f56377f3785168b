"""What happens around every call: trace, request id, actor, errors, time."""

import inspect
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import structlog
from opentelemetry import trace
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from prometheus_client import Histogram

from framewell_kit.outcomes import Outcome
from framewell_kit.rpc.actor import Tokens, caller
from framewell_kit.rpc.errors import status_of

REQUEST_ID = "x-request-id"
MAX_REQUEST_ID = 128

RPC_SECONDS = Histogram(
    "framewell_rpc_seconds",
    "Seconds a gRPC method took, by method and status code.",
    ["method", "code"],
)

_PROPAGATOR = TraceContextTextMapPropagator()
_tracer = trace.get_tracer(__name__)
_OPEN_TO_ALL = ("/grpc.health.", "/grpc.reflection.")
log = structlog.get_logger(__name__)


class AroundEveryCall(grpc.aio.ServerInterceptor):
    """Binds trace, request id and actor to the call, and turns its outcome into a status."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[Any]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> Any:
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        if handler is None or method.startswith(_OPEN_TO_ALL):
            return handler
        sent = handler_call_details.invocation_metadata or ()
        metadata = {str(key).lower(): str(value) for key, value in sent}
        call = _Call(method, metadata, self._tokens)
        return _wrapped(handler, call)


class _Call:
    """One method of the server, ready to be called with the metadata of one caller."""

    def __init__(self, method: str, metadata: dict[str, str], tokens: Tokens) -> None:
        self.method = method
        self._metadata = metadata
        self._tokens = tokens
        self._request_id = metadata.get(REQUEST_ID, "")[:MAX_REQUEST_ID] or str(uuid.uuid4())

    @contextmanager
    def bound(self) -> Iterator[None]:
        parent = _PROPAGATOR.extract(self._metadata)
        with (
            structlog.contextvars.bound_contextvars(request_id=self._request_id, method=self.method),
            _tracer.start_as_current_span(self.method, parent, kind=trace.SpanKind.SERVER),
        ):
            before = caller.set(self._tokens.actor(self._metadata))
            try:
                yield
            finally:
                caller.reset(before)

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
        RPC_SECONDS.labels(self.method, name).observe(time.perf_counter() - started)


def _wrapped(handler: Any, call: _Call) -> Any:
    if handler.response_streaming:
        behaviour = handler.stream_stream if handler.request_streaming else handler.unary_stream
        make = (
            grpc.stream_stream_rpc_method_handler
            if handler.request_streaming
            else grpc.unary_stream_rpc_method_handler
        )
        return make(_streaming(behaviour, call), handler.request_deserializer, handler.response_serializer)
    behaviour = handler.stream_unary if handler.request_streaming else handler.unary_unary
    make = (
        grpc.stream_unary_rpc_method_handler
        if handler.request_streaming
        else grpc.unary_unary_rpc_method_handler
    )
    return make(_unary(behaviour, call), handler.request_deserializer, handler.response_serializer)


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
