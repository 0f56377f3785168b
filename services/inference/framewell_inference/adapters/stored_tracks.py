"""Face tracks and who they are, as documents: one per chunk, one posting set per model version.

A posting set is complete before anything reads it: re-labelling writes all of it beside the old one
and then switches the alias. Chunks that arrive meanwhile get postings for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

from framewell.chunk.v1.chunk_pb2 import AnalyserResult
from framewell_inference.domain.identity import NOBODY, Identity
from framewell_inference.domain.messages import model_ref
from framewell_inference.domain.observations import FractionBox, Stretch
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.places import Place, Posting, StoredTracks, TrackKey
from framewell_inference.domain.tracks import FaceTrack
from framewell_inference.ports import Vectors
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.objects.protocol import Objects
from framewell_models.manifest import ModelRef

TRACKS: Final = "face_tracks"
POSTINGS: Final = "postings"


@dataclass(frozen=True, slots=True)
class StoredFaceTracks:
    """The TrackStore port."""

    documents: Documents
    objects: Objects
    encoding: Vectors

    async def prepare(self) -> None:
        await self.documents.ensure_index(TRACKS, ["asset_id"])
        await self.documents.ensure_index(TRACKS, ["embedding"])

    async def keep(self, place: Place, result: AnalyserResult, tracks: Sequence[FaceTrack]) -> None:
        embedding = model_ref(result.model)
        await self.documents.insert_once(
            TRACKS,
            {
                "_id": f"{place.chunk_id}#{embedding}",
                "asset_id": place.asset_id,
                "chunk_id": place.chunk_id,
                "index": place.index,
                "embedding": str(embedding),
                "vectors": result.vectors.key,
                "tracks": [_track_document(track) for track in tracks],
            },
        )

    async def chunk(self, chunk_id: str, embedding: ModelRef) -> StoredTracks | None:
        document = await self.documents.get(TRACKS, f"{chunk_id}#{embedding}")
        return _stored(document) if document else None

    async def chunks(self, embedding: ModelRef, *, asset_id: str | None = None) -> list[StoredTracks]:
        query = {"embedding": str(embedding)} | ({"asset_id": asset_id} if asset_id else {})
        found = [_stored(document) for document in await self.documents.find(TRACKS, query)]
        return sorted(found, key=lambda stored: (stored.asset_id, stored.index, stored.chunk_id))

    async def vectors(self, stored: StoredTracks) -> Float:
        return self.encoding.decode(await self.objects.read(stored.vectors_key))

    async def forget(self, asset_id: str) -> int:
        return await self.documents.delete_where(TRACKS, {"asset_id": asset_id})


@dataclass(frozen=True, slots=True)
class StoredPostings:
    """The PostingStore port."""

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(POSTINGS, ["asset_id", "model"])
        await self.documents.ensure_index(POSTINGS, ["model"])

    async def post(self, model: ModelRef, stored: StoredTracks, identities: Sequence[Identity]) -> None:
        tracks = [
            {"track": track.number, **asdict(identity)}
            for track, identity in zip(stored.tracks, identities, strict=True)
        ]
        document: Document = {
            "_id": f"{model}#{stored.chunk_id}",
            "model": str(model),
            "asset_id": stored.asset_id,
            "chunk_id": stored.chunk_id,
            "tracks": tracks,
        }
        await self.documents.insert_once(POSTINGS, document)

    async def of_asset(self, model: ModelRef, asset_id: str) -> dict[str, list[Posting]]:
        found = await self.documents.find(POSTINGS, {"asset_id": asset_id, "model": str(model)})
        return {document["chunk_id"]: [_posting(track) for track in document["tracks"]] for document in found}

    async def known_chunks(self, model: ModelRef) -> set[str]:
        found = await self.documents.find(POSTINGS, {"model": str(model)})
        return {document["chunk_id"] for document in found}

    async def classes(self, model: ModelRef) -> dict[TrackKey, str]:
        found = await self.documents.find(POSTINGS, {"model": str(model)})
        return {
            TrackKey(document["asset_id"], document["chunk_id"], track["track"]): track["class_id"] or ""
            for document in found
            for track in document["tracks"]
        }

    async def forget(self, asset_id: str) -> int:
        return await self.documents.delete_where(POSTINGS, {"asset_id": asset_id})

    async def forget_class(self, class_id: str) -> int:
        forgotten = 0
        for document in await self.documents.find(POSTINGS, {}):
            named = [
                track for track in document["tracks"] if class_id in {track["class_id"], track["nearest"]}
            ]
            if named:
                unknown = [
                    {"track": track["track"], **asdict(NOBODY)} if track in named else track
                    for track in document["tracks"]
                ]
                await self.documents.update(POSTINGS, document["_id"], {"$set": {"tracks": unknown}})
                forgotten += len(named)
        return forgotten


def _track_document(track: FaceTrack) -> Document:
    return {
        "number": track.number,
        "stretch": list(asdict(track.stretch).values()),
        "moment": list(track.moment),
        "box": list(asdict(track.box).values()),
        "rows": list(track.rows),
        "sides": list(track.sides),
        "observations": list(track.observations),
    }


def _stored(document: Document) -> StoredTracks:
    return StoredTracks(
        asset_id=document["asset_id"],
        chunk_id=document["chunk_id"],
        index=document["index"],
        embedding=ModelRef.parse(document["embedding"]),
        vectors_key=document["vectors"],
        tracks=tuple(_track(entry) for entry in document["tracks"]),
    )


def _track(entry: dict[str, Any]) -> FaceTrack:
    pts, index = entry["moment"]
    return FaceTrack(
        number=entry["number"],
        stretch=Stretch(*entry["stretch"]),
        moment=(pts, index),
        box=FractionBox(*entry["box"]),
        rows=tuple(entry["rows"]),
        sides=tuple(entry["sides"]),
        observations=tuple(entry["observations"]),
    )


def _posting(entry: dict[str, Any]) -> Posting:
    fields = dict(entry)
    track = fields.pop("track")
    return Posting(track, Identity(**fields))
