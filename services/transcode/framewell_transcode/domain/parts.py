"""An asset being put together: what has come of it and where it stands. Plain values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.asset.v1.asset_pb2 import AssetTranscoded
from framewell.audio.v1.audio_pb2 import AudioExtracted
from framewell.chunk.v1.chunk_pb2 import ChunkTranscoded
from framewell.media.v1.media_pb2 import ObjectRef, Work
from framewell_contracts.sentences import say, worded
from framewell_kit.outcome_messages import is_done, reason_of

GIVEN_UP: Final = say("given_up", "It was given up.")


@dataclass(frozen=True, slots=True)
class ChunkPart:
    """What stitching and queries need of a chunk; sixty-four of them fit into one small document."""

    index: int
    given_up: str = ""
    """Why nothing was made of it, a sentence; empty when something was, and then the keys below are set."""
    header: str = ""
    segment: str = ""
    segment_bytes: int = 0
    frames: str = ""
    scores: str = ""
    missing_pictures: int = 0
    withheld: str = ""
    """Why it is not analysed, or not all of it: a sentence."""

    @property
    def made(self) -> bool:
        """Return whether the chunk was transcoded."""
        return not self.given_up


@dataclass(frozen=True, slots=True)
class CompleteAsset:
    """A generation of an asset of which everything has come, done or given up."""

    work: Work
    plan: ObjectRef
    """A stored MediaIndex: every planned chunk, and what the file itself lacks."""
    chunks: tuple[ChunkPart, ...]
    """In order of their index, one for each planned chunk."""
    audio: AudioExtracted


@dataclass(frozen=True, slots=True)
class AssetState:
    """The newest planned generation of an asset."""

    work: Work
    plan: ObjectRef
    chunk_count: int
    end: AssetTranscoded | None
    """How it ended, None while it has not."""
    chunks_failed: int
    """Chunks that were given up; known once it has ended."""


def part_of(chunk: ChunkTranscoded) -> ChunkPart:
    """Return what is kept of a transcoded chunk."""
    if not is_done(chunk.outcome):
        return ChunkPart(chunk.index, given_up=reason_of(chunk.outcome.failed) or GIVEN_UP)
    return ChunkPart(
        index=chunk.index,
        header=chunk.proxy_header.key,
        segment=chunk.proxy_segment.key,
        segment_bytes=chunk.proxy_segment.size,
        frames=chunk.frames.key,
        scores=chunk.shot_scores.key,
        missing_pictures=len(chunk.missing_pts),
        withheld=worded(chunk.withheld, chunk.withheld_wording),
    )
