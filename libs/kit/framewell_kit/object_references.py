"""Which asset holds which object: an object goes when nobody holds it any more.

Objects are addressed by their content, so several assets may hold the same one. One document is one pair of
holder and object, written once, so that holding twice is holding once and releasing twice deletes nothing
more. The object is written before it is held, and held before a document or a fact names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_contracts.sentences import say
from framewell_kit.documents.protocol import Documents, Query
from framewell_kit.objects.protocol import Key, Objects, key_of
from framewell_kit.outcomes import Busy

COLLECTION = "references"
DELETIONS = "object_deletions"


@dataclass(frozen=True, slots=True)
class ObjectReferences:
    """The references of one service. A holder is the id of an asset, or of whatever else holds objects."""

    documents: Documents
    objects: Objects

    async def prepare(self) -> None:
        """Make the indexes that releasing reads by."""
        await self.documents.ensure_index(COLLECTION, ["holder"])
        await self.documents.ensure_index(COLLECTION, ["key"])
        await self.documents.ensure_index(DELETIONS, ["key"])
        await self.documents.ensure_index(DELETIONS, ["by"])

    async def hold(self, holder: str, refs: Sequence[ObjectRef]) -> None:
        """Note that the holder has these objects; references without a key are left out.

        Raises Busy when the store is away, and when somebody who let go of one of them deleted it after it
        was written, or may be doing so: then it is written again before it is held again.
        """
        keys = sorted({ref.key for ref in refs if ref.key})
        pairs = [{"_id": f"{holder} {key}", "holder": holder, "key": key} for key in keys]
        if not pairs:
            return
        await self.documents.insert_each_once(COLLECTION, pairs)
        being_deleted = await self.documents.count(DELETIONS, {"key": {"$in": keys}})
        if being_deleted or not all([await self.objects.exists(key) for key in keys]):
            raise Busy(
                say("object_deleted", "an object was deleted while it was taken up once more"),
                retry_after=0.1,
            )

    async def holds(self, holder: str, key: str) -> bool:
        """Return whether the holder has the object. Raises Busy."""
        return await self.documents.get(COLLECTION, f"{holder} {key}") is not None

    async def holders_of(self, key: Key) -> int:
        """Return how many hold the object."""
        return await self.documents.count(COLLECTION, {"key": key_of(key)})

    async def holders(self, prefix: str) -> list[str]:
        """Return the holders of anything whose names begin so, in order."""
        named = {"holder": {"$gte": prefix, "$lt": f"{prefix}\uffff"}}
        return sorted({pair["holder"] for pair in await self.documents.find(COLLECTION, named)})

    async def held_by(self, holder: str) -> list[str]:
        """Return the keys of everything the holder has."""
        return [pair["key"] for pair in await self.documents.find(COLLECTION, {"holder": holder})]

    async def release(self, holder: str, keys: Iterable[str] | None = None) -> int:
        """Let go of everything the holder has, or of these keys; return how many objects were deleted.

        Raises Busy. An object goes before the note that it was held, so that a release that broke off is
        finished by the next one; the last of several holders that are released at once deletes what they
        shared.
        """
        deleted = 0
        named = {} if keys is None else {"key": {"$in": sorted(set(keys))}}
        for pair in await self.documents.find(COLLECTION, {"holder": holder, **named}):
            others = {"key": pair["key"], "holder": {"$ne": holder}}
            deleted += await self._delete(pair["key"], others, by=holder)
            await self.documents.delete(COLLECTION, pair["_id"])
            deleted += await self._delete(pair["key"], {"key": pair["key"]}, by=holder)
        for note in await self.documents.find(DELETIONS, {"by": holder}):  # of a release that broke off
            deleted += await self._delete(note["key"], {"key": note["key"]}, by=holder)
        return deleted

    async def discard(self, key: Key) -> bool:
        """Delete an object unless somebody holds it; return whether it was there and went."""
        return await self._delete(key_of(key), {"key": key_of(key)}, by="")

    async def _delete(self, key: str, others: Query, *, by: str) -> bool:
        """Delete an object unless one of the others holds it; return whether it was there and went.

        The deletion is noted before holders are counted, and holders look for it, and for the object, after
        they noted that they hold: so either they are counted, or they know that it has to be written again.
        """
        note = f"{by} {key}"
        await self.documents.insert_once(DELETIONS, {"_id": note, "by": by, "key": key})
        gone = False
        if not await self.documents.count(COLLECTION, others):
            gone = await self.objects.delete(key)
        await self.documents.delete(DELETIONS, note)
        return gone
