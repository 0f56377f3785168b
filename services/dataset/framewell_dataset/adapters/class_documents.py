"""Classes with their names as documents: the only collection that holds names of people on screen."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_dataset.domain.class_facts import CLASS_CHANGE_FORGOTTEN, class_fact
from framewell_dataset.domain.classes import DatasetClass, Lent
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.name_hashes import folded
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page

CLASSES = "classes"
BY_NAME = Order("name", str)
LAST_CHANGED_FIRST = Order("changed_at", datetime, descending=True)
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""Stands for classes of which nobody noted when they were changed."""
KNOWN = {"forgotten": {"$exists": False}}
"""Matches classes that were not forgotten: one that was stands here until its last facts were sent."""


@dataclass(frozen=True, slots=True)
class ClassDocuments:
    """Collection `classes`. `folded` holds each name as it is compared."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        self.outbox.register(CLASSES)
        by_name, named = ["dataset_id", *BY_NAME.fields], ["dataset_id", "folded"]
        by_change = ["dataset_id", *LAST_CHANGED_FIRST.fields]
        for fields in (by_name, BY_NAME.fields, named, ["merged_into"], by_change, LAST_CHANGED_FIRST.fields):
            await self.documents.ensure_index(CLASSES, fields)
        unnoted = {"changed_at": {"$exists": False}}
        await self.documents.update_where(CLASSES, unnoted, {"$set": {"changed_at": LONG_AGO}})

    async def add(self, added: DatasetClass, fact: Outgoing, cause: Cause) -> bool:
        document = {"_id": added.class_id, **_fields(added)}
        return await self.outbox.insert(CLASSES, document, [fact], cause)

    async def get(self, class_id: str) -> DatasetClass | None:
        found = await self.documents.get(CLASSES, class_id)
        return None if found is None or "forgotten" in found else _class(found)

    async def each(self, class_ids: Sequence[str]) -> list[DatasetClass]:
        if not class_ids:
            return []
        query = {"_id": {"$in": list(class_ids)}, **KNOWN}
        return [_class(each) for each in await self.documents.find(CLASSES, query)]

    async def named(self, dataset_id: str, name: str) -> list[DatasetClass]:
        query = {"dataset_id": dataset_id, "folded": folded(name), **KNOWN}
        return [_class(each) for each in await self.documents.find(CLASSES, query, sort=[("_id", 1)])]

    async def page(
        self,
        page: PageRequest,
        *,
        dataset_id: str,
        class_ids: Sequence[str],
        name: str,
        standing: bool = False,
        last_changed_first: bool = False,
    ) -> Page[DatasetClass]:
        query: Document = {**KNOWN, **({"dataset_id": dataset_id} if dataset_id else {})}
        if class_ids:
            query["_id"] = {"$in": list(class_ids)}
        if name:
            query["folded"] = {"$regex": re.escape(folded(name) or name)}
        if standing:
            query["merged_into"] = ""
        order = LAST_CHANGED_FIRST if last_changed_first else BY_NAME
        return (await find_page(self.documents, CLASSES, query, page, order)).map(_class)

    async def change(self, before: DatasetClass, after: DatasetClass, fact: Outgoing, cause: Cause) -> bool:
        expect = {"revision": before.revision, **KNOWN}
        change = {"$set": _fields(after)}
        changed = await self.outbox.update(CLASSES, before.class_id, change, [fact], cause, expect=expect)
        return changed is not None

    async def merged_into(self, class_id: str) -> list[DatasetClass]:
        found = await self.documents.find(CLASSES, {"merged_into": class_id, **KNOWN}, sort=[("_id", 1)])
        return [_class(each) for each in found]

    async def forget(self, class_id: str, actor: Actor, cause: Cause) -> bool:
        while (named := await self.get(class_id)) is not None:
            gone = DatasetClass(
                class_id, named.dataset_id, "", revision=named.revision + 1, changed_at=named.changed_at
            )
            fact = class_fact(gone, CLASS_CHANGE_FORGOTTEN, actor)
            change = {"$set": {**_fields(gone), "forgotten": True}}
            expect = {"revision": named.revision, **KNOWN}
            if await self.outbox.update(CLASSES, class_id, change, [fact], cause, expect=expect):
                break
        if await self.documents.get(CLASSES, class_id) is None:
            return False
        await self.outbox.flush()
        return await self.documents.delete(CLASSES, class_id)


def _fields(named: DatasetClass) -> Document:
    return {
        "dataset_id": named.dataset_id,
        "name": named.name,
        "aliases": list(named.aliases),
        "folded": sorted({folded(name) for name in (named.name, *named.aliases)}),
        "external_ids": [[scheme, value] for scheme, value in named.external_ids.items()],
        "fictional": named.fictional,
        "merged_into": named.merged_into,
        "past_names": sorted(named.past_names),
        "revision": named.revision,
        "changed_at": named.changed_at or LONG_AGO,
        "changed_by": named.changed_by,
        "lent": _lent_fields(named.lent),
    }


def _lent_fields(lent: Lent | None) -> Document | None:
    if lent is None:
        return None
    return {
        "names": list(lent.names),
        "external_ids": list(lent.external_ids),
        "past_names": sorted(lent.past_names),
    }


def _lent(document: Document | None) -> Lent | None:
    if document is None:
        return None
    return Lent(tuple(document["names"]), tuple(document["external_ids"]), frozenset(document["past_names"]))


def _class(document: Document) -> DatasetClass:
    return DatasetClass(
        class_id=document["_id"],
        dataset_id=document["dataset_id"],
        name=document["name"],
        aliases=tuple(document["aliases"]),
        external_ids=dict(document["external_ids"]),
        fictional=document["fictional"],
        merged_into=document["merged_into"],
        past_names=frozenset(document["past_names"]),
        revision=document["revision"],
        changed_at=None if document["changed_at"] == LONG_AGO else document["changed_at"],
        changed_by=document.get("changed_by", ""),
        lent=_lent(document.get("lent")),
    )
