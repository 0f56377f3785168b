"""`framewell.objects.v1.ObjectService` of every service: translates, and asks who finds the object."""

# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from framewell.objects.v1 import object_service_pb2 as pb
from framewell.objects.v1 import object_service_pb2_grpc as stubs
from framewell_contracts.sentences import say
from framewell_kit.outcomes import NotFound
from framewell_kit.readable_objects import FindReadable
from framewell_kit.rpc.server import Servicer

NAME: Final = pb.DESCRIPTOR.services_by_name["ObjectService"].full_name


@dataclass(frozen=True, slots=True)
class ObjectServicer(stubs.ObjectServiceServicer):
    """ObjectService on what a service gives out, by kind of owner."""

    readable: Mapping[str, FindReadable]

    async def FindObject(self, request: pb.FindObjectRequest, context: Any) -> pb.FindObjectResponse:
        """Return the object. Raises NotFound for a kind of owner that this service knows nothing of."""
        field = request.WhichOneof("owner") or ""
        owner = field.removesuffix("_id")
        find = self.readable.get(owner)
        if find is None:
            raise NotFound(
                say(
                    "object_unknown.subject",
                    "this service holds no objects of a {kind}",
                    kind=owner or "subject",
                )
            )
        model = request.model
        owner_id = f"{model.name}@{model.version}" if owner == "model" else getattr(request, field)
        found = await find(owner_id, request.key)
        return pb.FindObjectResponse(object=found.ref, purpose=found.purpose, snapshot_id=found.snapshot_id)


def object_service(readable: Mapping[str, FindReadable]) -> Servicer:
    """Return ObjectService as the kit serves it."""
    return Servicer(NAME, stubs.add_ObjectServiceServicer_to_server, ObjectServicer(readable))
