"""Calls to a service over gRPC: the caller's credentials, no proxy between, and two errors for people.

With a token, or a gateway named in FRAMEWELL_REST, a call goes through the gateway, which alone knows every
caller; else to the service's own port, as everybody on the machine of a mesh without users may.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import grpc

from framewell_cli.errors import CommandError, MeshUnreachable
from framewell_cli.mesh.endpoints import read_endpoints, replica_addresses
from framewell_client import Credentials, Unreachable
from framewell_client.channels import CHANNEL_OPTIONS, gateway_channel
from framewell_client.credentials import TOKEN_VARIABLE
from framewell_client.endpoints import REST_VARIABLE
from framewell_contracts.services import SERVICES

Stub = TypeVar("Stub")
Metadata = tuple[tuple[str, str | bytes], ...]

_AWAY: Final = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED)
# Errors of our services carry details; a connection that fails, or a deadline, does not.
_DETAILS: Final = "grpc-status-details-bin"


class ServiceAway(MeshUnreachable):
    """Nothing answers at the address of a service."""


class ServiceRefused(CommandError):
    """A service answered with an error; the message is the service's own.

    `unavailable` is True where it may succeed later, for instance because its database is away.
    """

    def __init__(self, details: str, *, unavailable: bool) -> None:
        super().__init__(details)
        self.unavailable = unavailable


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """Where a service is asked: at `host:port` of its own, or through the gateway at a URL."""

    service: str
    where: str

    @property
    def is_gateway(self) -> bool:
        """Return whether the gateway passes the call on."""
        return "://" in self.where

    def __str__(self) -> str:
        return f"{self.where} ({self.service})" if self.is_gateway else self.where


def named_gateway() -> str:
    """Return the gateway that FRAMEWELL_REST names, empty where it names none."""
    return os.environ.get(REST_VARIABLE, "")


def known_services() -> dict[str, ServiceAddress]:
    """Return service → address of a replica, of those that are known. Raises as `addresses`."""
    found = {service: addresses(service) for service in SERVICES}
    return {service: next(iter(known.values())) for service, known in found.items() if known}


def addresses(service: str) -> dict[str, ServiceAddress]:
    """Return name → address of the replicas of a service, none where none is known.

    Through the gateway there is one, for the replica that it chooses. Raises MeshUnreachable where no mesh
    is named or runs here.
    """
    named = named_gateway()
    known = {} if named else read_endpoints()
    gateway = named or (known.get("rest", "") if os.environ.get(TOKEN_VARIABLE) else "")
    if gateway:
        return {service: ServiceAddress(service, gateway)}
    return {name: ServiceAddress(service, where) for name, where in replica_addresses(known, service).items()}


def address_of(service: str) -> ServiceAddress:
    """Return where a service is asked. Raises MeshUnreachable where that is not known."""
    found = addresses(service)
    if not found:
        raise MeshUnreachable(
            f"The address of {service} is not known here: 'framewell status' says what runs."
        )
    return next(iter(found.values()))


def caller(acting_as: str = "") -> Metadata:
    """Return the metadata that says who calls: the token, or the name where there is none."""
    return tuple(Credentials.from_environment(acting_as).headers().items())


@contextmanager
def service(stub: Callable[[grpc.Channel], Stub], address: ServiceAddress | str) -> Iterator[Stub]:
    """Open a service there, or at `host:port`. Calls raise ServiceAway and ServiceRefused."""
    with _channel(address) as channel:
        try:
            yield stub(channel)
        except grpc.RpcError as error:
            away = error.code() in _AWAY
            if away and not any(one.key == _DETAILS for one in error.trailing_metadata() or ()):
                raise ServiceAway(f"nothing answers at {address}") from None
            raise ServiceRefused(error.details() or error.code().name, unavailable=away) from None


def _channel(address: ServiceAddress | str) -> grpc.Channel:
    if isinstance(address, ServiceAddress) and address.is_gateway:
        try:
            return gateway_channel(address.where, Credentials.from_environment(), address.service)
        except Unreachable as error:
            raise MeshUnreachable(str(error)) from error
    where = address if isinstance(address, str) else address.where
    return grpc.insecure_channel(where, options=CHANNEL_OPTIONS)
