"""Which asset holds which object: an object goes when nobody holds it any more.

Objects are addressed by their content, so several assets may hold the same one. One document is one pair of
holder and object, written once, so that holding twice is holding once and releasing twice deletes nothing
more. The object is written before it is held, and held before a document or a fact names it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell_kit.documents.protocol import Documents
from framewell_kit.objects.protocol import Key, Objects, key_of

COLLECTION = "references"


@dataclass(frozen=True, slots=True)
class ObjectReferences:
    """The references of one service. A holder is the id of an asset, or of whatever else holds objects."""

    documents: Documents
    objects: Objects

    async def prepare(self) -> None:
        """Make the indexes that releasing reads by."""
        await self.documents.ensure_index(COLLECTION, ["holder"])
        await self.documents.ensure_index(COLLECTION, ["key"])

    async def hold(self, holder: str, refs: Sequence[ObjectRef]) -> None:
        """Note that the holder has these objects; references without a key are left out. Raises Busy."""
        keys = sorted({ref.key for ref in refs if ref.key})
        pairs = [{"_id": f"{holder} {key}", "holder": holder, "key": key} for key in keys]
        if pairs:
            await self.documents.insert_each_once(COLLECTION, pairs)

    async def holds(self, holder: str, key: str) -> bool:
        """Return whether the holder has the object. Raises Busy."""
        return await self.documents.get(COLLECTION, f"{holder} {key}") is not None

    async def holders_of(self, key: Key) -> int:
        """Return how many hold the object."""
        return await self.documents.count(COLLECTION, {"key": key_of(key)})

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
            if not await self.documents.count(COLLECTION, others):
                deleted += await self.objects.delete(pair["key"])
            await self.documents.delete(COLLECTION, pair["_id"])
            deleted += await self.discard(pair["key"])
        return deleted

    async def discard(self, key: Key) -> bool:
        """Delete an object unless somebody holds it; return whether it was there and went."""
        if await self.holders_of(key):
            return False
        return await self.objects.delete(key)
