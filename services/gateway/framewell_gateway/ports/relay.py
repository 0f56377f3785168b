"""Calls of others that the gateway passes on, message by message, without looking into them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Final, Protocol

Metadata = Sequence[tuple[str, str | bytes]]

OPEN_INFERENCE: Final = "oip"
"""Inference's server of the Open Inference Protocol: a port of its own, larger messages."""
OPEN_INFERENCE_BYTES: Final = 64 << 20
"""Of one message there, as inference takes it."""


class Code(IntEnum):
    """How a call ended, in the numbers of gRPC (https://grpc.io/docs/guides/status-codes)."""

    OK = 0
    CANCELLED = 1
    UNKNOWN = 2
    INVALID_ARGUMENT = 3
    DEADLINE_EXCEEDED = 4
    NOT_FOUND = 5
    ALREADY_EXISTS = 6
    PERMISSION_DENIED = 7
    RESOURCE_EXHAUSTED = 8
    FAILED_PRECONDITION = 9
    ABORTED = 10
    OUT_OF_RANGE = 11
    UNIMPLEMENTED = 12
    INTERNAL = 13
    UNAVAILABLE = 14
    DATA_LOSS = 15
    UNAUTHENTICATED = 16


@dataclass(frozen=True, slots=True)
class RelayedCall:
    """A call as it is passed on: which service of the mesh is asked, for what, and for how long at most."""

    service: str
    method: str
    """`/<gRPC service>/<method>`."""
    metadata: Metadata
    seconds: float | None
    """None: for as long as both ends want."""
    server: str = ""
    """Which server of the service is meant, where it has another beside its own: OPEN_INFERENCE."""


@dataclass(frozen=True, slots=True)
class CallEnd:
    """How a call ended."""

    code: Code
    message: str = ""
    trailing: Metadata = field(default=())


@dataclass(frozen=True, slots=True)
class UnaryAnswer:
    """Everything that came back of a call with one request and one answer; no message where it failed."""

    initial: Metadata
    message: bytes | None
    end: CallEnd


class OpenCall(Protocol):
    """A call with a stream of messages at one end or both. Nothing of it raises for how the call goes."""

    async def write(self, message: bytes) -> bool:
        """Pass a message on when there is room for it; False where the call has ended meanwhile."""
        ...

    async def end_writing(self) -> None:
        """Say that no more messages come."""
        ...

    async def initial(self) -> Metadata:
        """Return the metadata before the first message; none where the call ends without any."""
        ...

    async def read(self) -> bytes | None:
        """Return the next message, None after the last one."""
        ...

    async def end(self) -> CallEnd:
        """Return how the call ended, once it has."""
        ...

    def cancel(self) -> None:
        """End the call; without effect where it has ended."""
        ...


class Relay(Protocol):
    """The services of the mesh, as far as they are asked in the words of others."""

    async def ask(self, call: RelayedCall, request: bytes) -> UnaryAnswer:
        """Return the answer to one request. Raises ValueError for an address in the settings that is none."""
        ...

    def open(self, call: RelayedCall) -> OpenCall:
        """Begin a call with streams. Raises ValueError as `ask`."""
        ...
