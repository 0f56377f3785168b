"""The port of the Open Inference Protocol: a sync gRPC server as a part of the process.

Sync, because `session.run` in the request's own thread is faster on a CPU than every queue we measured. Each
kind of call has threads of its own: liveness, health, what is asked about models, reflection, single runs,
streams. So a probe is answered while every other thread waits, and an idle stream costs a sleeping thread.
Every method is registered as one that reads its request itself: gRPC would keep a thread waiting for
the request of a call for as long as the caller likes.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import grpc
from google.protobuf import descriptor_pool
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection, reflection_pb2

from framewell.oip.v2 import open_inference_pb2 as oip
from framewell_inference.entrypoints.open_inference import SERVICE, OpenInference, abort
from framewell_inference.entrypoints.open_inference_arrivals import SECONDS, Arrivals
from framewell_inference.entrypoints.open_inference_budget import RETRY_SECONDS, BoundedPool, ByteBudget
from framewell_inference.entrypoints.open_inference_calls import Failure, failure_of
from framewell_inference.ports.models import ModelRegistry
from framewell_kit.rpc import Tokens
from framewell_kit.rpc.actor import OPERATORS, Unauthenticated

MAX_MESSAGE_BYTES: Final = 64 << 20
"""A batch of twelve 640-pixel pictures as floats."""

REQUEST_BYTES: Final = 512 << 20
"""Requests that are held at once, together."""

LIVENESS_THREADS: Final = 16
HEALTH_THREADS: Final = 32
WATCH_THREADS: Final = 32
QUESTION_THREADS: Final = 16
REFLECTION_THREADS: Final = 16

_LIVENESS: Final = ("ServerLive", "ServerReady")
"""Methods whose request says nothing: they are answered without waiting for it."""
_CHANGES: Final = ("RepositoryModelLoad", "RepositoryModelUnload")
_RUN: Final = f"/{SERVICE}/ModelInfer"
_STREAM: Final = f"/{SERVICE}/ModelStreamInfer"
_KINDS: Final = {
    _RUN: "runs",
    _STREAM: "streams",
    **{f"/{SERVICE}/{method}": "liveness" for method in _LIVENESS},
    f"/{health.SERVICE_NAME}/Check": "health",
    f"/{health.SERVICE_NAME}/Watch": "watches",
}
"""Whose threads a method takes; those of the service that are not named: `questions`."""

_OPEN_TO_ALL: Final = ("/grpc.health.", "/grpc.reflection.", f"/{SERVICE}/Server")


@dataclass(frozen=True, slots=True)
class OpenInferenceSettings:
    """Where to listen, and how many requests and streams are held at once; more are refused."""

    address: str
    requests: int
    streams: int
    arrival_seconds: float = SECONDS


class OpenInferenceServer:
    """A Part of the process: see `framewell_kit.service.Part`."""

    name = "open inference protocol"

    def __init__(self, settings: OpenInferenceSettings, registry: ModelRegistry, tokens: Tokens) -> None:
        self.port = 0
        """Where it listens, once it does."""
        self._settings = settings
        self._stopping = False
        self._health = health.HealthServicer(experimental_non_blocking=True)
        pools = {
            "liveness": BoundedPool("oip-liveness", LIVENESS_THREADS),
            "health": BoundedPool("oip-health", HEALTH_THREADS),
            "watches": BoundedPool("oip-watches", WATCH_THREADS),
            "questions": BoundedPool("oip-questions", QUESTION_THREADS),
            "reflection": BoundedPool("oip-reflection", REFLECTION_THREADS),
            "runs": BoundedPool("oip-runs", settings.requests),
            "streams": BoundedPool("oip-streams", settings.streams),
        }
        self._server = grpc.server(
            pools["liveness"],
            interceptors=[_RefuseOverBounds(pools), _RequireToken(tokens)],
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
                # Clients that vanished without a word are found within a minute and a half.
                ("grpc.keepalive_time_ms", 60_000),
                ("grpc.keepalive_timeout_ms", 20_000),
                ("grpc.http2.min_ping_interval_without_data_ms", 5_000),
            ],
        )
        servicer = OpenInference(registry, ByteBudget(REQUEST_BYTES), ready=lambda: not self._stopping)
        arrivals = Arrivals(settings.arrival_seconds)
        self._server.add_generic_rpc_handlers(
            (
                grpc.method_handlers_generic_handler(SERVICE, _handlers(servicer, pools, arrivals)),
                grpc.method_handlers_generic_handler(
                    health.SERVICE_NAME, _health_handlers(self._health, pools, arrivals)
                ),
                grpc.method_handlers_generic_handler(
                    reflection.SERVICE_NAME, _reflection_handlers(pools["reflection"])
                ),
            )
        )

    async def start(self) -> None:
        """Listen. Raises OSError with a clear sentence when the port is taken."""
        try:
            self.port = self._server.add_insecure_port(self._settings.address)
        except RuntimeError as error:
            raise OSError(
                f"the open inference protocol cannot listen on {self._settings.address}: "
                f"is the port taken? ({error})"
            ) from error
        self._server.start()
        for name in ("", SERVICE):
            self._health.set(name, health_pb2.HealthCheckResponse.SERVING)

    async def stop(self, seconds: float) -> None:
        self._stopping = True
        self._health.enter_graceful_shutdown()
        await asyncio.to_thread(self._server.stop(seconds).wait)

    def waiting(self) -> str:
        return ""


def _handlers(
    servicer: OpenInference, pools: Mapping[str, BoundedPool], arrivals: Arrivals
) -> dict[str, Any]:
    """Return a handler for each method, with the threads it runs in. Runs get their request as bytes."""
    handlers: dict[str, Any] = {}
    for method in oip.DESCRIPTOR.services_by_name["GRPCInferenceService"].methods:
        behaviour, kind = getattr(servicer, method.name), _kind(f"/{SERVICE}/{method.name}")
        taken, write = (
            GetMessageClass(method.input_type),
            GetMessageClass(method.output_type).SerializeToString,
        )
        if kind == "streams":
            handlers[method.name] = grpc.stream_stream_rpc_method_handler(
                _in(pools[kind], behaviour), None, write
            )
            continue
        handlers[method.name] = grpc.stream_unary_rpc_method_handler(
            _in(pools[kind], _answered(behaviour, taken() if kind == "liveness" else arrivals)),
            None if kind == "runs" else taken.FromString,
            write,
        )
    return handlers


def _health_handlers(
    servicer: health.HealthServicer, pools: Mapping[str, BoundedPool], arrivals: Arrivals
) -> dict[str, Any]:
    read, write = (
        health_pb2.HealthCheckRequest.FromString,
        health_pb2.HealthCheckResponse.SerializeToString,
    )
    watch = partial(servicer.Watch)  # a method takes no attributes
    watch.experimental_non_blocking = True  # type: ignore[attr-defined]  # gRPC's way to say so
    watch.experimental_thread_pool = pools["watches"]  # type: ignore[attr-defined]
    check = _in(pools["health"], _answered(servicer.Check, arrivals))
    return {
        "Check": grpc.stream_unary_rpc_method_handler(check, read, write),
        "Watch": grpc.unary_stream_rpc_method_handler(watch, read, write),
    }


def _kind(method: str) -> str:
    """Return whose threads a method takes; empty for one that is not bounded here."""
    if method.startswith("/grpc.reflection."):
        return "reflection"
    return _KINDS.get(method, "questions" if method.startswith(f"/{SERVICE}/") else "")


def _reflection_handlers(pool: BoundedPool) -> dict[str, Any]:
    names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
    servicer = reflection.ReflectionServicer(names, pool=_Descriptors())
    return {
        "ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(
            _in(pool, servicer.ServerReflectionInfo),
            reflection_pb2.ServerReflectionRequest.FromString,
            reflection_pb2.ServerReflectionResponse.SerializeToString,
        )
    }


class _Descriptors:
    """The process's descriptors, in which a method is found, too: grpcurl and ghz ask for it by its name."""

    def __getattr__(self, name: str) -> Any:
        return getattr(descriptor_pool.Default(), name)

    def FindFileContainingSymbol(self, symbol: str) -> Any:  # noqa: N802  protobuf's name
        pool = descriptor_pool.Default()
        try:
            return pool.FindFileContainingSymbol(symbol)
        except KeyError:
            return pool.FindFileContainingSymbol(symbol.rpartition(".")[0])


def _in(pool: BoundedPool, behaviour: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
    """Return the behaviour of a method, to run in the threads of `pool`."""

    def run(request: Any, context: Any) -> Any:
        return behaviour(request, context)

    run.experimental_thread_pool = pool  # type: ignore[attr-defined]  # gRPC's way to say so
    return run


def _answered(
    behaviour: Callable[[Any, Any], Any], request: Arrivals | Message
) -> Callable[[Iterator[Any], Any], Any]:
    """Return the behaviour, given the request that arrives or always this one; errors become statuses."""

    def answer(requests: Iterator[Any], context: Any) -> Any:
        try:
            arrived = request.first(requests, context) if isinstance(request, Arrivals) else request
            return behaviour(arrived, context)
        except Exception as error:  # noqa: BLE001  gRPC would send its text to the client
            abort(context, failure_of(error))

    return answer


class _RefuseOverBounds(grpc.ServerInterceptor):
    """Refuses calls whose threads are all taken, before their request is read."""

    def __init__(self, pools: Mapping[str, BoundedPool]) -> None:
        self._pools = pools
        reason = "all threads for such calls are taken; try again, or close streams that are not used"
        busy = Failure(grpc.StatusCode.RESOURCE_EXHAUSTED, reason, RETRY_SECONDS)
        self._refuse = _refusal(self._pools["liveness"], busy)

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        kind = _kind(handler_call_details.method)
        if kind not in {"", "liveness"} and self._pools[kind].full:
            return self._refuse
        return continuation(handler_call_details)


class _RequireToken(grpc.ServerInterceptor):
    """Refuses calls without a known token, and changes by who may not operate the mesh."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._unknown = _refusal(
            None,
            Failure(
                grpc.StatusCode.UNAUTHENTICATED, "a token is needed: send 'authorization: Bearer <token>'"
            ),
        )
        self._forbidden = _refusal(
            None,
            Failure(
                grpc.StatusCode.PERMISSION_DENIED,
                "loading and unloading models takes the authority 'admin': "
                'use a token given as "principal/admin" in FRAMEWELL_TOKENS',
            ),
        )

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        method = handler_call_details.method
        if method.startswith(_OPEN_TO_ALL):
            return continuation(handler_call_details)
        sent = handler_call_details.invocation_metadata or ()
        try:
            actor = self._tokens.actor({str(key).lower(): str(value) for key, value in sent})
        except Unauthenticated:
            return self._unknown
        if method.rpartition("/")[2] in _CHANGES and actor.authority not in OPERATORS:
            return self._forbidden
        return continuation(handler_call_details)


def _refusal(pool: BoundedPool | None, failure: Failure) -> Any:
    """Return a handler that ends any call with a failure, without waiting for its request."""

    def refuse(_: Any, context: Any) -> Any:
        abort(context, failure)

    return grpc.stream_unary_rpc_method_handler(_in(pool, refuse) if pool else refuse)
