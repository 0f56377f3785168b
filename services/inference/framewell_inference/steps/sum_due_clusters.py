"""Sum up once more, alone, what several people and services changed at the same moment."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_inference.ports.clusters import ClusterRepository, DueClusters, SightingRepository
from framewell_inference.steps.root_clusters import RootClusters
from framewell_inference.steps.sum_clusters import SumClusters


@dataclass(frozen=True, slots=True)
class SumDueClusters:
    """Has the last word about sums: whoever writes one beside others marks it due afterwards.

    What is marked while this runs is summed up by the next turn, which begins after it.
    """

    sightings: SightingRepository
    clusters: ClusterRepository
    sums: SumClusters
    root: RootClusters
    due: DueClusters

    async def __call__(self) -> None:
        """Sum up all that is due."""
        waiting = await self.due.waiting()
        for one in waiting:
            if await self.sightings.count(one.cluster_id):
                await self.clusters.found(one.cluster_id)  # somebody deleted it as empty meanwhile
        if waiting:
            await self.root([one.cluster_id for one in waiting])
        recounted = [one.cluster_id for one in waiting if one.recount]
        if recounted:
            await self.sums.recount(recounted)
        for one in waiting:
            await self.due.done(one)
