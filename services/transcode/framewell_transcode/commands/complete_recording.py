"""The job that ends a recording: its set of segments in, its final clock, and what is missing, out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from fractions import Fraction
from itertools import groupby
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import MediaIndex, MediaIndexChunk, Work
from framewell.recording.v1.recording_pb2 import RecordingMoved
from framewell_contracts.fact_types import fact_type
from framewell_contracts.identity import chunk_id, derived_id, fan_in_id
from framewell_contracts.missing import missing_of
from framewell_contracts.sentences import listed, say, wordings_of
from framewell_kit.clock import Clock
from framewell_kit.facts import Cause, Fact, Outgoing
from framewell_kit.object_references import ObjectReferences
from framewell_kit.objects.protocol import Objects
from framewell_kit.outcome_messages import failed
from framewell_kit.outcomes import Busy
from framewell_media.messages import clock_messages, span_message, timeline_value
from framewell_media.source_clock import ClockRun, SourceClock
from framewell_transcode.domain.outcomes import rejected, silent
from framewell_transcode.domain.plans import INDEX_SUFFIX, INDEX_TYPE, work_on_clock
from framewell_transcode.domain.recording_layout import Layout, Stretch
from framewell_transcode.domain.recordings import (
    WORK_FAILED,
    PlannedSegment,
    RecordingClock,
    RecordingState,
    laid_out,
)
from framewell_transcode.ports.assets import AssetProgressRepository, WorkQueue
from framewell_transcode.ports.processors import SegmentProcessor
from framewell_transcode.ports.recordings import RecordingRepository
from framewell_transcode.steps.read_segment_captions import ReadSegmentCaptions
from framewell_transcode.transcoding.missing import missing_chunks, missing_span

_LOOK_SECONDS: Final = 0.3
_GIVEN_UP: Final = timedelta(minutes=10)
"""So long after the end of a recording the work on its segments is waited for, whatever became of it."""


@dataclass(frozen=True, slots=True)
class CompleteRecording:
    """Make an asset like any other of a recording: a plan with a chunk for every segment, and one sound.

    Its clock is a function of the set of segments (`recordings.laid_out`). Where it turns out to be another
    one than the segments were worked on by, since some came late, recording.moved asks for the next
    generation. Segments that never came, or could not be read, are chunks that were given up. Raises Busy
    until every segment that is expected is laid or given up, and its sound is there. Running again does the
    same.
    """

    recordings: RecordingRepository
    processor: SegmentProcessor
    objects: Objects
    progress: AssetProgressRepository
    references: ObjectReferences
    queue: WorkQueue
    read_captions: ReadSegmentCaptions
    clock: Clock

    async def __call__(self, work: Work, cause: Cause) -> Sequence[Outgoing]:
        state = await self.recordings.get(work.asset_id)
        if state is None or state.closed is None or state.work.generation != work.generation:
            return []
        state = await self._laid_out(state)
        plans = await self.recordings.plans(work.asset_id)
        segments = [one for one in plans if one.sequence in state.usable]
        state = await self._with_lost(state)
        if not segments:
            return [_unreadable(state)]
        clock, layout = laid_out(segments)
        if (clock, layout.laid) != (state.clock, state.layout.laid):
            return [_moved(state, layout)]
        self._check_sounds(state)
        index = _index(state, clock, layout, segments)
        if not clock.has_pictures:
            index = _without_chunks(index, layout, state)
        captions, unread = await self.read_captions(segments, layout)
        index.captions.extend(captions)
        index.missing.extend(unread)
        index.missing_wordings.extend(wordings_of(unread))
        plan = await self.objects.put(
            index.SerializeToString(deterministic=True), media_type=INDEX_TYPE, suffix=INDEX_SUFFIX
        )
        await self.references.hold(work.asset_id, [plan, *(track.cues for track in captions)])
        await self.progress.expect(index.work, plan, len(index.chunks))
        missing = [chunk for chunk in index.chunks if chunk.index not in layout.laid]
        given_up = [_given_up(index, *one) for one in _with_reasons(missing, state)]
        heard = [sound for _, sound in sorted(state.sounds.items()) if sound is not None]
        if not heard:
            return [*given_up, silent(index.work)]
        joined = await self.processor.join(heard)
        await self.references.hold(work.asset_id, [joined])
        await self.queue.extract_audio(AssetIngested(work=index.work, original=joined), cause)
        return given_up

    async def _laid_out(self, state: RecordingState) -> RecordingState:
        """Return the recording once nothing more is laid. Raises Busy until everything for it has come."""
        closed = state.closed
        if state.laid_out or closed is None:
            return state
        expected = closed.last_sequence + 1 - closed.missing_count
        if state.known < expected and not self._is_lost(state):
            raise Busy(
                say(
                    "segments_not_laid",
                    "{count} segments of the recording are not laid yet",
                    count=expected - state.known,
                ),
                _LOOK_SECONDS,
            )
        if not await self.recordings.lay_out(state):
            raise Busy(
                say("segment_while_laying", "a segment came while the recording was laid out"), _LOOK_SECONDS
            )
        return state

    async def _with_lost(self, state: RecordingState) -> RecordingState:
        """Return the recording with every segment given up that came and was not worked on in time."""
        came = {one.sequence for one in await self.recordings.sources(state.work.asset_id)}
        lost = dict.fromkeys(came - state.usable - state.given_up.keys(), WORK_FAILED)
        return replace(state, given_up={**lost, **state.given_up})

    def _check_sounds(self, state: RecordingState) -> None:
        """Raise Busy until the sound of every segment is taken out."""
        waiting = len(state.layout.laid.keys() - state.sounds.keys())
        if waiting and not self._is_lost(state):
            raise Busy(
                say("sound_waits", "the sound of {count} segments is not taken out yet", count=waiting),
                _LOOK_SECONDS,
            )

    def _is_lost(self, state: RecordingState) -> bool:
        return state.closed_at is not None and self.clock.now() - state.closed_at >= _GIVEN_UP


def _moved(state: RecordingState, layout: Layout) -> Fact:
    """Return the fact that asks for the next generation, in which every segment lies where it belongs."""
    laid = state.layout.laid
    count = sum(laid.get(number) != place for number, place in layout.laid.items())
    moved = RecordingMoved(work=state.work, segment_count=count)
    identity = fan_in_id(state.work.asset_id, fact_type(moved).type, state.work.generation)
    return Fact(moved, id=identity)


def _unreadable(state: RecordingState) -> Fact:
    """Return the end of a recording of which not one segment can be planned."""
    nothing = say("recording.nothing", "Not one segment of the recording can be read.")
    detail = listed([nothing, *([state.given_up[min(state.given_up)]] if state.given_up else [])])
    fact = rejected(AssetIngested(work=state.work), "unreadable", detail)
    kind = fact_type(fact).type
    return Fact(fact, id=fan_in_id(state.work.asset_id, kind, state.work.generation))


def _index(
    state: RecordingState, clock: RecordingClock, layout: Layout, segments: Sequence[PlannedSegment]
) -> MediaIndex:
    """Return the plan of the recording: one chunk for every segment, whether it came or not."""
    assert state.closed is not None
    work = state.work
    stretches = list(layout.stretches(max(state.closed.last_sequence, *layout.laid)))
    end, frames = stretches[-1].end, stretches[-1].end_frame
    holes = [_hole(one, clock) for one in stretches if one.is_gap]
    for one in segments:
        start = layout.laid[one.sequence].start
        holes += [(start + begin, start + until, 0, 0) for begin, until in one.gaps]
    has_gaps = bool(holes) or any(one.laid is None for one in stretches)
    timeline = clock.timeline(end, frames, has_gaps=has_gaps)
    whole = SourceClock((ClockRun(Fraction(0), end, Fraction(0), None),))
    chunks = [_chunk(work, clock, one) for one in stretches if not one.is_gap]
    missing = [
        missing_span(span_message(clock.span(*hole)), timeline, of="recording") for hole in sorted(holes)
    ]
    return MediaIndex(
        work=work_on_clock(work, timeline),
        chunks=chunks,
        missing=missing,
        missing_wordings=wordings_of(missing),
        clock=clock_messages(whole),
    )


def _hole(gap: Stretch, clock: RecordingClock) -> tuple[Fraction, Fraction, int, int]:
    """Return start, end, first frame and the frame behind a gap, without numbers left inside a segment."""
    frames = round((gap.end - gap.start) * clock.frame_rate)
    return gap.start, gap.end, max(gap.first_frame, gap.end_frame - frames), gap.end_frame


def _without_chunks(index: MediaIndex, layout: Layout, state: RecordingState) -> MediaIndex:
    """Return the plan of sound alone, which has no chunks that could be given up."""
    timeline, missing = timeline_value(index.work.timeline), missing_of(index)
    lost = [chunk for chunk in index.chunks if chunk.index not in layout.laid]
    for reason, group in groupby(_with_reasons(lost, state), lambda one: one[2]):
        missing.append(missing_chunks([chunk.span for chunk, _, _ in group], timeline, reason))
    return MediaIndex(
        work=index.work, missing=missing, missing_wordings=wordings_of(missing), clock=index.clock
    )


def _chunk(work: Work, clock: RecordingClock, one: Stretch) -> MediaIndexChunk:
    span = clock.span(one.start, one.end, one.first_frame, one.end_frame)
    return MediaIndexChunk(
        chunk_id=chunk_id(work.asset_id, one.sequence, span.start_pts),
        index=one.sequence,
        span=span_message(span),
        discontinuity=one.sequence,
    )


def _with_reasons(
    missing: Sequence[MediaIndexChunk], state: RecordingState
) -> Iterator[tuple[MediaIndexChunk, str, str]]:
    """Yield segments that nothing was made of with code and reason; neighbours that never came share one."""
    for place, group in groupby(
        enumerate(missing), lambda one: (one[1].index - one[0], state.given_up.get(one[1].index))
    ):
        chunks, broken = [chunk for _, chunk in group], place[1]
        first, last = chunks[0].index, chunks[-1].index
        for chunk in chunks:
            if broken is None:
                never = say(
                    "segment.never",
                    "{count, plural, one {segment {first}} other {segments {first} to {last}}} of the "
                    "recording never came.",
                    count=last - first + 1,
                    first=first,
                    last=last,
                )
                yield chunk, "segment_missing", never
            else:
                reason = say(
                    "segment.unusable",
                    "segment {number} of the recording could not be used. {why}",
                    number=chunk.index,
                    why=broken,
                )
                yield chunk, "segment_unreadable", reason


def _given_up(index: MediaIndex, chunk: MediaIndexChunk, code: str, reason: str) -> Fact:
    """Return a segment that nothing was made of as a chunk that was given up."""
    fact = ChunkTranscoded(
        work=index.work,
        chunk_id=chunk.chunk_id,
        index=chunk.index,
        span=chunk.span,
        outcome=failed(code, reason),
    )
    kind = fact_type(fact).type
    return Fact(fact, id=derived_id(index.work.asset_id, kind, f"{index.work.generation}/{chunk.index}"))
