"""What is kept of every asset: observations, face tracks, and who the tracks are."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from framewell.chunk.v1.chunk_pb2 import AnalyserResult, VectorsBeside
from framewell.inference.v1.inference_pb2 import ObservationSet
from framewell.media.v1.media_pb2 import ObjectRef
from framewell.recognition.v1.recognition_pb2 import RecognitionChanges
from framewell_inference.domain.forgetting import Forgotten
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.observations import Findings
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.postings import PostingSet, PostingTable
from framewell_inference.domain.stored import ChunkKey, ChunkPostings, Posting, StoredSet, StoredTracks
from framewell_inference.domain.tracks import FaceTrack
from framewell_kit.paging import Page, PageRequest
from framewell_models.manifest import ModelRef


class ObservationRepository(Protocol):
    """Observation sets and their vectors, kept once per chunk, analyser and model version."""

    async def keep(
        self,
        findings: Findings,
        key: ChunkKey,
        forgotten: Forgotten,
        *,
        look: str = "",
        beside: bool = False,
    ) -> AnalyserResult:
        """Write objects, then the document that names them; texts with a forgotten name are left out.

        The same findings again change nothing. A newer generation replaces an older one. `look` names what
        was looked at by what, so that nobody looks twice; empty where that is not known. A set `beside` has
        the observations of another one and only vectors of its own.
        """
        ...

    async def looks(self, chunk_id: str) -> Mapping[str, StoredSet]:
        """Return what was kept of every look at a chunk that has a name, in whichever generation."""
        ...

    def sets(
        self, asset_id: str, analysers: Sequence[str] = (), *, after: StoredSet | None = None
    ) -> AsyncIterator[StoredSet]:
        """Yield the sets of an asset behind `after` in order of chunk and analyser, read in batches.

        Sets of all analysers when none is named.
        """
        ...

    async def sets_of(self, asset_id: str, chunk_id: str) -> Sequence[StoredSet]:
        """Return the sets of one chunk, or those of the sound (no chunk)."""
        ...

    async def get(self, set_id: str) -> StoredSet | None:
        """Return a set by its id."""
        ...

    async def of_chunk(self, chunk_id: str, analyser: str, model: ModelRef) -> StoredSet | None:
        """Return what that model version observed in a chunk, by the newest generation."""
        ...

    async def named(self, set_ids: Collection[str]) -> Mapping[str, StoredSet]:
        """Return those of the sets that are there, by id."""
        ...

    async def read(self, stored: StoredSet) -> ObservationSet:
        """Return the observations of a set."""
        ...

    async def beside(self, sets: Iterable[StoredSet]) -> Sequence[VectorsBeside]:
        """Return the vectors of those sets that lie beside another one, by embedding.

        Raises NotFound when they are being rewritten or taken away.
        """
        ...

    async def vectors(self, stored: StoredSet) -> Float:
        """Return the vectors of a set, [rows, dimensions]."""
        ...

    async def result_of(self, stored: StoredSet) -> AnalyserResult:
        """Return a kept set as the result that named it. Raises NotFound when its objects are gone."""
        ...

    def with_texts(self) -> AsyncIterator[StoredSet]:
        """Yield every set of the archive in which something is written or said, read in batches."""
        ...

    async def without_names(self, stored: StoredSet, forgotten: Forgotten) -> int:
        """Rewrite a set without the texts that hold a forgotten name; return how many went."""
        ...

    async def without_vectors(self, chunk_id: str, model: ModelRef, rows: Collection[int]) -> None:
        """Rewrite what a model described in a chunk so that nothing is left of these rows of vectors."""
        ...

    async def drop(self, stored: StoredSet) -> None:
        """Delete a set and its objects."""
        ...

    async def sweep(self, asset_id: str, used: Collection[str]) -> int:
        """Delete objects of sets and vectors that no set of the asset names, nor `used`; return how many."""
        ...

    async def forget(self, asset_id: str) -> int:
        """Delete all sets of an asset, with their objects, and return how many that were."""
        ...


class FaceTrackRepository(Protocol):
    """Face tracks with their vectors, ready to be named anew without looking at a picture."""

    async def keep(self, key: ChunkKey, result: AnalyserResult, tracks: Sequence[FaceTrack]) -> bool:
        """Insert the tracks of a chunk, once per embedding version; return whether other, older ones went."""
        ...

    async def chunk(self, chunk_id: str, embedding: ModelRef) -> StoredTracks | None:
        """Return the tracks of a chunk in that embedding's space."""
        ...

    def chunks(self, embedding: ModelRef, *, asset_id: str | None = None) -> AsyncIterator[StoredTracks]:
        """Yield every chunk with tracks in that embedding's space, in no order of meaning, read in batches.

        Of one asset every chunk in order of time, in another space where it is not described in that one.
        """
        ...

    def unclustered(self) -> AsyncIterator[StoredTracks]:
        """Yield every chunk whose tracks have not been put into clusters as they are now, in all spaces."""
        ...

    async def clustered(self, stored: StoredTracks) -> None:
        """Note that the tracks of a chunk are in clusters, unless they were changed since they were read."""
        ...

    async def vectors(self, stored: StoredTracks) -> Float:
        """Return the vectors that the tracks' rows point into."""
        ...

    async def in_chunks(self, chunk_ids: Sequence[str], embedding: ModelRef) -> Sequence[StoredTracks]:
        """Return the tracks of those of the chunks that have them in that embedding's space."""
        ...

    async def of_chunk(self, chunk_id: str) -> Sequence[StoredTracks]:
        """Return the tracks of a chunk in the spaces of all embeddings."""
        ...

    async def without_vectors(self, stored: StoredTracks, numbers: Collection[int]) -> None:
        """Take the vectors of these tracks away: they have no rows, and the rows hold nothing, any more."""
        ...

    async def drop(self, stored: StoredTracks) -> None:
        """Delete the tracks of one chunk in one space, unless they were changed since."""
        ...

    async def vector_keys(self, asset_id: str) -> frozenset[str]:
        """Return the keys of all vectors that the tracks of an asset point into."""
        ...

    async def forget(self, asset_id: str, chunk_id: str | None = None) -> int:
        """Delete the tracks of an asset, or of one of its chunks; return how many documents that were."""
        ...


@dataclass(frozen=True, slots=True)
class Switch:
    """An identity model that went into service, when, and how long the archive took to be named anew."""

    model: ModelRef
    previous: ModelRef | None
    at: datetime
    seconds: float


class RecognitionChangeRepository(Protocol):
    """What re-labellings changed, as objects that facts name."""

    async def keep(self, name: str, changes: RecognitionChanges, switch: Switch) -> ObjectRef:
        """Store what one re-labelling changed; done again, it replaces what it was before."""
        ...

    async def page(self, class_id: str, page: PageRequest) -> Page[tuple[Switch, RecognitionChanges]]:
        """Return a page of switches, newest first, that changed a class (empty: any). Raises Rejected."""
        ...

    async def forget_class(self, class_id: str) -> int:
        """Delete what names a class and return how many re-labellings that were."""
        ...


class PostingRepository(Protocol):
    """Who each face track is by one model version: a posting set, complete before it is switched to."""

    async def post(self, model: ModelRef, stored: StoredTracks, identities: Sequence[Identity]) -> None:
        """Insert the postings of one chunk, once."""
        ...

    async def of_chunks(self, model: ModelRef, chunk_ids: Sequence[str]) -> Mapping[str, Sequence[Posting]]:
        """Return the postings by chunk id of those chunks that have theirs for this version."""
        ...

    async def write(self, model: ModelRef, tables: Sequence[PostingTable]) -> None:
        """Keep the postings of a re-labelling in the place of those that it wrote before for this version."""
        ...

    async def kept(self, model: ModelRef) -> PostingSet:
        """Return all postings by a version."""
        ...

    async def prune(self, name: str, keep: Collection[ModelRef]) -> int:
        """Delete the postings by all other versions of a model, and return how many versions that were.

        What they took for somebody stays known to `of_class`.
        """
        ...

    async def forget(self, asset_id: str, chunk_id: str | None = None) -> int:
        """Delete the postings of an asset, or of one of its chunks; return how many documents that were."""
        ...

    def of_class(self, class_id: str) -> AsyncIterator[ChunkPostings]:
        """Yield the postings, of all versions, of the chunks in which some track was taken for a class.

        A track is taken for a class when it is known as one of it, or a person is asked whether it is.
        """
        ...

    async def forget_class(self, class_id: str) -> int:
        """Make every track of a class unknown, in all versions, and return how many tracks that were."""
        ...
