"""Objects are read as part of what they belong to, as `framewell.objects.v1.ObjectService` answers for.

    Service(readable={"sample": FindCrop(samples), "snapshot": FindSnapshotObject(snapshots)})

A key is the hash of a content, so whoever has the content, or saw the key once, has the key: it opens
nothing. Before every read the service that holds the object is asked by what the object is part of, and reads
state and tombstones anew.
"""

from dataclasses import dataclass
from typing import Protocol

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.rights.v1.rights_pb2 import PURPOSE_UNSPECIFIED, Purpose
from framewell_contracts.sentences import say
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcomes import Gone, NotFound
from framewell_kit.tombstones import Tombstones, asset_subject


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
            raise NotFound(
                say(
                    "object_unknown.asset", "asset {asset_id} has no object {key}", asset_id=owner_id, key=key
                )
            )
        return ReadableObject(ObjectRef(key=key))
