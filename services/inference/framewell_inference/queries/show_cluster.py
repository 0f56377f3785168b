"""One cluster: its appearances, who may be the same person, what to learn from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.cluster_service_pb2 import (
    ClusterAppearance,
    ClusterDecisionRecord,
    FaceCluster,
    GetClusterResponse,
    SimilarCluster,
)
from framewell_inference.domain.cluster_messages import appearance_message, cluster_message
from framewell_inference.domain.clusters import Cluster, Sighting, best_to_learn_from
from framewell_inference.ports.clusters import (
    CentreRepository,
    ClusterDecisionRepository,
    ClusterRepository,
    Decision,
    SightingRepository,
)
from framewell_inference.steps.find_cluster import FindCluster
from framewell_inference.steps.name_sightings import NameSightings
from framewell_kit.paging import Page, PageRequest

SIMILAR: Final = 10
MAY_BE_THE_SAME: Final = 0.62
"""Centres farther from each other are not proposed: one in a hundred strangers is nearer."""

TO_LEARN_FROM: Final = 10
CHOSEN_FROM: Final = 200
"""What is learned from is chosen among so many of the largest faces."""


@dataclass(frozen=True, slots=True)
class DescribeClusters:
    """Puts clusters into messages, with the appearance that shows them best."""

    sightings: SightingRepository
    name: NameSightings

    async def __call__(self, cluster: Cluster) -> FaceCluster:
        """Return the message of one cluster."""
        return (await self.each([cluster], await self.name.clusters([cluster])))[0]

    async def each(self, clusters: Sequence[Cluster], known: Mapping[str, str]) -> list[FaceCluster]:
        """Return the messages of clusters that are known as these classes, in their order."""
        best = [await self.sightings.largest(one.parts, 1) for one in clusters]
        covers = await self.appearances([one for found in best for one in found])
        shown = iter(covers)
        return [
            cluster_message(one, known[one.id], next(shown) if found else None)
            for one, found in zip(clusters, best, strict=True)
        ]

    async def appearances(self, sightings: Sequence[Sighting]) -> list[ClusterAppearance]:
        """Return the messages of sightings, with who they are by the models in force."""
        named = await self.name(sightings)
        embedding = str(await self.name.names.embedding())
        return [appearance_message(one, embedding, named[one.id][0]) for one in sightings]


@dataclass(frozen=True, slots=True)
class ShowCluster:
    """Read one cluster and what belongs to it."""

    sightings: SightingRepository
    clusters: ClusterRepository
    centres: CentreRepository
    decisions: ClusterDecisionRepository
    find: FindCluster
    describe: DescribeClusters

    async def __call__(self, cluster_id: str, page: PageRequest) -> GetClusterResponse:
        """Return a cluster with a page of its appearances. Raises NotFound, Rejected for a bad token."""
        cluster = await self.find(cluster_id)
        found = await self.sightings.page(cluster.parts, page)
        answer = GetClusterResponse(
            cluster=await self.describe(cluster),
            appearances=await self.describe.appearances(found.items),
            next_page_token=found.next_token,
            total_size=cluster.size,
        )
        if not page.token:
            largest = await self.sightings.largest(cluster.parts, CHOSEN_FROM)
            best = best_to_learn_from(largest, TO_LEARN_FROM)
            answer.best.extend(await self.describe.appearances(best))
            answer.similar.extend(await self._similar(cluster))
        return answer

    async def decisions_about(self, cluster_id: str, page: PageRequest) -> Page[ClusterDecisionRecord]:
        """Return a page of what people decided about a cluster. Raises NotFound, Rejected."""
        cluster = await self.find(cluster_id)
        return (await self.decisions.page(cluster.parts, page)).map(decision_message)

    async def _similar(self, cluster: Cluster) -> list[SimilarCluster]:
        """Return the nearest others, but those that a person said it is not."""
        embedding = str(await self.describe.name.names.embedding())
        apart = await self.decisions.apart(cluster.parts)
        wanted = SIMILAR + len(cluster.parts) + len(apart)
        nearest: dict[str, float] = {}
        for centre in await self.centres.of(embedding, cluster.parts):
            for name, distance in (await self.centres.near(embedding, centre, wanted))[0]:
                nearest[name] = min(distance, nearest.get(name, distance))
        parts = await self.clusters.named(nearest)
        by_root: dict[str, float] = {}
        for name, part in parts.items():
            if part.root != cluster.id and nearest[name] <= MAY_BE_THE_SAME:
                by_root[part.root] = min(nearest[name], by_root.get(part.root, nearest[name]))
        roots = await self.clusters.named(by_root)
        found = [
            (distance, roots[name])
            for name, distance in sorted(by_root.items(), key=lambda one: (one[1], one[0]))
            if name in roots and not apart.keys() & {*roots[name].parts}
        ]
        others = [other for _, other in found[:SIMILAR]]
        shown = await self.describe.each(others, await self.describe.name.clusters(others))
        return [
            SimilarCluster(cluster=one, distance=distance)
            for one, (distance, _) in zip(shown, found, strict=False)
        ]


def decision_message(one: Decision) -> ClusterDecisionRecord:
    """Return the message of a decision."""
    return ClusterDecisionRecord(
        decision_id=one.id,
        decision=one.kind,
        cluster_id=one.cluster_id,
        other_cluster_id=one.other,
        class_id=one.class_id,
        actor=one.actor,
        undone_by=one.undone_by,
    )
