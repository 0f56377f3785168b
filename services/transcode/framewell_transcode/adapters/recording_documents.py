"""Recordings under way in the document store: one document a recording, one a segment.

The document of a recording holds a few numbers for each segment, so that one change decides where a segment
lies. It grows with the recording: 300 bytes a segment.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, astuple, dataclass
from fractions import Fraction
from typing import Any, Final

from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.recording.v1.recording_pb2 import RecordingClosed
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.sentences import kept_wording, worded_as_kept
from framewell_kit.clock import Clock
from framewell_kit.documents import Document, Documents
from framewell_kit.outcome_messages import is_done
from framewell_kit.rights_decisions import Passages
from framewell_transcode.domain.job_parameters import clock_from, clock_parameters
from framewell_transcode.domain.recording_layout import FrameGrid, LaidSegment, Layout, SegmentExtent
from framewell_transcode.domain.recordings import (
    PlannedSegment,
    RecordingClock,
    RecordingState,
    SegmentSound,
    laid_out,
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
            "extent": _numbers(extent),
            "clock": _clock_document(planned.clock),
            "runs": clock_parameters(planned.runs),
            "gaps": [[str(start), str(end)] for start, end in planned.gaps],
            "has_sound": planned.has_sound,
            "has_captions": planned.has_captions,
            "planned_at": planned.planned_at,
        }
        await self.documents.update(_SEGMENTS, name, {"$set": {"plan": plan}})

    async def plans(self, asset_id: str) -> Sequence[PlannedSegment]:
        found = await self.documents.find(_SEGMENTS, {"asset_id": asset_id, "plan": {"$exists": True}})
        return sorted(map(_planned, found), key=lambda one: one.sequence)

    async def begin(self, work: Work) -> RecordingState | None:
        new: Document = {"generation": work.generation, "work": work.SerializeToString(), "revision": 0}
        empty = {"laid": {}, "aside": [], "kept": [], "given_up": {}, "sounds": {}, "laid_out": False}
        begun = {**new, **empty}
        if not await self.documents.insert_once(_RECORDINGS, {"_id": work.asset_id, **begun}):
            await self._begin_again(work, begun)
        return await self.get(work.asset_id)

    async def _begin_again(self, work: Work, begun: Document) -> None:
        """Begin a newer generation: what was planned has its place at once, that of the whole set."""
        before, plans = await self.get(work.asset_id), await self.plans(work.asset_id)
        if before is None or before.work.generation >= work.generation:
            return
        change = {"$set": begun, "$unset": {"clock": "", "closed": "", "closed_at": ""}}
        if plans:
            clock, layout = laid_out(plans)
            same = clock == before.clock
            kept = {
                one for one, place in layout.laid.items() if same and before.layout.laid.get(one) == place
            }
            if kept == layout.laid.keys() == before.layout.laid.keys():
                kept = set()
            del change["$unset"]["clock"]
            begun["clock"], begun["kept"] = _clock_document(clock), sorted(kept)
            begun["laid"] = {str(number): _laid_numbers(laid) for number, laid in layout.laid.items()}
            begun["sounds"] = {
                str(number): list(astuple(sound)) if sound else []
                for number, sound in before.sounds.items()
                if number in kept
            }
        older = {"generation": {"$lt": work.generation}}
        await self.documents.update(_RECORDINGS, work.asset_id, change, expect=older)

    async def keep_chunk(self, made: ChunkTranscoded, without: Passages) -> None:
        passages = [list(interval) for interval in without.intervals]
        kept = {"made": made.SerializeToString(), "without": passages}
        await self.documents.update(_SEGMENTS, f"{made.work.asset_id}/{made.index}", {"$set": kept})

    async def kept_chunk(self, work: Work, sequence: int) -> tuple[ChunkTranscoded, Passages] | None:
        state = await self.get(work.asset_id)
        if state is None or state.work.generation != work.generation or sequence not in state.kept:
            return None
        found = await self.documents.get(_SEGMENTS, f"{work.asset_id}/{sequence}")
        if found is None or "made" not in found:
            return None
        without = Passages.of((int(start), int(end)) for start, end in found["without"])
        return ChunkTranscoded.FromString(bytes(found["made"])), without

    async def get(self, asset_id: str) -> RecordingState | None:
        found = await self.documents.get(_RECORDINGS, asset_id)
        return None if found is None else _state(found)

    async def lay(self, state: RecordingState, laid: LaidSegment, clock: RecordingClock) -> bool:
        change = {f"laid.{laid.sequence}": _laid_numbers(laid), "clock": _clock_document(clock)}
        return await self._change(state.work, change, expect={"revision": state.revision, "laid_out": False})

    async def set_aside(self, state: RecordingState, sequence: int) -> None:
        aside = {"aside": sorted({*state.aside, sequence})}
        await self._change(state.work, aside, expect={"revision": state.revision, "laid_out": False})

    async def give_up(self, work: Work, sequence: int, reason: str) -> None:
        kept = {"text": str(reason), "wording": kept_wording(reason)}
        await self._change(work, {f"given_up.{sequence}": kept}, expect={"laid_out": False})

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
    return PlannedSegment(
        ingested=ingested,
        table=ObjectRef.FromString(bytes(plan["table"])),
        extent=_extent(ingested.sequence, plan["extent"]),
        clock=_clock(plan["clock"]),
        runs=clock_from(plan["runs"]),
        gaps=tuple((Fraction(start), Fraction(end)) for start, end in plan["gaps"]),
        has_sound=bool(plan["has_sound"]),
        has_captions=bool(plan["has_captions"]),
        planned_at=plan["planned_at"],
    )


def _numbers(extent: SegmentExtent) -> list[Any]:
    return [*map(str, (extent.source_start, extent.source_end, extent.seconds)), extent.frames]


def _extent(sequence: int, numbers: Sequence[Any]) -> SegmentExtent:
    start, end, seconds, frames = numbers
    return SegmentExtent(sequence, Fraction(start), Fraction(end), Fraction(seconds), int(frames))


def _laid_numbers(laid: LaidSegment) -> list[Any]:
    places = map(str, (laid.start, laid.end, laid.offset))
    return [*_numbers(laid.segment), *places, laid.first_frame, laid.is_late]


def _laid(sequence: int, numbers: Sequence[Any]) -> LaidSegment:
    start, end, offset = map(Fraction, numbers[4:7])
    extent = _extent(sequence, numbers[:4])
    return LaidSegment(extent, start, end, int(numbers[7]), offset, is_late=bool(numbers[8]))


def _state(document: Document) -> RecordingState:
    clock = _clock(document["clock"]) if document.get("clock") else None
    closed = document.get("closed")
    laid = {int(number): _laid(int(number), numbers) for number, numbers in document["laid"].items()}
    return RecordingState(
        work=Work.FromString(bytes(document["work"])),
        revision=int(document["revision"]),
        clock=clock,
        layout=Layout(clock.grid if clock else FrameGrid(Fraction(25)), laid),
        aside=frozenset(map(int, document["aside"])),
        kept=frozenset(map(int, document["kept"])),
        given_up={int(number): _reason(kept) for number, kept in document["given_up"].items()},
        sounds={
            int(number): SegmentSound(*values) if values else None
            for number, values in document["sounds"].items()
        },
        closed=RecordingClosed.FromString(bytes(closed)) if closed else None,
        closed_at=document.get("closed_at"),
        laid_out=bool(document["laid_out"]),
    )


def _reason(kept: Any) -> str:
    """Return why a segment was given up; what an earlier version kept is the text alone."""
    return kept if isinstance(kept, str) else worded_as_kept(kept["text"], kept["wording"])
