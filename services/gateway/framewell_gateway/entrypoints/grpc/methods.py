"""Which service of the mesh answers which method: every one that the contracts have."""

import importlib
import pkgutil
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from google.protobuf.descriptor import FileDescriptor, ServiceDescriptor
from grpc_health.v1 import health_pb2
from grpc_reflection.v1alpha import reflection_pb2

import framewell
from framewell_gateway.entrypoints.grpc.framing import MOST_MESSAGE_BYTES
from framewell_gateway.ports.relay import OPEN_INFERENCE, OPEN_INFERENCE_BYTES

EVERY: Final = ""
"""Owner of what every process offers: a call names the service that it is meant for."""

_OWNERS: Final[Mapping[str, str]] = {
    "framewell.ingest.v1": "ingest",
    "framewell.media.v1": "transcode",
    "framewell.inference.v1": "inference",
    "inference": "inference",
    "framewell.dataset.v1": "dataset",
    "framewell.training.v1": "training",
    "framewell.gateway.v1": "gateway",
    "framewell.mesh.v1": EVERY,
    "framewell.objects.v1": EVERY,
}
"""By the package of its .proto: the Open Inference Protocol calls its own `inference`."""

HEALTH: Final = health_pb2.DESCRIPTOR.services_by_name["Health"].full_name
REFLECTION: Final = reflection_pb2.DESCRIPTOR.services_by_name["ServerReflection"].full_name


@dataclass(frozen=True, slots=True)
class GrpcMethod:
    """A method of the mesh: who answers it, and whether its requests and answers are streams."""

    path: str
    owner: str
    streams_requests: bool
    streams_answers: bool
    server: str = ""
    """See `RelayedCall.server`."""

    @property
    def most_bytes(self) -> int:
        """Return how large a message of it may be."""
        return OPEN_INFERENCE_BYTES if self.server == OPEN_INFERENCE else MOST_MESSAGE_BYTES


def methods() -> dict[str, GrpcMethod]:
    """Return every method of the mesh by its path, `/<service>/<method>`."""
    return {one.path: one for service in _services() for one in _methods_of(service)}


def owners() -> dict[str, str]:
    """Return who answers each gRPC service, by its full name."""
    return {service.full_name: _OWNERS[service.file.package] for service in _services()}


def _services() -> Iterator[ServiceDescriptor]:
    """Yield every service of the contracts. Their packages have owners: a test holds that."""
    for module in pkgutil.walk_packages(framewell.__path__, "framewell."):
        if module.name.endswith("_pb2"):
            file: FileDescriptor = importlib.import_module(module.name).DESCRIPTOR
            yield from file.services_by_name.values()


def _methods_of(service: ServiceDescriptor) -> Iterable[GrpcMethod]:
    owner = _OWNERS[service.file.package]
    for method in service.methods:
        path = f"/{service.full_name}/{method.name}"
        server = OPEN_INFERENCE if service.file.package == "inference" else ""
        yield GrpcMethod(path, owner, method.client_streaming, method.server_streaming, server)
