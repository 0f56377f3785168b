"""Where in an asset something was seen, and what is kept of it."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_inference.domain.identity import Identity
from framewell_inference.domain.tracks import FaceTrack
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class Place:
    """A chunk of an asset, or its sound (`chunk_id` empty, `index` -1)."""

    asset_id: str
    chunk_id: str
    index: int
    generation: int


@dataclass(frozen=True, slots=True)
class StoredSet:
    """One kept observation set."""

    chunk_id: str
    index: int
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
class TrackKey:
    """One face track of the whole archive."""

    asset_id: str
    chunk_id: str
    track: int
