"""The methods of the port as gRPC wants them: handlers, and the threads that each kind of call takes.

Every method is registered as one that reads its request itself: gRPC would keep a thread waiting for the
request of a call for as long as the caller likes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
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
from framewell_inference.entrypoints.open_inference_arrivals import Arrivals
from framewell_inference.entrypoints.open_inference_budget import BoundedPool
from framewell_inference.entrypoints.open_inference_calls import failure_of

_LIVENESS: Final = ("ServerLive", "ServerReady")
"""Methods whose request says nothing: they are answered without waiting for it."""
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


def service_handlers(
    servicer: OpenInference, pools: Mapping[str, BoundedPool], arrivals: Arrivals
) -> dict[str, Any]:
    """Return a handler for each method, with the threads it runs in. Runs get their request as bytes."""
    handlers: dict[str, Any] = {}
    for method in oip.DESCRIPTOR.services_by_name["GRPCInferenceService"].methods:
        behaviour, kind = getattr(servicer, method.name), kind_of(f"/{SERVICE}/{method.name}")
        taken, write = (
            GetMessageClass(method.input_type),
            GetMessageClass(method.output_type).SerializeToString,
        )
        if kind == "streams":
            handlers[method.name] = grpc.stream_stream_rpc_method_handler(
                in_threads(pools[kind], behaviour), None, write
            )
            continue
        handlers[method.name] = grpc.stream_unary_rpc_method_handler(
            in_threads(pools[kind], _answered(behaviour, taken() if kind == "liveness" else arrivals)),
            None if kind == "runs" else taken.FromString,
            write,
        )
    return handlers


def health_handlers(
    servicer: health.HealthServicer, pools: Mapping[str, BoundedPool], arrivals: Arrivals
) -> dict[str, Any]:
    read, write = (
        health_pb2.HealthCheckRequest.FromString,
        health_pb2.HealthCheckResponse.SerializeToString,
    )
    watch = partial(servicer.Watch)  # a method takes no attributes
    watch.experimental_non_blocking = True  # type: ignore[attr-defined]  # gRPC's way to say so
    watch.experimental_thread_pool = pools["watches"]  # type: ignore[attr-defined]
    check = in_threads(pools["health"], _answered(servicer.Check, arrivals))
    return {
        "Check": grpc.stream_unary_rpc_method_handler(check, read, write),
        "Watch": grpc.unary_stream_rpc_method_handler(watch, read, write),
    }


def kind_of(method: str) -> str:
    """Return whose threads a method takes; empty for one that is not bounded here."""
    if method.startswith("/grpc.reflection."):
        return "reflection"
    return _KINDS.get(method, "questions" if method.startswith(f"/{SERVICE}/") else "")


def reflection_handlers(pool: BoundedPool) -> dict[str, Any]:
    names = (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME)
    servicer = reflection.ReflectionServicer(names, pool=_Descriptors())
    return {
        "ServerReflectionInfo": grpc.stream_stream_rpc_method_handler(
            in_threads(pool, servicer.ServerReflectionInfo),
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


def in_threads(pool: BoundedPool, behaviour: Callable[[Any, Any], Any]) -> Callable[[Any, Any], Any]:
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
