"""Recordings under way in the document store: one document a recording, one a segment.

The document of a recording holds a few numbers for each segment, so that one change decides where a segment
lies. It grows with the recording: 200 bytes a segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from fractions import Fraction
from typing import Any, Final

from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_kit.clock import Clock
from framewell_kit.documents import Document, Documents
from framewell_kit.outcome_messages import is_done
from framewell_transcode.domain.recordings import (
    LaidSegment,
    Layout,
    PlannedSegment,
    RecordingClock,
    RecordingState,
    SegmentExtent,
    SegmentSound,
)

_RECORDINGS: Final = "recordings"
_SEGMENTS: Final = "segments"


@dataclass(frozen=True, slots=True)
class RecordingDocuments:
    """RecordingRepository on documents."""

    documents: Documents
    clock: Clock

    async def prepare(self) -> None:
        """Make the index that the segments of a recording are read by."""
        await self.documents.ensure_index(_SEGMENTS, ["asset_id"])

    async def keep_source(self, ingested: SegmentIngested) -> None:
        asset_id = ingested.work.asset_id
        name, usable = f"{asset_id}/{ingested.sequence}", is_done(ingested.outcome)
        new = {"asset_id": asset_id, "usable": usable, "ingested": ingested.SerializeToString()}
        if not await self.documents.insert_once(_SEGMENTS, {"_id": name, **new}) and usable:
            await self.documents.update(_SEGMENTS, name, {"$set": new}, expect={"usable": False})

    async def sources(self, asset_id: str) -> Sequence[SegmentIngested]:
        found = await self.documents.find(_SEGMENTS, {"asset_id": asset_id})
        sources = [SegmentIngested.FromString(bytes(one["ingested"])) for one in found]
        return sorted(sources, key=lambda one: one.sequence)

    async def planned(self, asset_id: str, sequence: int) -> PlannedSegment | None:
        found = await self.documents.get(_SEGMENTS, f"{asset_id}/{sequence}")
        return None if found is None or "plan" not in found else _planned(found)

    async def keep_plan(self, planned: PlannedSegment) -> None:
        extent, name = planned.extent, f"{planned.ingested.work.asset_id}/{planned.ingested.sequence}"
        plan = {
            "table": planned.table.SerializeToString(),
            "extent": [str(extent.source_start), str(extent.seconds), extent.frames],
            "clock": _clock_document(planned.clock),
            "time_base": str(planned.time_base),
            "has_sound": planned.has_sound,
            "planned_at": planned.planned_at,
        }
        await self.documents.update(_SEGMENTS, name, {"$set": {"plan": plan}})

    async def begin(self, work: Work) -> RecordingState | None:
        new: Document = {"generation": work.generation, "work": work.SerializeToString(), "revision": 0}
        begun = {**new, "laid": {}, "given_up": {}, "sounds": {}, "laid_out": False}
        if not await self.documents.insert_once(_RECORDINGS, {"_id": work.asset_id, **begun}):
            older = {"generation": {"$lt": work.generation}}
            change = {"$set": begun, "$unset": {"clock": "", "closed": "", "closed_at": ""}}
            await self.documents.update(_RECORDINGS, work.asset_id, change, expect=older)
        return await self.get(work.asset_id)

    async def get(self, asset_id: str) -> RecordingState | None:
        found = await self.documents.get(_RECORDINGS, asset_id)
        return None if found is None else _state(found)

    async def lay(self, state: RecordingState, laid: LaidSegment, clock: RecordingClock) -> bool:
        extent = laid.segment
        numbers = [
            *map(str, (extent.source_start, extent.seconds, laid.start, laid.end)),
            extent.frames,
            laid.first_frame,
            laid.end_frame,
        ]
        change = {f"laid.{laid.sequence}": numbers, "clock": _clock_document(clock)}
        return await self._change(state.work, change, expect={"revision": state.revision, "laid_out": False})

    async def give_up(self, work: Work, sequence: int, reason: str) -> None:
        await self._change(work, {f"given_up.{sequence}": reason}, expect={"laid_out": False})

    async def add_sound(self, work: Work, sequence: int, sound: SegmentSound | None) -> None:
        await self._change(work, {f"sounds.{sequence}": list(astuple(sound)) if sound else []}, expect={})

    async def close(self, closed: RecordingClosed) -> None:
        fields = {"closed": closed.SerializeToString(), "closed_at": self.clock.now()}
        await self._change(closed.work, fields, expect={})

    async def lay_out(self, state: RecordingState) -> bool:
        return await self._change(state.work, {"laid_out": True}, expect={"revision": state.revision})

    async def remove(self, asset_id: str) -> tuple[int, int]:
        recordings = int(await self.documents.delete(_RECORDINGS, asset_id))
        return recordings, await self.documents.delete_where(_SEGMENTS, {"asset_id": asset_id})

    async def _change(self, work: Work, fields: dict[str, Any], *, expect: dict[str, Any]) -> bool:
        change = {"$set": fields, "$inc": {"revision": 1}}
        expected = {"generation": work.generation, **expect}
        return await self.documents.update(_RECORDINGS, work.asset_id, change, expect=expected) is not None


def _clock_document(clock: RecordingClock) -> Document:
    rates = {"time_base": str(clock.time_base), "frame_rate": str(clock.frame_rate)}
    return {**asdict(clock), **rates, "canvas": list(clock.canvas)}


def _clock(values: Document) -> RecordingClock:
    width, height = values["canvas"]
    rates = {"time_base": Fraction(values["time_base"]), "frame_rate": Fraction(values["frame_rate"])}
    return RecordingClock(**{**values, **rates, "canvas": (int(width), int(height))})


def _planned(document: Document) -> PlannedSegment:
    plan = document["plan"]
    ingested = SegmentIngested.FromString(bytes(document["ingested"]))
    start, seconds, frames = plan["extent"]
    return PlannedSegment(
        ingested=ingested,
        table=ObjectRef.FromString(bytes(plan["table"])),
        extent=SegmentExtent(ingested.sequence, Fraction(start), Fraction(seconds), int(frames)),
        clock=_clock(plan["clock"]),
        time_base=Fraction(plan["time_base"]),
        has_sound=bool(plan["has_sound"]),
        planned_at=plan["planned_at"],
    )


def _laid(sequence: int, numbers: Sequence[Any]) -> LaidSegment:
    source_start, seconds, start, end = map(Fraction, numbers[:4])
    frames, first_frame, end_frame = map(int, numbers[4:])
    extent = SegmentExtent(sequence, source_start, seconds, frames)
    return LaidSegment(extent, start, end, first_frame, end_frame)


def _state(document: Document) -> RecordingState:
    clock = _clock(document["clock"]) if document.get("clock") else None
    closed = document.get("closed")
    laid = {int(number): _laid(int(number), numbers) for number, numbers in document["laid"].items()}
    return RecordingState(
        work=Work.FromString(bytes(document["work"])),
        revision=int(document["revision"]),
        clock=clock,
        layout=Layout(clock.frame_rate if clock else Fraction(25), laid),
        given_up={int(number): reason for number, reason in document["given_up"].items()},
        sounds={
            int(number): SegmentSound(*values) if values else None
            for number, values in document["sounds"].items()
        },
        closed=RecordingClosed.FromString(bytes(closed)) if closed else None,
        closed_at=document.get("closed_at"),
        laid_out=bool(document["laid_out"]),
    )
