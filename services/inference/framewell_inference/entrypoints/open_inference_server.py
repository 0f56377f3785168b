"""The port of the Open Inference Protocol: a sync gRPC server as a part of the process."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from framewell.oip.v2.open_inference_pb2_grpc import add_GRPCInferenceServiceServicer_to_server
from framewell_inference.entrypoints.open_inference import SERVICE, OpenInference
from framewell_inference.ports.models import ModelRegistry
from framewell_kit.rpc import Tokens
from framewell_kit.rpc.actor import Unauthenticated

MAX_MESSAGE_BYTES: Final = 64 << 20
"""A batch of twelve 640-pixel pictures as floats."""

CALLS_A_THREAD: Final = 8
"""Calls that may wait for a thread, per thread; the next one is refused at once."""

_OPEN_TO_ALL: Final = ("/grpc.health.", "/grpc.reflection.", "/inference.GRPCInferenceService/Server")


@dataclass(frozen=True, slots=True)
class OpenInferenceSettings:
    """Where to listen and how many requests run at once."""

    address: str
    threads: int


class OpenInferenceServer:
    """A Part of the process: see `framewell_kit.service.Part`."""

    name = "open inference protocol"

    def __init__(self, settings: OpenInferenceSettings, registry: ModelRegistry, tokens: Tokens) -> None:
        self._settings = settings
        self._stopping = False
        streams = threading.BoundedSemaphore(max(1, settings.threads // 2))
        self._health = health.HealthServicer()
        self._server = grpc.server(
            ThreadPoolExecutor(settings.threads, thread_name_prefix="open-inference"),
            interceptors=[_RequireToken(tokens)],
            maximum_concurrent_rpcs=settings.threads * CALLS_A_THREAD,
            options=[
                ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
                ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
                ("grpc.so_reuseport", 0),
            ],
        )
        servicer = OpenInference(registry, streams, ready=lambda: not self._stopping)
        add_GRPCInferenceServiceServicer_to_server(servicer, self._server)
        health_pb2_grpc.add_HealthServicer_to_server(self._health, self._server)
        reflection.enable_server_reflection(
            (SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), self._server
        )

    async def start(self) -> None:
        """Listen. Raises OSError with a clear sentence when the port is taken."""
        try:
            self._server.add_insecure_port(self._settings.address)
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


class _RequireToken(grpc.ServerInterceptor):
    """Refuses calls without a known token, by the same rule as the mesh's other servers."""

    def __init__(self, tokens: Tokens) -> None:
        self._tokens = tokens
        self._refuse: Any = grpc.unary_unary_rpc_method_handler(_refuse)

    def intercept_service(
        self, continuation: Callable[[Any], Any], handler_call_details: grpc.HandlerCallDetails
    ) -> Any:
        if handler_call_details.method.startswith(_OPEN_TO_ALL):
            return continuation(handler_call_details)
        sent = handler_call_details.invocation_metadata or ()
        try:
            self._tokens.actor({str(key).lower(): str(value) for key, value in sent})
        except Unauthenticated:
            return self._refuse
        return continuation(handler_call_details)


def _refuse(_: Any, context: grpc.ServicerContext) -> Any:
    context.abort(grpc.StatusCode.UNAUTHENTICATED, "a token is needed: send 'authorization: Bearer <token>'")
