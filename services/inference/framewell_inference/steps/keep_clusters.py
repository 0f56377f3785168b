"""Keep clusters as face tracks come, change and go."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from framewell_contracts.identity import derived_id
from framewell_inference.domain.clusters import (
    Centre,
    Described,
    Sighting,
    TrackRef,
    joined,
    matched,
    together,
    track_vector,
)
from framewell_inference.domain.identity import Identity
from framewell_inference.domain.stored import ChunkPostings, Posting, StoredTracks
from framewell_inference.ports.clusters import (
    CentreRepository,
    ClusterDecisionRepository,
    ClusterRepository,
    DueClusters,
    SightingRepository,
)
from framewell_inference.ports.repositories import FaceTrackRepository
from framewell_inference.steps.sum_clusters import SumClusters
from framewell_kit.outcomes import NotFound

CANDIDATES: Final = 8
"""So many of the nearest clusters are looked at for a track: those of people seen at the same time are passed
over."""

AT_ONCE: Final = 500
"""Tracks and sightings that one call to the database names."""


@dataclass(frozen=True, slots=True)
class KeepClusters:
    """Puts tracks into clusters and takes them out. Repeating anything changes nothing more.

    Whoever takes tracks away deletes them before the sightings; whoever adds a sighting, or takes a vector
    into a centre, looks afterwards whether it is still there. So no vector outlives its track, whoever comes
    first.
    """

    tracks: FaceTrackRepository
    sightings: SightingRepository
    clusters: ClusterRepository
    centres: CentreRepository
    decisions: ClusterDecisionRepository
    due: DueClusters
    sums: SumClusters

    async def chunk(self, stored: StoredTracks) -> None:
        """Put every track of a chunk with a vector into one cluster, and no other.

        A track that is a sighting already, by whichever embedding, stays where that is; others join the
        nearest cluster that is near enough, the largest face first, or found one.
        """
        described = await self._described(stored)
        if described is None:
            return  # changed or taken away since: whoever did so has it looked at again
        known = await self._known(stored, described)
        for one in sorted(described, key=lambda one: (-one.side, one.ref.number)):
            earlier = known.get(one.ref.number)
            if earlier is None:
                sighting = await self._new(stored, one, list(known.values()))
            else:
                sighting = _described_by(earlier, stored, one)
                await self.sightings.change(sighting)
            if earlier is not None and one.ref in earlier.tracks:
                await self.sums.write_centre(sighting.cluster_id, one.ref.embedding)
            else:
                await self.centres.join(one.ref.embedding, sighting.cluster_id, one.vector)
            known[one.ref.number] = sighting
        touched = _by_cluster(known.values())
        for cluster_id, sightings in touched.items():
            await self._seen(cluster_id, sightings)
        now = await self.tracks.chunk(stored.chunk_id, stored.embedding)
        if now is None or now.vectors_key != stored.vectors_key:
            there = {track.number for track in now.tracks if track.rows} if now else set[int]()
            await self.without_tracks(one.ref for one in described if one.ref.number not in there)
            await self.sums.recount(touched)

    async def without_asset(self, asset_id: str, chunk_id: str | None = None) -> int:
        """Take the sightings of an asset, or of one of its chunks, out; return how many that were."""
        gone = await self.sightings.of_asset(asset_id, chunk_id)
        await self._take_out(gone)
        return len(gone)

    async def without_tracks(self, tracks: Iterable[TrackRef]) -> int:
        """Take the sightings of tracks out, whatever else describes them; return how many that were."""
        wanted, gone = sorted(tracks, key=str), list[Sighting]()
        for start in range(0, len(wanted), AT_ONCE):
            gone += await self.sightings.of_tracks(wanted[start : start + AT_ONCE])
        await self._take_out(gone)
        return len(gone)

    async def of_class(self, class_id: str) -> AsyncIterator[ChunkPostings]:
        """Yield the tracks, chunk by chunk, of every cluster that a person named as a class."""
        known = Identity("known", class_id, class_id, 0.0, 1.0)
        for cluster in await self.clusters.of_class(class_id):
            async for one in self.sightings.of_clusters(cluster.parts):
                for ref in one.tracks:
                    yield ChunkPostings(one.asset_id, ref.chunk_id, [Posting(ref.number, known)])

    async def forget_class(self, class_id: str) -> None:
        """Take a class out of every cluster and decision."""
        await self.decisions.forget_class(class_id)
        await self.clusters.forget_class(class_id)

    async def _described(self, stored: StoredTracks) -> list[Described] | None:
        try:
            vectors = await self.tracks.vectors(stored)
        except NotFound:
            return None
        embedding = str(stored.embedding)
        found = [(track, track_vector(track, vectors)) for track in stored.tracks]
        return [
            Described(TrackRef(embedding, stored.chunk_id, track.number), track, vector)
            for track, vector in found
            if vector is not None
        ]

    async def _known(self, stored: StoredTracks, described: Sequence[Described]) -> dict[int, Sighting]:
        """Return the sightings that tracks are already, by number; take out those that no track is any
        more."""
        spans = [one.track.span for one in described]
        there = list(await self.sightings.of_asset(stored.asset_id, stored.chunk_id))
        if spans:
            start, end = min(one.start_pts for one in spans), max(one.end_pts for one in spans)
            around = await self.sightings.between(stored.asset_id, start, end)
            there += [one for one in around if one.chunk_id != stored.chunk_id]
        known = matched([one.track for one in described], there)
        kept, embedding = {one.id for one in known.values()}, str(stored.embedding)
        gone = []
        for one in there:
            ref = one.of(embedding)
            if one.id in kept or ref is None or ref.chunk_id != stored.chunk_id:
                continue
            others = tuple(track for track in one.tracks if track != ref)
            if others:
                await self.sightings.change(replace(one, tracks=others))
                await self.sums.write_centre(one.cluster_id, embedding)
            else:
                gone.append(one)
        await self._take_out(gone)
        return known

    async def _new(self, stored: StoredTracks, one: Described, others: Sequence[Sighting]) -> Sighting:
        """Return the new sighting of a track, in the nearest cluster or in one of its own."""
        track = Centre("", one.vector, 1)
        near, clusters = await self.centres.near(one.ref.embedding, track, CANDIDATES)
        beside = [other.cluster_id for other in others if together(other.span, one.track.span)]
        known = await self.clusters.named({*(name for name, _ in near), *beside})
        roots = {name: cluster.root for name, cluster in known.items()}
        near = [(name, distance) for name, distance in near if name in known]
        busy = {roots.get(name, name) for name in beside}
        cluster_id = joined(near, clusters, busy, roots.__getitem__)
        if cluster_id is None:
            cluster_id = await self._founded(one.ref)
        made = _sighting(stored, one, cluster_id)
        if not await self.sightings.add(made):
            await self.sums.gather(cluster_id)  # founded for nobody
            there = await self.sightings.get(made.id)
            return made if there is None else there
        return made

    async def _founded(self, ref: TrackRef) -> str:
        """Return a new cluster of a track: the same id for the same track, unless that was given out
        before."""
        attempt = 0
        while True:
            name = derived_id(ref.chunk_id, "cluster", f"{ref.embedding}/{ref.number}/{attempt}")
            if await self.clusters.found(name):
                return name
            there = await self.clusters.get(name)
            if there is not None and there.root == name and not there.size and not there.count:
                return name  # of somebody who died before its first sighting was written
            attempt += there is not None

    async def _seen(self, cluster_id: str, sightings: Sequence[Sighting]) -> None:
        """Write down what joined a cluster, also where somebody deletes or merges it at the same time."""
        root = ""
        while True:
            await self.clusters.found(cluster_id)
            before = await self.clusters.get(cluster_id)
            count = await self.sightings.count(cluster_id)
            if before is None or not await self.clusters.seen(before, sightings, count):
                continue
            cluster = await self.clusters.get(cluster_id)
            if cluster is not None and cluster.root == root:
                return
            if cluster is not None:
                root = cluster.root
                await self.sums.gather(root)

    async def _take_out(self, gone: Sequence[Sighting]) -> None:
        if gone:
            touched = {one.cluster_id for one in gone}
            await self.due.mark(touched, recount=True)  # also where this process dies in between
            for start in range(0, len(gone), AT_ONCE):
                await self.sightings.drop([one.id for one in gone[start : start + AT_ONCE]])
            await self.sums.recount(touched)
            await self.due.mark(touched, recount=True)


def _sighting(stored: StoredTracks, one: Described, cluster_id: str) -> Sighting:
    return Sighting(
        id=str(one.ref),
        cluster_id=cluster_id,
        asset_id=stored.asset_id,
        chunk_id=stored.chunk_id,
        span=one.track.span,
        moment=one.track.moment,
        box=one.track.box,
        ordinal=one.track.ordinal,
        side=one.side,
        tracks=(one.ref,),
        series=stored.series,
        channel=stored.channel,
        asked_ms=stored.asked_ms,
    )


def _described_by(earlier: Sighting, stored: StoredTracks, one: Described) -> Sighting:
    """Return a sighting that is there already with one more track, or with the newer one of its embedding."""
    others = [track for track in earlier.tracks if track.embedding != one.ref.embedding]
    made = _sighting(stored, one, earlier.cluster_id)
    return replace(made, id=earlier.id, tracks=(*others, one.ref), pinned=earlier.pinned)


def _by_cluster(sightings: Iterable[Sighting]) -> Mapping[str, list[Sighting]]:
    found: dict[str, list[Sighting]] = {}
    for one in sightings:
        found.setdefault(one.cluster_id, []).append(one)
    return found
