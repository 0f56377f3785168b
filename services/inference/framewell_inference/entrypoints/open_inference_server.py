"""The port of the Open Inference Protocol: a sync gRPC server as a part of the process.

Sync, because `session.run` in the request's own thread is faster on a CPU than every queue we measured. Each
kind of call has threads of its own: liveness, health, what is asked about models, reflection, single runs,
streams. So a probe is answered while every other thread waits, and an idle stream costs a sleeping thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2
from grpc_reflection.v1alpha import reflection

from framewell_inference.entrypoints.open_inference import SERVICE, OpenInference, abort
from framewell_inference.entrypoints.open_inference_arrivals import SECONDS, Arrivals
from framewell_inference.entrypoints.open_inference_budget import RETRY_SECONDS, BoundedPool, ByteBudget
from framewell_inference.entrypoints.open_inference_calls import Failure
from framewell_inference.entrypoints.open_inference_handlers import (
    health_handlers,
    in_threads,
    kind_of,
    reflection_handlers,
    service_handlers,
)
from framewell_inference.ports.models import ModelRegistry
from framewell_kit.rpc import Admission
from framewell_kit.rpc.refusals import NotAllowed, Unauthenticated

MAX_MESSAGE_BYTES: Final = 64 << 20
"""A batch of twelve 640-pixel pictures as floats."""

REQUEST_BYTES: Final = 512 << 20
"""Requests that are held at once, together."""

PENDING_CALLS: Final = 50_000
"""Calls that have come in and were not looked at; each holds a few KB."""

LIVENESS_THREADS: Final = 16
HEALTH_THREADS: Final = 32
WATCH_THREADS: Final = 32
QUESTION_THREADS: Final = 16
REFLECTION_THREADS: Final = 16


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

    def __init__(
        self, settings: OpenInferenceSettings, registry: ModelRegistry, admission: Admission
    ) -> None:
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
            interceptors=[_RefuseOverBounds(pools), _Admit(admission)],
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
                # Calls that wait for Python: beyond it the library cancels some by chance, without a reason.
                ("grpc.server.max_pending_requests", PENDING_CALLS),
                ("grpc.server.max_pending_requests_hard_limit", 2 * PENDING_CALLS),
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
                grpc.method_handlers_generic_handler(SERVICE, service_handlers(servicer, pools, arrivals)),
                grpc.method_handlers_generic_handler(
                    health.SERVICE_NAME, health_handlers(self._health, pools, arrivals)
                ),
                grpc.method_handlers_generic_handler(
                    reflection.SERVICE_NAME, reflection_handlers(pools["reflection"])
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
        kind = kind_of(handler_call_details.method)
        if kind not in {"", "liveness"} and self._pools[kind].full:
            return self._refuse
        return continuation(handler_call_details)


class _Admit(grpc.ServerInterceptor):
    """Lets in whom the table of access lets in, and says to everybody else why not."""

    def __init__(self, admission: Admission) -> None:
        self._admission = admission

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        method = handler_call_details.method
        handler = continuation(handler_call_details)
        if handler is None or self._admission.is_open(method):
            return handler
        sent = handler_call_details.invocation_metadata or ()
        try:
            self._admission.admit(method, {str(key).lower(): str(value) for key, value in sent})
        except Unauthenticated as unknown:
            return _refusal(None, Failure(grpc.StatusCode.UNAUTHENTICATED, unknown.reason))
        except NotAllowed as refusal:
            return _refusal(None, Failure(grpc.StatusCode.PERMISSION_DENIED, refusal.reason))
        return handler


def _refusal(pool: BoundedPool | None, failure: Failure) -> Any:
    """Return a handler that ends any call with a failure, without waiting for its request."""

    def refuse(_: Any, context: Any) -> Any:
        abort(context, failure)

    return grpc.stream_unary_rpc_method_handler(in_threads(pool, refuse) if pool else refuse)
