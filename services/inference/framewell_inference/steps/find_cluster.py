"""The cluster that an id names, whatever became of it since."""

from __future__ import annotations

from dataclasses import dataclass

from framewell_contracts.sentences import say
from framewell_inference.domain.clusters import Cluster
from framewell_inference.ports.clusters import ClusterRepository
from framewell_kit.outcomes import NotFound


@dataclass(frozen=True, slots=True)
class FindCluster:
    """A cluster is found by any id that it ever had: that of one that was merged into it as well."""

    clusters: ClusterRepository

    async def __call__(self, cluster_id: str) -> Cluster:
        """Return the cluster as a whole. Raises NotFound for one that nobody is in any more, or never was."""
        found = await self.clusters.get(cluster_id)
        root = found and await self.clusters.get(found.root)
        if root is None or not root.size:
            raise NotFound(
                say(
                    "cluster_unknown",
                    "there is no cluster {cluster_id}: nobody is in it any more, or never was",
                    cluster_id=cluster_id,
                )
            )
        return root
