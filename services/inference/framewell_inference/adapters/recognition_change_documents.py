"""What re-labellings changed: an object each, and one document with the classes that it names."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.recognition.v1.recognition_pb2 import RecognitionChanges
from framewell_inference.ports.repositories import Switch
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Order, Page, PageRequest, find_page
from framewell_models.manifest import ModelRef

COLLECTION: Final = "recognition_changes"
MEDIA_TYPE: Final = "application/protobuf"
NEWEST_FIRST: Final = Order("at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class RecognitionChangeDocuments:
    """RecognitionChangeRepository on documents and objects."""

    documents: Documents
    objects: Objects
    references: ObjectReferences

    async def prepare(self) -> None:
        """Make the indexes that a class is looked up by, and what is listed."""
        for fields in (["classes"], NEWEST_FIRST.fields, ["classes", *NEWEST_FIRST.fields]):
            await self.documents.ensure_index(COLLECTION, fields)

    async def keep(self, name: str, changes: RecognitionChanges, switch: Switch) -> ObjectRef:
        data = changes.SerializeToString(deterministic=True)
        ref = await self.objects.put(data, media_type=MEDIA_TYPE, suffix=".changes.pb")
        classes = sorted({one.class_id for one in changes.classes} - {""})
        fields = {
            "object": ref.key,
            "classes": classes,
            "at": switch.at,
            "model": str(switch.model),
            "previous": str(switch.previous) if switch.previous else "",
            "seconds": switch.seconds,
        }
        await self.documents.update(COLLECTION, name, {"$set": fields}, upsert=True)
        await self.references.hold(_holder(name), [ref])
        return ref

    async def page(self, class_id: str, page: PageRequest) -> Page[tuple[Switch, RecognitionChanges]]:
        query: Document = {"at": {"$exists": True}, **({"classes": class_id} if class_id else {})}
        found = await find_page(self.documents, COLLECTION, query, page, NEWEST_FIRST)
        listed = [(_switch(one), await self._changes(one["object"])) for one in found.items]
        return Page(listed, found.next_token, found.total)

    async def _changes(self, key: str) -> RecognitionChanges:
        """Return what an object says, nothing where a class of it was erased meanwhile."""
        try:
            return RecognitionChanges.FromString(await self.objects.read(key))
        except NotFound:
            return RecognitionChanges()

    async def forget_class(self, class_id: str) -> int:
        found = await self.documents.find(COLLECTION, {"classes": class_id})
        for document in found:
            await self.references.release(_holder(document["_id"]))
            await self.references.discard(document["object"])
            await self.documents.delete(COLLECTION, document["_id"])
        return len(found)


def _switch(document: Document) -> Switch:
    previous = ModelRef.parse(document["previous"]) if document["previous"] else None
    return Switch(ModelRef.parse(document["model"]), previous, document["at"], document["seconds"])


def _holder(name: str) -> str:
    return f"recognition/{name}"
