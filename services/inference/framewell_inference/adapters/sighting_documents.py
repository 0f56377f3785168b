"""Sightings as documents: one for each face in a shot, with the cluster it is in.

collection `cluster_sightings`: `_id` the track that founded it
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import astuple, dataclass
from typing import Final

from framewell_inference.domain.clusters import Sighting, TrackRef
from framewell_inference.domain.observations import FractionBox, FrameSpan
from framewell_inference.ports.clusters import Seen
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.paging import BY_ID, Order, Page, PageRequest, find_page, scan

COLLECTION: Final = "cluster_sightings"

NEWEST_FIRST: Final = Order("asked_ms", int, descending=True)


@dataclass(frozen=True, slots=True)
class SightingDocuments:
    """SightingRepository on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the indexes that sightings are found by."""
        await self.documents.ensure_index(COLLECTION, ["cluster", *NEWEST_FIRST.fields])
        await self.documents.ensure_index(COLLECTION, ["cluster", "side"])
        await self.documents.ensure_index(COLLECTION, ["asset_id", "start_pts"])
        await self.documents.ensure_index(COLLECTION, ["tracks"])

    async def add(self, sighting: Sighting) -> bool:
        document = {"_id": sighting.id, "cluster": sighting.cluster_id, "pinned": sighting.pinned}
        return await self.documents.insert_once(COLLECTION, {**document, **_fields(sighting)})

    async def change(self, sighting: Sighting) -> None:
        await self.documents.update(COLLECTION, sighting.id, {"$set": _fields(sighting)})

    async def move(self, ids: Collection[str], cluster_id: str, decision_id: str) -> None:
        change = {"$set": {"cluster": cluster_id, "pinned": decision_id}}
        for name in sorted(ids):
            await self.documents.update(COLLECTION, name, change)

    async def drop(self, ids: Collection[str]) -> None:
        if ids:
            await self.documents.delete_where(COLLECTION, {"_id": {"$in": sorted(ids)}})

    async def get(self, sighting_id: str) -> Sighting | None:
        document = await self.documents.get(COLLECTION, sighting_id)
        return None if document is None else _sighting(document)

    async def between(self, asset_id: str, start_pts: int, end_pts: int) -> Sequence[Sighting]:
        query = {"asset_id": asset_id, "start_pts": {"$lt": end_pts}, "end_pts": {"$gt": start_pts}}
        return await self._found(query)

    async def of_asset(self, asset_id: str, chunk_id: str | None = None) -> Sequence[Sighting]:
        return await self._found(
            {"asset_id": asset_id, **({} if chunk_id is None else {"chunk_id": chunk_id})}
        )

    async def of_tracks(self, tracks: Collection[TrackRef]) -> Sequence[Sighting]:
        return await self._found({"tracks": {"$in": sorted(map(str, tracks))}}) if tracks else ()

    async def of_clusters(self, cluster_ids: Collection[str]) -> AsyncIterator[Sighting]:
        async for document in scan(self.documents, COLLECTION, _of(cluster_ids), BY_ID):
            yield _sighting(document)

    async def count(self, cluster_id: str) -> int:
        return await self.documents.count(COLLECTION, {"cluster": cluster_id})

    async def page(self, cluster_ids: Collection[str], page: PageRequest) -> Page[Sighting]:
        found = await find_page(
            self.documents, COLLECTION, _of(cluster_ids), page, NEWEST_FIRST, counted=False
        )
        return found.map(_sighting)

    async def largest(self, cluster_ids: Collection[str], count: int) -> Sequence[Sighting]:
        found = await self.documents.find(
            COLLECTION, _of(cluster_ids), sort=[("side", -1), ("_id", 1)], limit=count
        )
        return [_sighting(one) for one in found]

    async def seen(self, cluster_ids: Collection[str], where: Seen) -> bool:
        query: Document = dict(_of(cluster_ids))
        if where.series:
            query["series"] = {"$in": [*where.series]}
        if where.channels:
            query["channel"] = {"$in": [*where.channels]}
        bounds = {"$gte": where.from_ms, "$lt": where.until_ms}
        if asked := {bound: value for bound, value in bounds.items() if value is not None}:
            query["asked_ms"] = asked
        return bool(await self.documents.find(COLLECTION, query, limit=1))

    async def _found(self, query: Query) -> list[Sighting]:
        return [_sighting(one) for one in await self.documents.find(COLLECTION, query, sort=[("_id", 1)])]


def _of(cluster_ids: Collection[str]) -> Query:
    return {"cluster": {"$in": sorted(cluster_ids)}}


def _fields(sighting: Sighting) -> Document:
    return {
        "asset_id": sighting.asset_id,
        "chunk_id": sighting.chunk_id,
        "start_pts": sighting.span.start_pts,
        "end_pts": sighting.span.end_pts,
        "frames": [sighting.span.first_frame, sighting.span.end_frame],
        "moment": list(sighting.moment),
        "box": list(astuple(sighting.box)),
        "ordinal": sighting.ordinal,
        "side": float(sighting.side),
        "tracks": [str(one) for one in sighting.tracks],
        "series": sighting.series,
        "channel": sighting.channel,
        "asked_ms": sighting.asked_ms,
    }


def _sighting(document: Document) -> Sighting:
    pts, frame = document["moment"]
    return Sighting(
        id=document["_id"],
        cluster_id=document["cluster"],
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        span=FrameSpan(document["start_pts"], document["end_pts"], *document["frames"]),
        moment=(pts, frame),
        box=FractionBox(*document["box"]),
        ordinal=document["ordinal"],
        side=document["side"],
        tracks=tuple(TrackRef.parse(one) for one in document["tracks"]),
        series=document["series"],
        channel=document["channel"],
        asked_ms=document["asked_ms"],
        pinned=document["pinned"],
    )
