"""What was planned for an asset, and what came out of it: plain values."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from framewell.asset.v1.asset_pb2 import AssetIngested
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkPlanned, ChunkTranscoded
from framewell.media.v1 import media_pb2
from framewell_contracts.identity import chunk_id
from framewell_media.messages import span_message, timeline_message
from framewell_media.timeline import Span, Timeline


@dataclass(frozen=True, slots=True)
class PlannedStretch:
    """One chunk of a plan."""

    era: int
    span: Span
    byte_range: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class SourceAnalysis:
    """What the demux pass found out: the clock and the chunks."""

    container: str
    timeline: Timeline
    stretches: tuple[PlannedStretch, ...]
    has_sound: bool
    gaps: tuple[tuple[int, int], ...] = ()
    """Stretches (start and end pts) for which the file has no pictures although its clock runs on."""


@dataclass(frozen=True, slots=True)
class AssetPlan:
    """Everything expected of one generation of an asset."""

    asset_id: str
    generation: int
    kind: media_pb2.MediaKind.ValueType
    lane: int
    timeline: Timeline
    chunks: tuple[ChunkPlanned, ...]
    gaps: tuple[tuple[int, int], ...] = ()

    @property
    def chunk_ids(self) -> tuple[str, ...]:
        """Ids of all chunks, in order."""
        return tuple(chunk.chunk_id for chunk in self.chunks)


@dataclass(frozen=True, slots=True)
class AssetParts:
    """An asset being put together: its plan and what has arrived so far."""

    plan: AssetPlan
    chunks: dict[int, ChunkTranscoded]
    audio: AudioExtracted | None

    @property
    def complete(self) -> bool:
        """Whether every chunk and the sound have come, done or given up."""
        return self.audio is not None and len(self.chunks) == len(self.plan.chunks)


def plan_of(asset: AssetIngested, analysis: SourceAnalysis, table: media_pb2.ObjectRef | None) -> AssetPlan:
    """The chunks of an asset as facts, from the analysis of its original."""
    timeline = timeline_message(analysis.timeline)
    chunks = tuple(
        ChunkPlanned(
            asset_id=asset.asset_id,
            chunk_id=chunk_id(asset.asset_id, stretch.era, stretch.span.start_pts),
            index=index,
            span=span_message(stretch.span),
            source=asset.original,
            container=analysis.container,
            byte_range=_byte_range(stretch),
            plan=table,
            era=stretch.era,
            timeline=timeline,
            lane=asset.lane,
            generation=asset.generation,
            kind=asset.kind,
        )
        for index, stretch in enumerate(analysis.stretches)
    )
    return AssetPlan(
        asset.asset_id, asset.generation, asset.kind, asset.lane, analysis.timeline, chunks, analysis.gaps
    )


def sound_only(seconds: float) -> Timeline:
    """The clock of an asset without pictures, in the samples of its rendition."""
    return Timeline(Fraction(1, 48_000), None, 0, round(seconds * 48_000), 0)


def _byte_range(stretch: PlannedStretch) -> media_pb2.ByteRange | None:
    if stretch.byte_range is None:
        return None
    offset, length = stretch.byte_range
    return media_pb2.ByteRange(offset=offset, length=length)
