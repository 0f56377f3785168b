"""Write down what clusters come to: how many sightings, where and when, and the centres of their vectors."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from framewell_inference.domain.clusters import CENTRE_TRACKS, Sighting, TrackRef, centre_of, track_vector
from framewell_inference.domain.pictures import Float
from framewell_inference.domain.stored import StoredTracks
from framewell_inference.ports.clusters import (
    CentreRepository,
    ClusterDecisionRepository,
    ClusterRepository,
    SightingRepository,
)
from framewell_inference.ports.repositories import FaceTrackRepository
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class SumClusters:
    """Sums follow from the sightings and mergers alone. Repeating anything changes nothing more.

    Whoever takes a vector into a centre looks afterwards whether it is still there: no vector outlives its
    track.
    """

    tracks: FaceTrackRepository
    sightings: SightingRepository
    clusters: ClusterRepository
    centres: CentreRepository
    decisions: ClusterDecisionRepository

    async def recount(self, cluster_ids: Collection[str]) -> None:
        """Write down anew what clusters come to, with their centres; those of which nothing is left go."""
        for cluster_id in sorted(set(cluster_ids)):  # also one that somebody has deleted: its centre may stay
            left = await self._counted_anew(cluster_id)
            for embedding in {*await self.centres.embeddings(cluster_id), *_embeddings(left)}:
                await self.write_centre(cluster_id, embedding)
        gathered = set[str]()
        while roots := {one.root for one in (await self.clusters.named(cluster_ids)).values()} - gathered:
            for root in sorted(roots):
                await self.gather(root)
            gathered |= roots

    async def gather(self, root: str) -> None:
        """Sum up a cluster with its parts; delete it with the decisions about it when nothing is left."""
        summed = await self.clusters.gather(root)
        if summed is None or summed.size:
            return
        for part in summed.parts:
            if await self.sightings.count(part):
                return  # somebody put one in meanwhile, and sums up after us
        if await self.clusters.delete(summed):
            await self.decisions.forget(summed.parts)

    async def write_centre(self, cluster_id: str, embedding: str) -> None:
        """Write a centre anew from the vectors of its first sightings that are there, and still are then."""
        read, written = dict[str, tuple[StoredTracks, Float] | None](), None
        while True:
            vectors, refs = list[Float](), list[TrackRef]()
            async for one in self.sightings.of_clusters([cluster_id]):
                ref = one.of(embedding)
                if ref is None:
                    continue
                if ref.chunk_id not in read:
                    read[ref.chunk_id] = await self._read(ref)
                vector = _vector_of(ref, read[ref.chunk_id])
                if vector is not None:
                    vectors.append(vector)
                    refs.append(ref)
                if len(vectors) == CENTRE_TRACKS:
                    break
            if refs == written:
                return
            await self.centres.put(embedding, cluster_id, centre_of(cluster_id, vectors))
            written = refs

    async def _counted_anew(self, cluster_id: str) -> Sequence[Sighting]:
        """Write down how many sightings a cluster has, unless it is gone; return them."""
        while True:
            cluster = await self.clusters.get(cluster_id)
            left = [one async for one in self.sightings.of_clusters([cluster_id])]
            if cluster is None or await self.clusters.recounted(cluster, left):
                return left

    async def _read(self, ref: TrackRef) -> tuple[StoredTracks, Float] | None:
        for stored in await self.tracks.of_chunk(ref.chunk_id):
            if str(stored.embedding) == ref.embedding:
                try:
                    return stored, await self.tracks.vectors(stored)
                except NotFound:
                    return None
        return None


def _vector_of(ref: TrackRef, read: tuple[StoredTracks, Float] | None) -> Float | None:
    if read is None:
        return None
    stored, vectors = read
    track = next((one for one in stored.tracks if one.number == ref.number), None)
    return None if track is None else track_vector(track, vectors)


def _embeddings(sightings: Iterable[Sighting]) -> set[str]:
    return {track.embedding for one in sightings for track in one.tracks}
