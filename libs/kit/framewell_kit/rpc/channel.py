"""Channels to other services: trace and request id travel with every call, a deadline is never missing."""

import asyncio
from collections.abc import Callable
from typing import Any

import grpc
from grpc.aio import ClientCallDetails, Metadata
from grpc_health.v1 import health_pb2, health_pb2_grpc

from framewell_contracts.access import Role
from framewell_kit.rpc.actor import AUTHORIZATION, CALLER, DECLARED_ACTOR, caller
from framewell_kit.rpc.interceptor import REQUEST_ID, TRACEPARENT
from framewell_kit.rpc.replicas import target
from framewell_kit.rpc.server import MAX_MESSAGE_BYTES
from framewell_kit.telemetry import current_cause, new_traceparent

DEFAULT_DEADLINE_SECONDS = 10.0
GRACE_SECONDS = 60.0
"""For calls under way on a channel to replicas that are no longer what they were."""


def channel(address: str, *, token: str = "") -> grpc.aio.Channel:
    """Return a channel to an address (`replicas`). It connects when first used, and again after an outage.

    Unary calls without a deadline get one of ten seconds; streams have none unless the caller sets one.
    """
    options = [
        ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES + (64 << 10)),
        ("grpc.initial_reconnect_backoff_ms", 200),
        ("grpc.max_reconnect_backoff_ms", 2_000),
        ("grpc.enable_http_proxy", 0),
    ]
    return grpc.aio.insecure_channel(
        target(address), options=options, interceptors=[_Unary(token), _Stream(token)]
    )


async def is_silent(channel: grpc.aio.Channel, seconds: float) -> bool:
    """Return whether who is behind a channel says nothing at all for so long, not even that it is there.

    A service that is busy answers this at once, and of one that cannot be reached the call itself says so.
    """
    health: Any = health_pb2_grpc.HealthStub(channel)  # its types name no method
    try:
        await health.Check(health_pb2.HealthCheckRequest(), timeout=seconds)
    except grpc.aio.AioRpcError as error:
        return error.code() is grpc.StatusCode.DEADLINE_EXCEEDED
    return False


class KeptChannels:
    """A channel to each service, replaced when the service's address changes."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[str, grpc.aio.Channel]] = {}
        self._closing: set[asyncio.Task[None]] = set()

    def to(self, service: str, address: str, connect: Callable[[str], grpc.aio.Channel]) -> grpc.aio.Channel:
        """Return the channel to the service at this address; calls under way on the one before go on."""
        kept = self._kept.get(service)
        if kept is not None and kept[0] == address:
            return kept[1]
        self._kept[service] = (address, connect(address))
        if kept is not None:
            closing = asyncio.create_task(kept[1].close(GRACE_SECONDS))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        return self._kept[service][1]


def _sent_along(details: Any, token: str, timeout: float | None) -> Any:
    metadata = Metadata(*(details.metadata or ()))
    carrier: dict[str, str] = {}
    cause = current_cause()
    if cause is not None:
        carrier[REQUEST_ID] = cause.id
        carrier[TRACEPARENT] = cause.traceparent or new_traceparent()
    if metadata.get(CALLER) is None:  # else the call proves already who makes it
        carrier.update(_acting(token))
    for key, value in carrier.items():
        if metadata.get(key) is None:
            metadata.add(key, value)
    return ClientCallDetails(
        method=details.method,
        timeout=timeout,
        metadata=metadata,
        credentials=details.credentials,
        wait_for_ready=details.wait_for_ready,
    )


def _acting(token: str) -> dict[str, str]:
    """Return the service's own credential; who calls it stands beside that for a trusted loopback alone."""
    carrier = {AUTHORIZATION: f"Bearer {token}"} if token else {}
    calling = caller.get(None)
    if calling is not None and calling.role is Role.LOCAL and calling.principal != Role.LOCAL:
        carrier[DECLARED_ACTOR] = calling.principal
    return carrier


class _Unary(grpc.aio.UnaryUnaryClientInterceptor):
    def __init__(self, token: str) -> None:
        self._token = token

    async def intercept_unary_unary(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        timeout = client_call_details.timeout or DEFAULT_DEADLINE_SECONDS
        return await continuation(_sent_along(client_call_details, self._token, timeout), request)


class _Stream(grpc.aio.UnaryStreamClientInterceptor):
    def __init__(self, token: str) -> None:
        self._token = token

    async def intercept_unary_stream(
        self, continuation: Callable[..., Any], client_call_details: Any, request: Any
    ) -> Any:
        details = _sent_along(client_call_details, self._token, client_call_details.timeout)
        return await continuation(details, request)
