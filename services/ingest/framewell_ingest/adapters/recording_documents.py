"""Recordings under way: one document a recording, one a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_ingest.domain.recordings import Recording, Segment
from framewell_kit.clock import Clock
from framewell_kit.documents import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outbox import Outbox
from framewell_kit.outcome_messages import is_done

_RECORDINGS: Final = "recordings"
_SEGMENTS: Final = "segments"


@dataclass(frozen=True, slots=True)
class RecordingDocuments:
    """RecordingRepository on documents; facts by outbox."""

    documents: Documents
    outbox: Outbox
    clock: Clock

    async def prepare(self) -> None:
        """Make the index that the segments of a recording are read by, and have facts sent that wait."""
        self.outbox.register(_RECORDINGS)
        await self.documents.ensure_index(_SEGMENTS, ["asset_id", "ended"])

    async def get(self, asset_id: str) -> Recording | None:
        found = await self.documents.get(_RECORDINGS, asset_id)
        return None if found is None else _recording(found)

    async def begin(self, asset_id: str) -> None:
        new = {"_id": asset_id, "heard_at": self.clock.now(), "news": 0, "closings": 0}
        await self.documents.insert_once(_RECORDINGS, new | {"closed_generation": 0, "closed_count": 0})

    async def announce(self, segment: Segment, cause: Cause) -> bool:
        name = _name(segment.asset_id, segment.sequence)
        new = {
            "_id": name,
            "asset_id": segment.asset_id,
            "sequence": segment.sequence,
            "uri": segment.uri,
            "arrived_at": segment.arrived_at,
            "ended": False,
            "event": f"{cause.source} {cause.id}",
        }
        if await self.documents.insert_once(_SEGMENTS, new):
            return True
        failed = {"failed": True, "event": {"$ne": new["event"]}}
        change = {"$set": new | {"failed": False}, "$unset": {"ingested": ""}}
        return await self.documents.update(_SEGMENTS, name, change, expect=failed) is not None

    async def reopen(self, asset_id: str) -> Sequence[int]:
        again = {"$set": {"ended": False, "failed": False, "arrived_at": self.clock.now()}}
        for one in await self.documents.find(_SEGMENTS, {"asset_id": asset_id, "failed": True}):
            change = {**again, "$unset": {"ingested": ""}}
            await self.documents.update(_SEGMENTS, one["_id"], change, expect={"failed": True})
        unended = await self.documents.find(_SEGMENTS, {"asset_id": asset_id, "ended": False})
        return sorted(int(one["sequence"]) for one in unended)

    async def hear(self, asset_id: str, *, last_sequence: int | None = None) -> Recording | None:
        fields: dict[str, Any] = {"heard_at": self.clock.now()}
        if last_sequence is not None:
            fields["last_sequence"] = last_sequence
        heard = await self.documents.update(_RECORDINGS, asset_id, {"$set": fields, "$inc": {"news": 1}})
        return None if heard is None else _recording(heard)

    async def segment(self, asset_id: str, sequence: int) -> Segment | None:
        found = await self.documents.get(_SEGMENTS, _name(asset_id, sequence))
        return None if found is None else _segment(found)

    async def finish(self, ingested: SegmentIngested) -> SegmentIngested | None:
        name = _name(ingested.work.asset_id, ingested.sequence)
        failed = not is_done(ingested.outcome)
        change = {"$set": {"ended": True, "failed": failed, "ingested": ingested.SerializeToString()}}
        if await self.documents.update(_SEGMENTS, name, change, expect={"ended": False}) is not None:
            return ingested
        segment = await self.segment(ingested.work.asset_id, ingested.sequence)
        return None if segment is None else segment.ingested

    async def count(self, asset_id: str, *, ended: bool) -> int:
        return await self.documents.count(_SEGMENTS, {"asset_id": asset_id, "ended": ended})

    async def ended(self, asset_id: str) -> Sequence[Segment]:
        found = await self.documents.find(_SEGMENTS, {"asset_id": asset_id, "ended": True})
        return sorted((_segment(one) for one in found), key=lambda one: one.sequence)

    async def close(
        self, recording: Recording, generation: int, count: int, facts: Sequence[Outgoing], cause: Cause
    ) -> bool:
        change = {
            "$set": {"closed_generation": generation, "closed_count": count},
            "$inc": {"closings": 1},
        }
        expect = {"news": recording.news, "closings": recording.closings}
        after = await self.outbox.update(_RECORDINGS, recording.asset_id, change, facts, cause, expect=expect)
        return after is not None

    async def remove(self, asset_id: str) -> tuple[int, int]:
        recordings = int(await self.documents.delete(_RECORDINGS, asset_id))
        return recordings, await self.documents.delete_where(_SEGMENTS, {"asset_id": asset_id})


def _name(asset_id: str, sequence: int) -> str:
    return f"{asset_id}/{sequence}"


def _recording(document: Document) -> Recording:
    return Recording(
        asset_id=document["_id"],
        heard_at=document["heard_at"],
        news=int(document["news"]),
        last_sequence=document.get("last_sequence"),
        closings=int(document["closings"]),
        closed_generation=int(document["closed_generation"]),
        closed_count=int(document["closed_count"]),
    )


def _segment(document: Document) -> Segment:
    ended = document.get("ingested")
    return Segment(
        asset_id=document["asset_id"],
        sequence=int(document["sequence"]),
        uri=document["uri"],
        arrived_at=document["arrived_at"],
        ingested=SegmentIngested.FromString(bytes(ended)) if ended else None,
    )
