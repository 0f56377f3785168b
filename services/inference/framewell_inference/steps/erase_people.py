"""Erase people from what was seen: vectors of faces, tracks taken for them, captions that name them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from framewell_inference.domain.clusters import TrackRef
from framewell_inference.domain.forgetting import Forgotten, ForgottenNames
from framewell_inference.domain.stored import ChunkPostings, StoredTracks
from framewell_inference.ports.repositories import (
    FaceTrackRepository,
    ObservationRepository,
    PostingRepository,
    RecognitionChangeRepository,
)
from framewell_inference.ports.vectors import VectorPacking
from framewell_inference.steps.keep_clusters import KeepClusters
from framewell_kit.name_hashes import NameHashes
from framewell_kit.tombstones import Tombstones, class_subject


@dataclass(frozen=True, slots=True)
class ErasePeople:
    """Erase classes and names, which have their tombstones already. Repeating it finds nothing more."""

    observations: ObservationRepository
    tracks: FaceTrackRepository
    postings: PostingRepository
    changes: RecognitionChangeRepository
    tombstones: Tombstones
    names: NameHashes
    packing: VectorPacking
    clusters: KeepClusters

    async def forgotten(self) -> ForgottenNames:
        """Return the names that were erased so far."""
        return ForgottenNames(self.names, await self.tombstones.of_kind("name"))

    async def erased(self, class_ids: Collection[str]) -> frozenset[str]:
        """Return those of the classes that were erased."""
        subjects = {class_subject(class_id): class_id for class_id in class_ids}
        if not subjects:
            return frozenset()
        return frozenset(subjects[one] for one in await self.tombstones.among(list(subjects)))

    async def of_class(self, class_id: str) -> tuple[int, int, int]:
        """Take away the vectors of every track that any model version, or a person, took for the class, then
        name none so.

        Return how many tracks lost their vectors, how many are named no more, and how many lists of what a
        re-labelling changed went.
        """
        stripped, gone = 0, set[TrackRef]()
        for taken in (self.postings.of_class(class_id), self.clusters.of_class(class_id)):
            async for chunk in taken:
                stripped += await self._strip(chunk, class_id)
                gone |= await self._refs(chunk, class_id)
        await self.clusters.without_tracks(gone)  # at once: a cluster is counted anew as a whole
        await self.clusters.forget_class(class_id)
        await self.packing.purge()
        unnamed = await self.postings.forget_class(class_id)
        return stripped, unnamed, await self.changes.forget_class(class_id)

    async def of_tracks(self, chunk: ChunkPostings, class_id: str) -> int:
        """Take away the vectors of those tracks of a chunk that were taken for the class; return how many.

        What is searched holds them until the caller has it purged.
        """
        stripped = await self._strip(chunk, class_id)
        await self.clusters.without_tracks(await self._refs(chunk, class_id))
        return stripped

    async def _strip(self, chunk: ChunkPostings, class_id: str) -> int:
        numbers, stripped = _taken(chunk, class_id), set[int]()
        while described := await self._described(chunk.chunk_id, numbers):  # in every space, a newer one too
            for stored, rows in described:
                await self.observations.without_vectors(chunk.chunk_id, stored.embedding, rows)
                await self.tracks.without_vectors(stored, numbers)
                stripped |= {one.number for one in stored.tracks if one.number in numbers and one.rows}
        await self.sweep(chunk.asset_id)
        return len(stripped)

    async def _refs(self, chunk: ChunkPostings, class_id: str) -> set[TrackRef]:
        """Return the tracks taken for a class as each embedding has them."""
        return {
            TrackRef(str(stored.embedding), chunk.chunk_id, number)
            for stored in await self.tracks.of_chunk(chunk.chunk_id)
            for number in _taken(chunk, class_id)
        }

    async def _described(
        self, chunk_id: str, numbers: Collection[int]
    ) -> list[tuple[StoredTracks, frozenset[int]]]:
        """Return the tracks of a chunk in each space with the rows of those of these numbers, if any."""
        found = [
            (
                stored,
                frozenset(row for track in stored.tracks if track.number in numbers for row in track.rows),
            )
            for stored in await self.tracks.of_chunk(chunk_id)
        ]
        return [(stored, rows) for stored, rows in found if rows]

    async def of_names(self) -> int:
        """Take every text of the archive away in which a forgotten name stands; return how many went."""
        forgotten, removed = await self.forgotten(), 0
        async for stored in self.observations.with_texts():
            if texts := await self.observations.without_names(stored, forgotten):
                removed += texts
                await self.sweep(stored.asset_id)
        return removed

    async def of_names_in(self, asset_id: str, forgotten: Forgotten) -> None:
        """Take the texts of one asset away in which a forgotten name stands."""
        async for stored in self.observations.sets(asset_id):
            await self.observations.without_names(stored, forgotten)
        await self.sweep(asset_id)

    async def sweep(self, asset_id: str) -> None:
        """Delete what an asset holds of vectors and observations that were rewritten."""
        await self.observations.sweep(asset_id, await self.tracks.vector_keys(asset_id))


def _taken(chunk: ChunkPostings, class_id: str) -> set[int]:
    return {one.track for one in chunk.postings if one.identity.is_taken_for(class_id)}
