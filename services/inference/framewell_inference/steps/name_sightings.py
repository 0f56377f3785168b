"""Who sightings are by the identity models in force, and whom a cluster is known as."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell_inference.domain.clusters import Cluster, Sighting
from framewell_inference.domain.identity import NOBODY
from framewell_inference.ports.clusters import SightingRepository
from framewell_inference.ports.repositories import FaceTrackRepository
from framewell_inference.steps.names_in_force import Named, NamesInForce
from framewell_kit.paging import PageRequest

ASKED: Final = 20
"""A cluster is known as whom at least half of its newest sightings are known as, of so many."""


@dataclass(frozen=True, slots=True)
class NameSightings:
    """Joins names on reading: what is stored of clusters knows no model."""

    tracks: FaceTrackRepository
    sightings: SightingRepository
    names: NamesInForce

    async def __call__(self, sightings: Sequence[Sighting]) -> Mapping[str, Named]:
        """Return the decision about each sighting, by its id."""
        embedding, models = await self.names.embedding(), await self.names.models()
        refs = {one.id: one.of(str(embedding)) for one in sightings}
        chunk_ids = {ref.chunk_id for ref in refs.values() if ref}
        named = await self.names(models, await self.tracks.in_chunks(sorted(chunk_ids), embedding))
        return {
            name: named.get((ref.chunk_id, ref.number), (NOBODY, None)) if ref else (NOBODY, None)
            for name, ref in refs.items()
        }

    async def clusters(self, clusters: Sequence[Cluster]) -> Mapping[str, str]:
        """Return the class that each cluster is known as, by its id; the empty one for an unknown person."""
        newest = {
            one.id: (await self.sightings.page(one.parts, PageRequest(ASKED))).items for one in clusters
        }
        named = await self([one for found in newest.values() for one in found])
        return {
            name: known_as([named[one.id][0].class_id or "" for one in found])
            for name, found in newest.items()
        }


def known_as(class_ids: Sequence[str]) -> str:
    """Return the class that at least half of sightings are known as, the empty one for none."""
    known = Counter(one for one in class_ids if one).most_common(1)
    return known[0][0] if known and 2 * known[0][1] >= len(class_ids) else ""
