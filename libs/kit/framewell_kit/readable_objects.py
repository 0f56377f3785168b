"""Objects are read as part of what they belong to: `framewell.objects.v1.ObjectService` of every service.

    Service(readable={"sample": FindCrop(samples), "snapshot": FindSnapshotObject(snapshots)})

A key is the hash of a content, so whoever has the content, or saw the key once, has the key: it opens
nothing. Before every read the service that holds the object is asked by what the object is part of, and reads
state and tombstones anew.
"""

# ruff: noqa: ARG002, N802 - gRPC gives every method a context and names it
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.objects.v1 import object_service_pb2 as pb
from framewell.objects.v1 import object_service_pb2_grpc as stubs
from framewell.rights.v1.rights_pb2 import PURPOSE_UNSPECIFIED, Purpose
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.rpc import Servicer
from framewell_kit.tombstones import Tombstones, asset_subject

NAME: Final = pb.DESCRIPTOR.services_by_name["ObjectService"].full_name


@dataclass(frozen=True, slots=True)
class ReadableObject:
    """An object that may be read now.

    With a `purpose`, giving it out is recorded (`access.recorded`), with the snapshot that it was made from.
    """

    ref: ObjectRef
    purpose: "Purpose.ValueType" = PURPOSE_UNSPECIFIED
    snapshot_id: str = ""


class FindReadable(Protocol):
    """Finds objects by what they are part of: an asset, a sample, a snapshot or a model."""

    async def __call__(self, owner_id: str, key: str, /) -> ReadableObject:
        """Return the object, read anew.

        Raises NotFound when the owner is not known or does not hold the key, Gone when it was withdrawn,
        removed or erased, Conflict when it may not be read for now. A model's id is `name@version`.
        """
        ...


@dataclass(frozen=True, slots=True)
class FindHeldObject:
    """Finds what a service holds for an asset (`ObjectReferences`), unless the asset is gone."""

    references: ObjectReferences
    tombstones: Tombstones

    async def __call__(self, owner_id: str, key: str, /) -> ReadableObject:
        """See FindReadable; the tombstone is read last, so that an asset that goes meanwhile is gone."""
        held = await self.references.holds(owner_id, key)
        gone = await self.tombstones.find(asset_subject(owner_id))
        if gone is not None:
            raise Gone(gone.sentence)
        if not held:
            raise NotFound(f"asset {owner_id} has no object {key}")
        return ReadableObject(ObjectRef(key=key))


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
            raise NotFound(f"this service holds no objects of a {owner or 'subject'}")
        model = request.model
        owner_id = f"{model.name}@{model.version}" if owner == "model" else getattr(request, field)
        found = await find(owner_id, request.key)
        return pb.FindObjectResponse(object=found.ref, purpose=found.purpose, snapshot_id=found.snapshot_id)


def object_service(readable: Mapping[str, FindReadable]) -> Servicer:
    """Return ObjectService as the kit serves it."""
    return Servicer(NAME, stubs.add_ObjectServiceServicer_to_server, ObjectServicer(readable))
