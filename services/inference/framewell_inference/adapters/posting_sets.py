"""What re-labellings wrote: tables of postings as objects, and one document a model version that names them.

    collection `posting_sets`: `_id` name@version, its objects, and a revision that guards against two writers

Everything else is written by chunk (`posting_documents`), since it comes by chunk. `*` in the place of a
version holds what pruned versions took for somebody: an erasure looks there, too.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from framewell_contracts.sentences import say
from framewell_inference.adapters.posting_tables import decode_postings, encode_postings
from framewell_inference.domain.postings import PostingTable
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcomes import Busy, NotFound
from framewell_models.manifest import ModelRef

COLLECTION: Final = "posting_sets"
MEDIA_TYPE: Final = "application/vnd.apache.arrow.file"
SUFFIX: Final = ".postings.arrow"
TRIES: Final = 20

Change = Callable[[PostingTable], PostingTable | None]
"""Returns the very table where nothing changes, None where nothing is left of it."""


@dataclass(frozen=True, slots=True)
class PostingSets:
    """Tables by model version. What was read stays in memory as long as a document names it."""

    documents: Documents
    objects: Objects
    references: ObjectReferences
    _read: dict[str, dict[str, PostingTable]] = field(default_factory=dict)
    """By version and key."""

    async def tables(self, model: ModelRef) -> list[PostingTable]:
        """Return the tables of a version, none where none were written."""
        return [table for _, table in await self._tables(str(model))]

    async def versions(self, name: str) -> list[str]:
        """Return the ids of those versions of a model of which there are tables."""
        found = await self.documents.find(COLLECTION, {"name": name}, sort=[("_id", 1)])
        return [document["_id"] for document in found]

    async def write(self, model: ModelRef, tables: Sequence[PostingTable]) -> None:
        """Put these tables in the place of those that a version has."""
        first = {"_id": str(model), "name": model.name, "revision": 0, "objects": []}
        await self.documents.insert_once(COLLECTION, first)
        for _ in range(TRIES):
            document = await self._document(str(model))
            if document is None or await self._replace(document, [], tables):
                return
        raise Busy(
            say(
                "postings_busy.model", "the postings of {model} are changed by too many at once", model=model
            ),
            retry_after=1.0,
        )

    async def change(self, change: Change) -> int:
        """Change every table of every version; return how many changed."""
        changed = 0
        for document in await self.documents.find(COLLECTION, {}, sort=[("_id", 1)]):
            changed += await self._change(document["_id"], change)
        return changed

    async def all(self) -> list[PostingTable]:
        """Return the tables of all versions."""
        found = await self.documents.find(COLLECTION, {}, sort=[("_id", 1)])
        for version in self._read.keys() - {document["_id"] for document in found}:
            self._read.pop(version, None)
        return [table for document in found for _, table in await self._tables(document["_id"])]

    async def delete(self, version: str) -> None:
        """Delete the tables of a version."""
        await self._change(version, lambda _: None)
        await self.documents.delete(COLLECTION, version)
        self._read.pop(version, None)

    async def _change(self, version: str, change: Change) -> int:
        for _ in range(TRIES):
            document = await self._document(version)
            if document is None:
                return 0
            kept, new, gone = list[str](), list[PostingTable](), 0
            for key, table in await self._tables(version):
                after = change(table)
                if after is table:
                    kept.append(key)
                    continue
                gone += 1
                if after is not None and len(after):
                    new.append(after)
            if not gone and not await self._unfinished(document):
                return 0
            if await self._replace(document, kept, new):
                return gone
        raise Busy(
            say("postings_busy", "the postings of {model} are changed by too many at once", model=version),
            retry_after=1.0,
        )

    async def _replace(self, before: Document, kept: Sequence[str], new: Sequence[PostingTable]) -> bool:
        """Name these objects alone and delete the others; return False when somebody else was first."""
        version, revision = before["_id"], int(before["revision"])
        holder = f"postings/{version}/{revision:012d}/{uuid.uuid4().hex}"
        refs = [
            await self.objects.put(encode_postings(table), media_type=MEDIA_TYPE, suffix=SUFFIX)
            for table in new
        ]
        await self.references.hold(holder, refs)
        objects = [one for one in before["objects"] if one["key"] in kept]
        objects += [{"key": ref.key, "holder": holder} for ref in refs]
        fields = {"objects": objects, "revision": revision + 1}
        expect = {"revision": revision}
        if await self.documents.update(COLLECTION, version, {"$set": fields}, expect=expect) is None:
            await self.references.release(holder)
            return False
        named = {one["holder"] for one in objects}
        for stale in await self.references.holders(f"postings/{version}/"):
            if stale not in named and int(stale.rsplit("/", 2)[1]) <= revision:
                await self.references.release(stale)
        for holder in named:
            keys = {one["key"] for one in objects if one["holder"] == holder}
            await self.references.release(holder, set(await self.references.held_by(holder)) - keys)
        return True

    async def _unfinished(self, document: Document) -> bool:
        """Return whether somebody who died left objects that no document names."""
        named = {(one["holder"], one["key"]) for one in document["objects"]}
        for holder in await self.references.holders(f"postings/{document['_id']}/"):
            if int(holder.rsplit("/", 2)[1]) < int(document["revision"]) and any(
                (holder, key) not in named for key in await self.references.held_by(holder)
            ):
                return True
        return False

    async def _document(self, version: str) -> Document | None:
        return await self.documents.get(COLLECTION, version)

    async def _tables(self, version: str) -> list[tuple[str, PostingTable]]:
        """Return the tables of a version with their keys; read again where they were replaced meanwhile."""
        for _ in range(TRIES):
            document = await self._document(version)
            keys = [one["key"] for one in document["objects"]] if document else []
            read = self._read.get(version, {})
            try:
                found = {key: read.get(key) or await self._table(key) for key in keys}
            except NotFound:
                continue
            self._read[version] = found
            return list(found.items())
        raise Busy(
            say("postings_busy", "the postings of {model} are changed by too many at once", model=version),
            retry_after=1.0,
        )

    async def _table(self, key: str) -> PostingTable:
        return decode_postings(await self.objects.read(key))
