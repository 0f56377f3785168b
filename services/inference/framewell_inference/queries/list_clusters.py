"""Unknown people, page by page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.inference.v1.cluster_service_pb2 import FaceCluster
from framewell_inference.domain.clusters import Cluster
from framewell_inference.ports.clusters import (
    ANYWHERE,
    ClusterRepository,
    Ordering,
    Seen,
    SightingRepository,
)
from framewell_inference.queries.show_cluster import DescribeClusters
from framewell_inference.steps.name_sightings import NameSightings
from framewell_kit.paging import Page, PageRequest, encode_token

DEFAULT_PAGE: Final = 50
LARGEST_PAGE: Final = 200

LOOKED_AT: Final = 1000
"""So many clusters are looked at for one page: where most are known, it is shorter than asked for."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which clusters are listed."""

    order: Ordering = "appearances"
    where: Seen = ANYWHERE
    least: int = 1
    include_known: bool = False


@dataclass(frozen=True, slots=True)
class ListClusters:
    """Read clusters in order and leave out, as they are read, those that an identity model in force knows."""

    sightings: SightingRepository
    clusters: ClusterRepository
    name: NameSightings
    describe: DescribeClusters

    async def __call__(self, asked: Asked, page: PageRequest) -> Page[FaceCluster]:
        """Return a page; one that is not full may be followed by others. Raises Rejected for a bad token."""
        found, known = list[Cluster](), dict[str, str]()
        token, looked_at = page.token, 0
        while True:
            batch = await self.clusters.page(
                asked.order, asked.least, asked.where, PageRequest(page.size, token)
            )
            wanted = [one for one in batch.items if await self._seen(one, asked.where)]
            known |= await self.name.clusters(wanted)
            for one in wanted:
                if known[one.id] and not asked.include_known:
                    continue
                if len(found) == page.size:
                    return Page(await self.describe.each(found, known), token)
                found.append(one)
                token = encode_token((one.newest if asked.order == "last_seen" else one.size, one.id))
            token, looked_at = batch.next_token, looked_at + len(batch.items)
            if not token or looked_at >= LOOKED_AT or len(found) == page.size:
                return Page(await self.describe.each(found, known), token)

    async def _seen(self, cluster: Cluster, where: Seen) -> bool:
        return not where or await self.sightings.seen(cluster.parts, where)
