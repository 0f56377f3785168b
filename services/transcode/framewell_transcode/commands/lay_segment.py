"""The job of a segment: a segment of a recording in, chunk.planned out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final

from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, SegmentClock
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell.segment.v1.segment_pb2 import SegmentIngested
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import chunk_id, derived_id
from framewell_contracts.sentences import say
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.object_references import ObjectReferences
from framewell_kit.outcome_messages import is_done, reason_of
from framewell_kit.outcomes import Busy, NotYet
from framewell_kit.rights_decisions import RightsDecisions
from framewell_media.errors import JobCrashed, MediaError, SandboxUnavailable
from framewell_media.messages import ratio_message, span_message
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_transcode.domain.plans import SourceAnalysis, work_on_clock
from framewell_transcode.domain.recording_layout import LaidSegment, Layout, SegmentExtent
from framewell_transcode.domain.recordings import PlannedSegment, RecordingClock, RecordingState
from framewell_transcode.ports.processors import SegmentProcessor
from framewell_transcode.ports.recordings import RecordingQueue, RecordingRepository

_LOOK_SECONDS: Final = 0.2
_UNDECIDED_SECONDS: Final = 5.0
_PATIENCE_WITH_WORK: Final = timedelta(minutes=2)
"""How long a segment waits for one before it that has come and is not laid: then its work has failed."""


@dataclass(frozen=True, slots=True)
class LaySegment:
    """Plan one segment, lay it on the recording's clock, and announce its pictures as a chunk of their own.

    Running again announces the same chunk, by the same event. A segment that cannot be read is given up; of
    one that comes late and finds too little room nothing is made before the recording is closed. Raises Busy
    while it depends on predecessors that may still come (for `patience`, or until the recording is closed),
    while nothing is decided about the recording's rights, and where no media may be read.
    """

    recordings: RecordingRepository
    processor: SegmentProcessor
    references: ObjectReferences
    rights: RightsDecisions
    queue: RecordingQueue
    clock: Clock
    patience: timedelta

    async def __call__(self, work: Work, segment: SegmentIngested, cause: Cause) -> Sequence[Outgoing]:
        state = await self.recordings.get(work.asset_id)
        if state is None or state.work.generation != work.generation:
            return []
        planned = await self._planned(work, segment)
        if planned is None:
            return []
        try:
            await self.rights.waited_for(work.asset_id)
        except NotYet as undecided:
            raise Busy(undecided.reason, retry_after=_UNDECIDED_SECONDS) from undecided
        laid, clock = await self._laid(work, planned)
        if laid is None or clock is None:
            return []
        if planned.has_sound:
            await self.queue.extract_sound(work, segment.sequence, cause)
        else:
            await self.recordings.add_sound(work, segment.sequence, None)
        return [_chunk(work, planned, laid, clock)] if clock.has_pictures else []

    async def _planned(self, work: Work, segment: SegmentIngested) -> PlannedSegment | None:
        """Return the segment as it was planned, for whatever generation; None when it is given up."""
        known = await self.recordings.planned(work.asset_id, segment.sequence)
        if known is not None:
            return known
        if not is_done(segment.outcome):
            await self.recordings.give_up(work, segment.sequence, reason_of(segment.outcome.failed))
            return None
        try:
            analysis, table = await self.processor.plan(segment)
        except (MediaError, JobCrashed) as error:
            if isinstance(error, JobCrashed) and error.interrupted:
                raise
            reason = error.detail if isinstance(error, MediaError) else error.explanation
            await self.recordings.give_up(work, segment.sequence, reason)
            return None
        except SandboxUnavailable as missing:
            raise Busy(
                say(
                    "no_media_readable.transcode", "No media can be read on this machine: {why}", why=missing
                ),
                retry_after=30.0,
            ) from missing
        await self.references.hold(work.asset_id, [table])
        planned = self._described(segment, analysis, table)
        await self.recordings.keep_plan(planned)
        return planned

    def _described(
        self, segment: SegmentIngested, analysis: SourceAnalysis, table: ObjectRef
    ) -> PlannedSegment:
        timeline = analysis.timeline
        length = timeline.duration_seconds
        runs = analysis.clock or SourceClock((ClockRun(Fraction(0), length, Fraction(0), None),))
        return PlannedSegment(
            ingested=segment,
            table=table,
            extent=SegmentExtent(
                segment.sequence,
                runs.runs[0].source_start,
                runs.runs[-1].source_end,
                length,
                timeline.frame_count,
            ),
            clock=RecordingClock(
                time_base=timeline.time_base,
                frame_rate=timeline.frame_rate or Fraction(25),
                canvas=analysis.canvas,
                start_timecode=timeline.start_timecode,
                drop_frame=timeline.drop_frame,
                variable_rate=timeline.variable_rate or timeline.frame_rate is None,
            ),
            runs=runs,
            gaps=tuple((timeline.seconds(start), timeline.seconds(end)) for start, end in analysis.gaps),
            has_sound=analysis.has_sound,
            has_captions=analysis.has_captions,
            planned_at=self.clock.now(),
        )

    async def _laid(
        self, work: Work, planned: PlannedSegment
    ) -> tuple[LaidSegment | None, RecordingClock | None]:
        """Return where the segment lies, and the clock; None where this generation goes without it."""
        while True:
            state = await self.recordings.get(work.asset_id)
            if state is None or state.work.generation != work.generation:
                return None, None
            laid = state.layout.laid.get(planned.sequence)
            if laid is not None or planned.sequence in state.aside or state.laid_out:
                return laid, state.clock
            await self._note_place(state, planned)

    async def _note_place(self, state: RecordingState, planned: PlannedSegment) -> None:
        """Note where the segment lies, unless the recording has changed since `state` was read.

        Raises Busy while that depends on segments that may still come.
        """
        layout = state.layout if state.clock else Layout(planned.clock.grid)
        laid = layout.lay(planned.extent, waited=await self._waited(state, planned))
        if laid is not None:
            clock = state.clock or planned.clock.counted_from(laid.start)
            await self.recordings.lay(state, laid, clock)
        elif planned.sequence < max(layout.laid, default=-1):
            await self.recordings.set_aside(state, planned.sequence)
        else:
            raise Busy(say("segments_before", "segments before it may still come"), _LOOK_SECONDS)

    async def _waited(self, state: RecordingState, planned: PlannedSegment) -> bool:
        """Return whether no segment before it is waited for any longer: those that have come are longest."""
        waited = self.clock.now() - planned.planned_at
        if waited >= _PATIENCE_WITH_WORK:
            return True
        if state.closed is None and waited < self.patience:
            return False
        numbers = {one.sequence for one in await self.recordings.sources(state.work.asset_id)}
        if state.closed is not None:
            last, missing = state.closed.last_sequence, state.closed.missing_count
            if sum(number <= last for number in numbers) < last + 1 - missing:
                return False
        before = {number for number in numbers if number < planned.sequence}
        return before <= {*state.usable, *state.given_up}


def _chunk(work: Work, planned: PlannedSegment, laid: LaidSegment, clock: RecordingClock) -> Fact:
    """Return the segment as a chunk; its work has the clock as far as this segment."""
    span = clock.span(laid.start, laid.end, laid.first_frame, laid.end_frame)
    sequence = laid.sequence
    chunk = ChunkPlanned(
        work=work_on_clock(work, clock.timeline(laid.end, laid.end_frame, has_gaps=True)),
        chunk_id=chunk_id(work.asset_id, sequence, span.start_pts),
        index=sequence,
        span=span_message(span),
        discontinuity=sequence,
        source=planned.ingested.object,
        container=planned.ingested.container,
        plan=planned.table,
        segment=SegmentClock(
            time_base=ratio_message(planned.clock.time_base),
            canvas_width=clock.canvas[0],
            canvas_height=clock.canvas[1],
        ),
    )
    identity = derived_id(work.asset_id, fact_type(chunk).type, f"{work.generation}/{sequence}")
    return Fact(chunk, id=identity)
