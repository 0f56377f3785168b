"""What is kept of an asset: observation sets, face tracks, and who the tracks are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from framewell_inference.domain.identity import Identity
from framewell_inference.domain.tracks import FaceTrack
from framewell_kit.rights_decisions import Passages
from framewell_models.manifest import ModelRef


@dataclass(frozen=True, slots=True)
class ChunkKey:
    """A chunk of an asset, or its sound (`chunk_id` empty, `index` -1)."""

    asset_id: str
    chunk_id: str
    index: int
    generation: int
    start_pts: int
    end_pts: int
    withheld: Passages
    """Passages of it that were not looked at, for want of right."""
    series: str = ""
    """Series of its asset; empty for none."""
    channel: str = ""
    """Channel of its asset; empty for none."""
    asked_at: float = 0.0
    """When its asset was asked for, seconds since 1970; 0 where nobody said."""

    @property
    def looked_at(self) -> Passages:
        """Return the passages of which something may have been seen."""
        return Passages.of([(self.start_pts, self.end_pts)]) - self.withheld


@dataclass(frozen=True, slots=True)
class StoredSet:
    """One kept observation set."""

    id: str
    position: str
    """Sorts the sets of an asset by chunk and analyser; the sound comes first."""
    asset_id: str
    chunk_id: str
    generation: int
    looked_at: Passages
    """Passages of the asset of which it may show something."""
    analyser: str
    model: ModelRef
    object_key: str
    vectors_key: str
    """Empty when the analyser makes no vectors."""
    count: int
    beside: bool = False
    """Whether it has the observations of another set, and only its vectors are its own."""

    def shows(self, passages: Passages) -> bool:
        """Return whether it may show something of these passages."""
        return any(passages.within(start, end) for start, end in self.looked_at.intervals)

    @property
    def keys(self) -> list[str]:
        """Return the keys of its objects."""
        return [key for key in (self.object_key, self.vectors_key) if key]


@dataclass(frozen=True, slots=True)
class StoredTracks:
    """The face tracks of one chunk and where their vectors lie."""

    asset_id: str
    chunk_id: str
    index: int
    embedding: ModelRef
    vectors_key: str
    tracks: tuple[FaceTrack, ...]
    series: str = ""
    channel: str = ""
    asked_ms: int = 0
    """When the asset was asked for, milliseconds since 1970; 0 where nobody said."""


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
