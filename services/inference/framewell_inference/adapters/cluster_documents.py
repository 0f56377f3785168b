"""Clusters as documents: what each one's own sightings come to, and in a root what all its parts come to.

collection `clusters`: `_id` the cluster; `own` of itself, `mergers` each by a decision; everything
else of all that it is as a root
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from framewell_inference.domain.clusters import Cluster, Merger, Sighting
from framewell_inference.ports.clusters import Ordering, Seen
from framewell_kit.documents.protocol import Change, Document, Documents, Query
from framewell_kit.paging import Order, Page, PageRequest, find_page

COLLECTION: Final = "clusters"

ORDERS: Final[Mapping[Ordering, Order]] = {
    "appearances": Order("size", int, descending=True),
    "last_seen": Order("newest", int, descending=True),
}

_NOTHING: Final[Mapping[str, Any]] = {"count": 0, "oldest": 0, "newest": 0, "series": [], "channels": []}


@dataclass(frozen=True, slots=True)
class ClusterDocuments:
    """ClusterRepository on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that clusters are listed and found by."""
        for order in ORDERS.values():
            await self.documents.ensure_index(COLLECTION, ["top", *order.fields])
        for field in ("root", "mergers.into", "class_id", "named"):
            await self.documents.ensure_index(COLLECTION, [field])

    async def found(self, cluster_id: str) -> bool:
        start = uuid4().int >> 80 | 1  # of no earlier cluster with this id, which somebody may have read
        return await self.documents.insert_once(
            COLLECTION,
            {
                "_id": cluster_id,
                "mergers": [],
                "root": cluster_id,
                "top": False,
                "revision": start,
                "class_id": "",
                "named": "",
                "own": {**_NOTHING, "revision": start},
                "size": 0,
                "oldest": 0,
                "newest": 0,
                "series": [],
                "channels": [],
                "parts": [cluster_id],
            },
        )

    async def get(self, cluster_id: str) -> Cluster | None:
        document = await self.documents.get(COLLECTION, cluster_id)
        return None if document is None else _cluster(document)

    async def named(self, cluster_ids: Collection[str]) -> Mapping[str, Cluster]:
        found = await self._find({"_id": {"$in": sorted(cluster_ids)}}) if cluster_ids else []
        return {one["_id"]: _cluster(one) for one in found}

    async def beside(self, cluster_ids: Collection[str]) -> Mapping[str, Cluster]:
        these = {"$in": sorted(cluster_ids)}
        found = await self._find({"$or": [{field: these} for field in ("_id", "root", "mergers.into")]})
        return {one["_id"]: _cluster(one) for one in found}

    async def seen(self, cluster: Cluster, sightings: Sequence[Sighting], count: int) -> bool:
        asked = [one.asked_ms for one in sightings if one.asked_ms]
        change: dict[str, Any] = {
            "$set": {"own.count": count},
            "$addToSet": {
                "own.series": {"$each": _distinct(one.series for one in sightings)},
                "own.channels": {"$each": _distinct(one.channel for one in sightings)},
            },
        }
        if asked:
            change["$max"] = {"own.newest": max(asked)}
            before = await self.documents.get(COLLECTION, cluster.id)
            oldest = before["own"]["oldest"] if before else 0
            change["$set"]["own.oldest"] = min([*asked, *([oldest] if oldest else [])])
        change["$set"]["own.revision"] = cluster.counted + 1
        return await self._count(cluster, change)

    async def recounted(self, cluster: Cluster, sightings: Sequence[Sighting]) -> bool:
        asked = [one.asked_ms for one in sightings if one.asked_ms]
        own = {
            "count": len(sightings),
            "oldest": min(asked, default=0),
            "newest": max(asked, default=0),
            "series": _distinct(one.series for one in sightings),
            "channels": _distinct(one.channel for one in sightings),
            "revision": cluster.counted + 1,
        }
        return await self._count(cluster, {"$set": {"own": own}})

    async def gather(self, root: str) -> Cluster | None:
        while True:
            before = await self.documents.get(COLLECTION, root)  # before its parts, so that none is older
            parts = sorted(await self._find({"root": root}), key=lambda one: one["_id"] != root)
            if before is None or not parts or parts[0]["_id"] != root:
                return None
            for one in parts[1:]:
                if one["top"]:
                    below = {"$set": {"top": False}}
                    await self.documents.update(COLLECTION, one["_id"], below, expect={"root": root})
            # Nobody who saw less than somebody else has the last word.
            expect = {"root": root, "revision": before["revision"]}
            change: dict[str, Any] = {"$set": _summed(parts), "$inc": {"revision": 1}}
            after = await self.documents.update(COLLECTION, root, change, expect=expect)
            if after is not None:
                return _cluster(after)

    async def merge(self, cluster_id: str, merger: Merger) -> bool:
        return await self._change_mergers(cluster_id, lambda mergers: {*mergers, merger})

    async def part(self, cluster_id: str, mergers: Collection[Merger]) -> None:
        await self._change_mergers(cluster_id, lambda there: {*there} - {*mergers})

    async def set_root(self, cluster_id: str, root: str) -> None:
        await self.documents.update(COLLECTION, cluster_id, {"$set": {"root": root}})

    async def name(self, cluster_id: str, class_id: str) -> None:
        await self.documents.update(COLLECTION, cluster_id, {"$set": {"class_id": class_id}})

    async def of_class(self, class_id: str) -> Sequence[Cluster]:
        roots = {one["root"] for one in await self._find({"class_id": class_id})}
        return [*(await self.named(roots)).values()]

    async def forget_class(self, class_id: str) -> None:
        for field in ("class_id", "named"):
            await self.documents.update_where(COLLECTION, {field: class_id}, {"$set": {field: ""}})

    async def page(self, order: Ordering, least: int, where: Seen, page: PageRequest) -> Page[Cluster]:
        query: Document = {"top": True, "size": {"$gte": max(least, 1)}}
        if where.series:
            query["series"] = {"$in": [*where.series]}
        if where.channels:
            query["channels"] = {"$in": [*where.channels]}
        if where.from_ms is not None:
            query["newest"] = {"$gte": where.from_ms}
        found = await find_page(self.documents, COLLECTION, query, page, ORDERS[order], counted=False)
        return found.map(_cluster)

    async def delete(self, root: Cluster) -> bool:
        mine = {"root": root.id}
        if not await self.documents.delete_where(
            COLLECTION, {"_id": root.id, "revision": root.revision, **mine}
        ):
            return False
        await self.documents.delete_where(COLLECTION, {"_id": {"$in": list(root.parts)}, **mine})
        return True

    async def _count(self, cluster: Cluster, change: Change) -> bool:
        expect = {"own.revision": cluster.counted or None}  # none as first written
        return await self.documents.update(COLLECTION, cluster.id, change, expect=expect) is not None

    async def _change_mergers(
        self, cluster_id: str, change: Callable[[Collection[Merger]], Collection[Merger]]
    ) -> bool:
        while (before := await self.documents.get(COLLECTION, cluster_id)) is not None:
            there = _mergers(before)
            wanted = sorted(change(there), key=lambda one: (one.decision_id, one.into))
            if wanted == [*there]:
                return True
            noted = [{"decision": one.decision_id, "into": one.into} for one in wanted]
            expect = {"mergers": before.get("mergers")}
            if await self.documents.update(
                COLLECTION, cluster_id, {"$set": {"mergers": noted}}, expect=expect
            ):
                return True
        return False

    async def _find(self, query: Query) -> list[Document]:
        return await self.documents.find(COLLECTION, query, sort=[("_id", 1)])


def _summed(parts: Sequence[Document]) -> Document:
    own = [one["own"] for one in parts]
    return {
        "size": sum(one["count"] for one in own),
        "oldest": min((one["oldest"] for one in own if one["oldest"]), default=0),
        "newest": max(one["newest"] for one in own),
        "series": sorted({name for one in own for name in one["series"]}),
        "channels": sorted({name for one in own for name in one["channels"]}),
        "parts": [one["_id"] for one in parts],
        "named": next((one["class_id"] for one in parts if one["class_id"]), ""),
        "top": True,
    }


def _distinct(names: Iterable[str]) -> list[str]:
    return sorted({name for name in names if name})


def _mergers(document: Document) -> tuple[Merger, ...]:
    if "mergers" in document:
        return tuple(Merger(one["decision"], one["into"]) for one in document["mergers"])
    return (Merger("", document["merged_into"]),) if document["merged_into"] else ()  # as first written


def _cluster(document: Document) -> Cluster:
    return Cluster(
        id=document["_id"],
        mergers=_mergers(document),
        root=document["root"],
        named=document["named"],
        count=document["own"]["count"],
        size=document["size"],
        oldest=document["oldest"],
        newest=document["newest"],
        series=tuple(document["series"]),
        channels=tuple(document["channels"]),
        parts=tuple(document["parts"]),
        revision=document["revision"],
        counted=document["own"].get("revision", 0),
    )
