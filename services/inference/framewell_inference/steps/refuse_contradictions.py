"""What people decided about clusters before speaks against some of what they decide now."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from framewell.cluster.v1.cluster_pb2 import CLUSTER_DECISION_SPLIT
from framewell_contracts.sentences import say
from framewell_inference.domain.clusters import Cluster
from framewell_inference.ports.clusters import ClusterDecisionRepository, ClusterRepository, Decision
from framewell_inference.steps.settle_names import two_names
from framewell_kit.outcomes import Conflict


@dataclass(frozen=True, slots=True)
class RefuseContradictions:
    """Refuses before anything is written; of decisions at the same instant `SettleNames` lets one stand."""

    clusters: ClusterRepository
    decisions: ClusterDecisionRepository

    async def two_people(self, one: Cluster, other: Cluster) -> None:
        """Raise Conflict where somebody said that two clusters are two people."""
        said = await self.decisions.apart(one.parts)
        for part in other.parts:
            if part in said:
                raise Conflict(
                    say(
                        "two_people",
                        "{cluster_id} and {other_id} are two people by decision {decision_id}: take "
                        "that back first",
                        cluster_id=one.id,
                        other_id=other.id,
                        decision_id=said[part],
                    )
                )

    async def two_names(self, cluster_ids: Collection[str]) -> None:
        """Raise Conflict where clusters that would be one are named as two people."""
        standing = [one for one in await self.decisions.namings(cluster_ids) if one.names]
        if len({one.class_id for one in standing}) > 1:
            raise two_names(standing)

    async def undoing(self, decision: Decision) -> None:
        """Raise Conflict where a split cannot be taken back: what it made is elsewhere, or somebody else."""
        if decision.kind != CLUSTER_DECISION_SPLIT:
            return
        found = await self.clusters.named([decision.other, decision.cluster_id])
        split = found.get(decision.other)
        elsewhere = split.merged_into - {decision.cluster_id} if split is not None else ()
        if elsewhere:
            raise Conflict(
                say(
                    "merged_meanwhile",
                    "what was split off is part of {merged_into} now: take that merger back first",
                    merged_into=min(elsewhere),
                )
            )
        roots = await self.clusters.named({one.root for one in found.values()})
        await self.two_names({part for root in roots.values() for part in root.parts})
