"""The asset board in the document store.

`assets`: one document an asset: newest generation, removed or not. `plans`: one a generation. `parts`: one
a chunk and one for the sound, written once. `arrivals`: the fan-in: which parts have come, by number
alone, so that counting a feature film costs kilobytes and not its parts. `endings`: one a generation.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1.media_pb2 import Timeline
from framewell_kit.documents import Documents
from framewell_kit.fanin import FanIn
from framewell_media.messages import timeline_message, timeline_value
from framewell_transcode.domain.plans import AssetParts, AssetPlan

_COLLECTIONS: Final = ("plans", "parts", "endings")
_AUDIO: Final = "audio"


@dataclass(frozen=True, slots=True)
class DocumentBoard:
    """AssetBoard on documents."""

    documents: Documents

    @property
    def _arrivals(self) -> FanIn:
        return FanIn(self.documents, "arrivals")

    async def prepare(self) -> None:
        """Make the index that parts are read and removed by."""
        for collection in _COLLECTIONS:
            await self.documents.ensure_index(collection, ["asset_id"])

    async def expect(self, plan: AssetPlan) -> None:
        if not await self._raise_generation(plan.asset_id, plan.generation):
            return
        await self.documents.insert_once("plans", _plan_document(plan))
        await self._arrivals.expect(
            plan.asset_id, len(plan.chunks), names=[_AUDIO], generation=plan.generation
        )

    async def chunk_arrived(self, chunk: ChunkTranscoded) -> AssetParts | None:
        return await self._part_arrived(chunk, chunk.index)

    async def audio_arrived(self, audio: AudioExtracted) -> AssetParts | None:
        return await self._part_arrived(audio, _AUDIO)

    async def _part_arrived(
        self, part: ChunkTranscoded | AudioExtracted, name: int | str
    ) -> AssetParts | None:
        asset_id, generation = part.asset_id, part.generation
        if not await self.is_current(asset_id, generation):
            return None
        document = {
            "_id": f"{asset_id}/{generation}/{name}",
            "asset_id": asset_id,
            "generation": generation,
            "message": part.SerializeToString(),
        }
        await self.documents.insert_once("parts", document)
        if await self._arrivals.arrive(asset_id, name, True, generation) is None:
            return None
        return await self._parts(asset_id, generation)

    async def ended(self, fact: AssetTranscoded) -> None:
        document = {
            "_id": f"{fact.asset_id}/{fact.generation}",
            "asset_id": fact.asset_id,
            "message": fact.SerializeToString(),
        }
        await self.documents.insert_once("endings", document)

    async def latest(self, asset_id: str) -> AssetParts | None:
        asset = await self.documents.get("assets", asset_id)
        if asset is None or asset.get("removed"):
            return None
        return await self._parts(asset_id, int(asset["generation"]))

    async def ending(self, asset_id: str, generation: int) -> AssetTranscoded | None:
        document = await self.documents.get("endings", f"{asset_id}/{generation}")
        return AssetTranscoded.FromString(document["message"]) if document else None

    async def is_current(self, asset_id: str, generation: int) -> bool:
        asset = await self.documents.get("assets", asset_id)
        return asset is None or (not asset.get("removed") and int(asset["generation"]) <= generation)

    async def remove(self, asset_id: str) -> int:
        await self.documents.update(
            "assets", asset_id, {"$set": {"removed": True, "generation": 0}}, upsert=True
        )
        removed = await self._arrivals.forget(asset_id)
        for collection in _COLLECTIONS:
            removed += await self.documents.delete_where(collection, {"asset_id": asset_id})
        return removed

    async def _raise_generation(self, asset_id: str, generation: int) -> bool:
        """Make this the newest generation, unless a newer one or the removal came first."""
        if await self.documents.insert_once("assets", {"_id": asset_id, "generation": generation}):
            return True
        current = {"generation": {"$lte": generation}, "removed": {"$ne": True}}
        changed = await self.documents.update(
            "assets", asset_id, {"$set": {"generation": generation}}, expect=current
        )
        return changed is not None

    async def _parts(self, asset_id: str, generation: int) -> AssetParts | None:
        plan = await self.documents.get("plans", f"{asset_id}/{generation}")
        if plan is None:
            return None
        chunks: dict[int, ChunkTranscoded] = {}
        audio = None
        for part in await self.documents.find("parts", {"asset_id": asset_id}):
            if part["generation"] != generation:
                continue
            name = part["_id"].rsplit("/", 1)[1]
            if name == _AUDIO:
                audio = AudioExtracted.FromString(part["message"])
            else:
                chunks[int(name)] = ChunkTranscoded.FromString(part["message"])
        return AssetParts(_plan_value(plan), chunks, audio)


def _plan_document(plan: AssetPlan) -> dict[str, Any]:
    """What chunks have in common is kept once."""
    common = ChunkPlanned()
    if plan.chunks:
        common.CopyFrom(plan.chunks[0])
    for own in ("chunk_id", "index", "span", "byte_range", "era"):
        common.ClearField(own)
    return {
        "_id": f"{plan.asset_id}/{plan.generation}",
        "asset_id": plan.asset_id,
        "generation": plan.generation,
        "kind": int(plan.kind),
        "lane": int(plan.lane),
        "timeline": timeline_message(plan.timeline).SerializeToString(),
        "common": common.SerializeToString(),
        "gaps": [list(gap) for gap in plan.gaps],
        "chunks": [_own(chunk).SerializeToString() for chunk in plan.chunks],
    }


def _own(chunk: ChunkPlanned) -> ChunkPlanned:
    own = ChunkPlanned(chunk_id=chunk.chunk_id, index=chunk.index, span=chunk.span, era=chunk.era)
    if chunk.HasField("byte_range"):
        own.byte_range.CopyFrom(chunk.byte_range)
    return own


def _plan_value(document: dict[str, Any]) -> AssetPlan:
    common = document["common"]
    return AssetPlan(
        asset_id=document["asset_id"],
        generation=int(document["generation"]),
        kind=document["kind"],
        lane=document["lane"],
        timeline=timeline_value(Timeline.FromString(document["timeline"])),
        # Concatenated serialised messages are the merged message (protobuf encoding, "last one wins").
        chunks=tuple(ChunkPlanned.FromString(common + own) for own in document["chunks"]),
        gaps=tuple((start, end) for start, end in document["gaps"]),
    )
