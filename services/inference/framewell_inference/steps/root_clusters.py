"""Write down which cluster each is part of in the end, after mergers and their undoing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from framewell_inference.domain.clusters import Cluster, Merger, roots_of
from framewell_inference.ports.clusters import ClusterRepository
from framewell_inference.steps.sum_clusters import SumClusters


@dataclass(frozen=True, slots=True)
class RootClusters:
    """Follows mergers to their end, which follows from the mergers alone. Repeating it changes nothing more.

    Whoever changes mergers calls this afterwards, and whoever writes roots looks afterwards whether mergers
    are as they were. So the last one to write has seen them all, however many are at it at once.
    """

    clusters: ClusterRepository
    sums: SumClusters

    async def __call__(self, cluster_ids: Collection[str]) -> Collection[str]:
        """Write down anew what each of all that hangs together is part of, and sum that up; return all of it.

        Looks again until nobody has changed anything meanwhile.
        """
        looked: Mapping[str, frozenset[str]] | None = None
        while True:
            together = await self._hanging_together(cluster_ids)
            into = {name: one.merged_into & together.keys() for name, one in together.items()}
            ends = roots_of(into)
            wrong = {name: one.root for name, one in together.items() if one.root != ends[name]}
            if into == looked and not wrong:
                return together.keys()
            looked = into
            for name, one in together.items():
                await self._part_from_gone(one, together)
                if name in wrong:
                    await self.clusters.set_root(name, ends[name])
            for root in sorted({*ends.values(), *wrong.values()}):
                await self.sums.gather(root)

    async def _part_from_gone(self, cluster: Cluster, there: Collection[str]) -> None:
        gone: list[Merger] = [one for one in cluster.mergers if one.into not in there]
        if gone:
            await self.clusters.part(cluster.id, gone)

    async def _hanging_together(self, cluster_ids: Collection[str]) -> dict[str, Cluster]:
        """Return the clusters of these ids with all that they are part of, and all that is part of either."""
        found, asked, wanted = dict[str, Cluster](), set[str](), {*cluster_ids}
        while wanted:
            met = await self.clusters.beside(wanted)
            found |= met
            asked |= wanted
            wanted = {name for one in met.values() for name in (one.id, one.root, *one.merged_into)} - asked
        return found
