"""Calls to a service's own gRPC: the caller's credentials, no proxy between, and two errors for people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

import grpc

from framewell_cli.errors import CommandError, MeshUnreachable
from framewell_client import Credentials
from framewell_client.services import CHANNEL_OPTIONS

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


def caller(acting_as: str = "") -> Metadata:
    """Return the metadata that says who calls: the token, or the name where there is none."""
    return tuple(Credentials.from_environment(acting_as).headers().items())


@contextmanager
def service(stub: Callable[[grpc.Channel], Stub], address: str) -> Iterator[Stub]:
    """Open the service at `host:port`. Calls raise ServiceAway and ServiceRefused."""
    with grpc.insecure_channel(address, options=CHANNEL_OPTIONS) as channel:
        try:
            yield stub(channel)
        except grpc.RpcError as error:
            away = error.code() in _AWAY
            if away and not any(one.key == _DETAILS for one in error.trailing_metadata() or ()):
                raise ServiceAway(f"nothing answers at {address}") from None
            raise ServiceRefused(error.details() or error.code().name, unavailable=away) from None
