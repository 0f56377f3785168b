"""What is planned for an asset: the analysis of its original, its chunks as facts, and its index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned
from framewell.media.v1 import media_pb2
from framewell_contracts.identity import chunk_id
from framewell_contracts.sentences import wordings_of
from framewell_media.messages import clock_messages, span_message, timeline_message
from framewell_media.source_clock import SourceClock
from framewell_media.timeline import Span, Timeline, still_timeline
from framewell_transcode.domain.sound import SOUND_RATE

INDEX_TYPE: Final = "application/x-protobuf"
INDEX_SUFFIX: Final = ".binpb"


@dataclass(frozen=True, slots=True)
class PlannedChunk:
    """One chunk of a plan."""

    discontinuity: int
    """Index of the run of unbroken clock it lies in, from 0."""
    span: Span
    byte_range: tuple[int, int] | None
    """First byte and number of bytes of its packets in the original; None when not known."""


@dataclass(frozen=True, slots=True)
class SourceAnalysis:
    """What the demux pass found out: the clock and the chunks."""

    container: str
    timeline: Timeline
    chunks: tuple[PlannedChunk, ...]
    has_sound: bool
    gaps: tuple[tuple[int, int], ...] = ()
    """Start and end pts of every span for which the file has no pictures although its clock runs on."""
    clock: SourceClock | None = None
    """How the file's clock maps to the asset's; None without moving pictures."""
    canvas: tuple[int, int] = (0, 0)
    """Width and height that its pictures are fitted into; zeros without moving pictures."""
    has_captions: bool = False
    """Whether there are captions inside the pictures."""


def work_on_clock(work: media_pb2.Work, timeline: Timeline) -> media_pb2.Work:
    """Return the work with its clock."""
    clocked = media_pb2.Work()
    clocked.CopyFrom(work)
    clocked.timeline.CopyFrom(timeline_message(timeline))
    return clocked


def index_of(
    work: media_pb2.Work,
    analysis: SourceAnalysis,
    missing: Sequence[str],
    *,
    captions: Sequence[media_pb2.CaptionTrack] = (),
    original: media_pb2.ObjectRef,
    table: media_pb2.ObjectRef | None,
) -> media_pb2.MediaIndex:
    """Return the plan of an asset: its index before there are shots.

    `work` has the clock; `missing` are sentences on what the file itself lacks; `table` is the stored frame
    table of the original, None for a still and for sound alone.
    """
    chunks = [
        media_pb2.MediaIndexChunk(
            chunk_id=chunk_id(work.asset_id, chunk.discontinuity, chunk.span.start_pts),
            index=index,
            span=span_message(chunk.span),
            discontinuity=chunk.discontinuity,
        )
        for index, chunk in enumerate(analysis.chunks)
    ]
    clock = clock_messages(analysis.clock) if analysis.clock is not None else ()
    return media_pb2.MediaIndex(
        work=work,
        chunks=chunks,
        missing=missing,
        missing_wordings=wordings_of(missing),
        clock=clock,
        original=original,
        frame_table=table,
        captions=captions,
    )


def planned_facts(
    asset: AssetIngested,
    analysis: SourceAnalysis,
    index: media_pb2.MediaIndex,
    table: media_pb2.ObjectRef | None,
) -> list[ChunkPlanned]:
    """Return the chunks of an asset as facts; `table` is the stored frame table, None for a still."""
    return [
        ChunkPlanned(
            work=index.work,
            chunk_id=entry.chunk_id,
            index=entry.index,
            span=entry.span,
            discontinuity=entry.discontinuity,
            source=asset.original,
            container=analysis.container,
            byte_range=_byte_range(chunk),
            plan=table,
        )
        for entry, chunk in zip(index.chunks, analysis.chunks, strict=True)
    ]


def sound_only(seconds: Fraction | float) -> Timeline:
    """Return the clock of an asset without pictures, in the samples of its rendition."""
    return Timeline(Fraction(1, SOUND_RATE), None, 0, round(seconds * SOUND_RATE), 0)


def sound_analysis(container: str) -> SourceAnalysis:
    """Return the analysis of sound alone; its length is known once it is extracted."""
    return SourceAnalysis(container, sound_only(0), (), has_sound=True)


def still_analysis(container: str) -> SourceAnalysis:
    """Return the analysis of a still: one chunk of one picture."""
    timeline = still_timeline()
    span = Span(timeline.start_pts, timeline.end_pts, 0, 1)
    return SourceAnalysis(container, timeline, (PlannedChunk(0, span, None),), has_sound=False)


def _byte_range(chunk: PlannedChunk) -> media_pb2.ByteRange | None:
    if chunk.byte_range is None:
        return None
    offset, length = chunk.byte_range
    return media_pb2.ByteRange(offset=offset, length=length)
