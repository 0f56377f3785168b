"""Write down which cluster each is part of in the end, after mergers and their undoing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from framewell_inference.domain.clusters import Cluster, roots_of
from framewell_inference.ports.clusters import ClusterRepository
from framewell_inference.steps.keep_clusters import KeepClusters


@dataclass(frozen=True, slots=True)
class RootClusters:
    """Follows mergers to their end. Repeating it changes nothing more."""

    clusters: ClusterRepository
    keep: KeepClusters

    async def __call__(self, cluster_ids: Collection[str]) -> Collection[str]:
        """Write down anew what each of all that hangs together is part of, and sum that up; return all of it.

        Looks again until nobody has put one of the roots into another cluster meanwhile.
        """
        while True:
            together = await self._hanging_together(cluster_ids)
            into = {name: one.merged_into for name, one in together.items()}
            for name in [name for name, other in into.items() if other and other not in into]:
                await self.clusters.part(name)  # of one that has gone meanwhile
                into[name] = ""
            ends = roots_of(into)
            for name, one in together.items():
                if one.root != ends[name]:
                    await self.clusters.set_root([name], ends[name])
            for root in sorted(set(ends.values())):
                await self.keep.gather(root)
            now = await self.clusters.named(together)
            gone = together.keys() - now.keys()
            if all(one.merged_into == into[name] and one.root not in gone for name, one in now.items()):
                return together.keys()

    async def _hanging_together(self, cluster_ids: Collection[str]) -> dict[str, Cluster]:
        """Return the clusters of these ids with all that they are part of, and all that is part of either."""
        found, wanted = dict[str, Cluster](), {*cluster_ids}
        while wanted:
            met = {**await self.clusters.named(wanted)}
            for root in sorted({one.root for one in met.values()} | wanted):
                met |= {one.id: one for one in await self.clusters.parts(root)}
            found |= met
            named = {name for one in met.values() for name in (one.merged_into, one.root) if name}
            wanted = named - found.keys() if named - found.keys() != wanted else set()
        return found
