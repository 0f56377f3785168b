"""What re-labellings changed: an object each, and one document with the classes that it names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.recognition.v1.recognition_pb2 import RecognitionChanges
from framewell_kit.documents.protocol import Documents
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects

COLLECTION: Final = "recognition_changes"
MEDIA_TYPE: Final = "application/protobuf"


@dataclass(frozen=True, slots=True)
class RecognitionChangeDocuments:
    """RecognitionChangeRepository on documents and objects."""

    documents: Documents
    objects: Objects
    references: ObjectReferences

    async def prepare(self) -> None:
        """Make the index that a class is looked up by."""
        await self.documents.ensure_index(COLLECTION, ["classes"])

    async def keep(self, name: str, changes: RecognitionChanges) -> ObjectRef:
        data = changes.SerializeToString(deterministic=True)
        ref = await self.objects.put(data, media_type=MEDIA_TYPE, suffix=".changes.pb")
        classes = sorted({one.class_id for one in changes.classes} - {""})
        fields = {"$set": {"object": ref.key, "classes": classes}}
        await self.documents.update(COLLECTION, name, fields, upsert=True)
        await self.references.hold(_holder(name), [ref])
        return ref

    async def forget_class(self, class_id: str) -> int:
        found = await self.documents.find(COLLECTION, {"classes": class_id})
        for document in found:
            await self.references.release(_holder(document["_id"]))
            await self.references.discard(document["object"])
            await self.documents.delete(COLLECTION, document["_id"])
        return len(found)


def _holder(name: str) -> str:
    return f"recognition/{name}"
