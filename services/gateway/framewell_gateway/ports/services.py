"""The services of the mesh, asked on behalf of whoever calls the gateway."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Final, Generic, Protocol, TypeVar

from google.protobuf.message import Message

from framewell.inference.v1.inference_service_pb2 import (
    TryModelRequest,
    TryModelResponse,
    UploadModelRequest,
    UploadModelResponse,
)
from framewell.ingest.v1.ingest_service_pb2 import (
    AppendUploadRequest,
    AppendUploadResponse,
    UploadRequest,
    UploadResponse,
)
from framewell_contracts.sentences import say

Q = TypeVar("Q", bound=Message)
A = TypeVar("A", bound=Message)


BROKER: Final = say("what.broker", "the broker")
"""What is away where the mesh's broker cannot be asked."""


class Away(Exception):
    """A service of the mesh cannot be reached, or did not answer in time; `reason` says which and why."""

    def __init__(self, service: str, detail: str) -> None:
        self.reason = say(
            "service_away", "{service} cannot be asked right now: {why}", service=service, why=detail
        )
        super().__init__(str(self.reason))
        self.service, self.detail = service, detail


@dataclass(frozen=True, slots=True)
class Method(Generic[Q, A]):
    """A unary gRPC method: `service` is the service of the mesh that offers it, `name` that of the method.

    `slow` methods may take a minute: rights of every sample are asked again, or torch is loaded first.
    """

    service: str
    name: str
    request: type[Q]
    response: type[A]
    slow: bool = False

    @property
    def repeatable(self) -> bool:
        """Return whether it may be given up and asked again: it changes nothing, or leases to its caller."""
        return self.name.startswith(("Claim", "Count", "Find", "Get", "List", "Read", "Search"))

    @property
    def full_name(self) -> str:
        """Return `<package>.<gRPC service>.<method>`. Raises LookupError when the .proto declares no such."""
        for service in self.request.DESCRIPTOR.file.services_by_name.values():
            if self.name in service.methods_by_name:
                return f"{service.full_name}.{self.name}"
        raise LookupError(f"{self.request.DESCRIPTOR.file.name} declares no method {self.name}")


class Services(Protocol):
    """The services of the mesh, asked on behalf of whoever calls the gateway."""

    async def call(self, method: Method[Q, A], request: Q) -> A:
        """Return the answer of a method."""
        ...

    def stream(self, method: Method[Q, A], request: Q) -> AsyncIterator[A]:
        """Yield the answers of a method that has many; without a deadline: it takes as long as it does."""
        ...

    async def upload(self, parts: AsyncIterator[UploadRequest]) -> UploadResponse:
        """Send a file to ingest; without a deadline, for it takes as long as the file is large."""
        ...

    async def upload_model(self, parts: AsyncIterator[UploadModelRequest]) -> UploadModelResponse:
        """Send a model folder to inference; without a deadline as well."""
        ...

    async def try_model(self, parts: AsyncIterator[TryModelRequest]) -> TryModelResponse:
        """Send a model folder, and perhaps a picture, to be tried out; without a deadline as well."""
        ...

    async def append_upload(self, parts: AsyncIterator[AppendUploadRequest]) -> AppendUploadResponse:
        """Send bytes of a resumable upload to ingest; without a deadline as well."""
        ...
