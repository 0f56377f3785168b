"""What is kept of an asset: observation sets, face tracks, and who the tracks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell_inference.domain.identity import Identity
from framewell_inference.domain.tracks import FaceTrack
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """A chunk of an asset, or its sound (`chunk_id` empty, `index` -1)."""

    asset_id: str
    chunk_id: str
    index: int
    generation: int


@dataclass(frozen=True, slots=True)
class StoredSet:
    """One kept observation set."""

    id: str
    position: str
    """Sorts the sets of an asset by chunk and analyser; the sound comes first."""
    asset_id: str
    chunk_id: str
    analyser: str
    model: ModelRef
    object_key: str
    vectors_key: str
    """Empty when the analyser makes no vectors."""
    count: int


@dataclass(frozen=True, slots=True)
class StoredTracks:
    """The face tracks of one chunk and where their vectors lie."""

    asset_id: str
    chunk_id: str
    index: int
    embedding: ModelRef
    vectors_key: str
    tracks: tuple[FaceTrack, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """Who one track of a chunk is by one model version."""

    track: int
    identity: Identity


@dataclass(frozen=True, slots=True)
class ChunkPostings:
    """Who the tracks of one chunk are by one model version."""

    asset_id: str
    chunk_id: str
    postings: Sequence[Posting]
