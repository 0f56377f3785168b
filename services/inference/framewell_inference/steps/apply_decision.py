"""Do what was decided about clusters, or undo it where it was taken back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from framewell.cluster.v1.cluster_pb2 import (
    CLUSTER_DECISION_MERGED,
    CLUSTER_DECISION_NAMED,
    CLUSTER_DECISION_SPLIT,
)
from framewell_inference.domain.clusters import Merger
from framewell_inference.ports.clusters import (
    ClusterDecisionRepository,
    ClusterRepository,
    Decision,
    DueClusters,
    SightingRepository,
)
from framewell_inference.steps.root_clusters import RootClusters
from framewell_inference.steps.sum_clusters import SumClusters


@dataclass(frozen=True, slots=True)
class ApplyDecision:
    """Doing a decision again changes nothing, nor does doing one late that was taken back.

    Sums are written for whoever looks now, marked as due, and written once more by the job
    (`SumDueClusters`), also for whoever died over them.
    """

    sightings: SightingRepository
    clusters: ClusterRepository
    decisions: ClusterDecisionRepository
    sums: SumClusters
    root: RootClusters
    due: DueClusters

    async def __call__(self, decision: Decision) -> None:
        """Do what was decided, and take that back again where somebody has taken it back meanwhile."""
        now: Decision | None = decision
        while now is not None and not (now.rejoining and now.undone_by is None):
            await self._do(now)
            if await self.decisions.applied(now):
                return
            now = await self.decisions.get(decision.id)

    async def _do(self, decision: Decision) -> None:
        if decision.undone_by is not None:
            await self._take_back(decision)
        elif decision.kind == CLUSTER_DECISION_MERGED:
            await self._join(decision.cluster_id, Merger(decision.id, decision.other))
        elif decision.kind == CLUSTER_DECISION_SPLIT:
            await self._move(decision)
        elif decision.kind == CLUSTER_DECISION_NAMED:
            await self._name_anew(decision.cluster_id)

    async def _take_back(self, decision: Decision) -> None:
        if decision.kind == CLUSTER_DECISION_MERGED:
            mergers = [Merger(by, decision.other) for by in (decision.id, "")]
            await self.clusters.part(decision.cluster_id, mergers)
            await self._root([decision.cluster_id, decision.other])
        elif decision.kind == CLUSTER_DECISION_SPLIT:
            await self._join(decision.other, Merger(decision.id, decision.cluster_id))
        elif decision.kind == CLUSTER_DECISION_NAMED:
            await self._name_anew(decision.cluster_id)

    async def _join(self, cluster_id: str, merger: Merger) -> None:
        if await self.clusters.merge(cluster_id, merger):
            await self._root([cluster_id, merger.into])

    async def _root(self, cluster_ids: Collection[str]) -> None:
        """Sum up all that hangs together, and have it summed up again after whoever did the same beside."""
        await self.due.mark(await self.root(cluster_ids))

    async def _move(self, decision: Decision) -> None:
        await self.clusters.found(decision.other)
        found = [await self.sightings.get(name) for name in decision.moves]
        moved = [one for one in found if one is not None]
        await self.sightings.move([one.id for one in moved], decision.other, decision.id)
        touched = {decision.other, decision.cluster_id, *(one.cluster_id for one in moved)}
        await self.sums.recount(touched)
        await self.due.mark(touched, recount=True)

    async def _name_anew(self, cluster_id: str) -> None:
        """Note the newest name of a cluster that stands, none where none does."""
        standing = [one for one in await self.decisions.namings([cluster_id]) if one.names]
        await self.clusters.name(cluster_id, standing[0].class_id if standing else "")
        await self._root([cluster_id])
