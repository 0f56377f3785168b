"""The job that ends a recording: its set of segments in, its final clock, and what is missing, out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from fractions import Fraction
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import MediaIndex, MediaIndexChunk, Work
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import chunk_id, derived_id
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import failed
from framewell_kit.outcomes import Busy
from framewell_media.messages import clock_messages, span_message
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_transcode.domain.outcomes import silent
from framewell_transcode.domain.plans import INDEX_SUFFIX, INDEX_TYPE, work_on_clock
from framewell_transcode.domain.recordings import RecordingClock, RecordingState
from framewell_transcode.ports.assets import AssetProgressRepository, WorkQueue
from framewell_transcode.ports.processors import SegmentProcessor
from framewell_transcode.ports.recordings import RecordingRepository
from framewell_transcode.transcoding.missing import cut_segment

_LOOK_SECONDS: Final = 0.3
_GIVEN_UP: Final = timedelta(minutes=10)
"""So long after the end of a recording the work on its segments is waited for, whatever became of it."""


@dataclass(frozen=True, slots=True)
class CompleteRecording:
    """Make an asset like any other of a recording: a plan with a chunk for every segment, and one sound.

    Segments that never came, or could not be read, are chunks that were given up. Raises Busy until every
    segment that is expected is laid or given up, and its sound is there. Running again does the same.
    """

    recordings: RecordingRepository
    processor: SegmentProcessor
    objects: Objects
    progress: AssetProgressRepository
    references: ObjectReferences
    queue: WorkQueue
    clock: Clock

    async def __call__(self, work: Work, cause: Cause) -> Sequence[Outgoing]:
        state = await self.recordings.get(work.asset_id)
        if state is None or state.closed is None or state.work.generation != work.generation:
            return []
        state = await self._laid_out(state)
        clock = state.clock
        if clock is None:
            return []
        index = _index(state, clock)
        plan = await self.objects.put(
            index.SerializeToString(deterministic=True), media_type=INDEX_TYPE, suffix=INDEX_SUFFIX
        )
        await self.references.hold(work.asset_id, [plan])
        await self.progress.expect(index.work, plan, len(index.chunks))
        missing = [
            _given_up(index, chunk, state) for chunk in index.chunks if chunk.index not in state.layout.laid
        ]
        sounds = [state.sounds[number] for number in sorted(state.sounds)]
        heard = [sound for sound in sounds if sound is not None]
        if not heard:
            return [*missing, silent(index.work)]
        joined = await self.processor.join(heard)
        await self.references.hold(work.asset_id, [joined])
        await self.queue.extract_audio(AssetIngested(work=index.work, original=joined), cause)
        return missing

    async def _laid_out(self, state: RecordingState) -> RecordingState:
        """Return the recording with its final layout. Raises Busy until everything for it has come."""
        closed = state.closed
        if state.laid_out or closed is None:
            return state
        expected = closed.last_sequence + 1 - closed.missing_count
        lost = state.closed_at is not None and self.clock.now() - state.closed_at >= _GIVEN_UP
        if state.known < expected and not lost:
            raise Busy(f"{expected - state.known} segments of the recording are not laid yet", _LOOK_SECONDS)
        waiting = len(set(state.layout.laid) - set(state.sounds))
        if waiting and not lost:
            raise Busy(f"the sound of {waiting} segments is not taken out yet", _LOOK_SECONDS)
        if not await self.recordings.lay_out(state):
            raise Busy("a segment came while the recording was laid out", _LOOK_SECONDS)
        return state


def _index(state: RecordingState, clock: RecordingClock) -> MediaIndex:
    """Return the plan of the recording: one chunk for every segment, whether it came or not."""
    assert state.closed is not None
    work, layout = state.work, state.layout
    last = max(state.closed.last_sequence, *layout.laid)
    spans = list(layout.spans(last))
    end, frames = spans[-1][2], spans[-1][4]
    timeline = clock.timeline(end, frames, has_gaps=len(layout.laid) <= last)
    chunks = []
    for sequence, start, until, first_frame, end_frame in spans:
        span = clock.span(start, until, first_frame, end_frame)
        chunks.append(
            MediaIndexChunk(
                chunk_id=chunk_id(work.asset_id, sequence, span.start_pts),
                index=sequence,
                span=span_message(span),
                discontinuity=sequence,
            )
        )
    cut = [cut_segment(laid.sequence) for laid in layout.laid.values() if laid.is_cut]
    whole = SourceClock((ClockRun(Fraction(0), end, Fraction(0), None),))
    return MediaIndex(
        work=work_on_clock(work, timeline), chunks=chunks, missing=cut, clock=clock_messages(whole)
    )


def _given_up(index: MediaIndex, chunk: MediaIndexChunk, state: RecordingState) -> Fact:
    """Return a segment that nothing was made of as a chunk that was given up."""
    sequence = chunk.index
    broken = state.given_up.get(sequence)
    reason = (
        f"segment {sequence} of the recording could not be used. {broken}"
        if broken
        else f"segment {sequence} of the recording never came."
    )
    fact = ChunkTranscoded(
        work=index.work,
        chunk_id=chunk.chunk_id,
        index=sequence,
        span=chunk.span,
        outcome=failed("segment_unreadable" if broken else "segment_missing", reason),
    )
    kind = fact_type(fact).type
    return Fact(fact, id=derived_id(index.work.asset_id, kind, f"{index.work.generation}/{sequence}"))
