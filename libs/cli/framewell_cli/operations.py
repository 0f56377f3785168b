"""Calling a service's `OperationsService`: the token or the name it is called with, and no proxy between."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import grpc

from framewell.mesh.v1.operations_service_pb2_grpc import OperationsServiceStub
from framewell_client.gateway import TOKEN_VARIABLE

AWAY: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
"""What a call ends with when nobody answers in time, or who answers lacks something it stands on."""

_DETAILS: Final = "grpc-status-details-bin"


def answered(error: grpc.RpcError) -> bool:
    """True where a service itself said no, be it because its database is away: our errors carry details."""
    return any(one.key == _DETAILS for one in error.trailing_metadata() or ())


def metadata(acting_as: str) -> tuple[tuple[str, str | bytes], ...]:
    """Who calls: the token says it; without one, whoever is named (as loopback without tokens takes it)."""
    if token := os.environ.get(TOKEN_VARIABLE, ""):
        return (("authorization", f"Bearer {token}"),)
    return (("framewell-actor", acting_as),) if acting_as else ()


@contextmanager
def operations(address: str) -> Iterator[OperationsServiceStub]:
    """The service at `host:port`; calls raise grpc.RpcError."""
    with grpc.insecure_channel(address, options=[("grpc.enable_http_proxy", 0)]) as channel:
        yield OperationsServiceStub(channel)
