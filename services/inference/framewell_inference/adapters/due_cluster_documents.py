"""Clusters that are to be summed up once more, as documents, and a turn of the job that does so.

collection `cluster_due`: `_id` the cluster, how often it was marked; gone once it is summed up
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import uuid4

from framewell_inference.ports.clusters import ClusterQueue, DueCluster
from framewell_kit.clock import Clock
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause

COLLECTION: Final = "cluster_due"


@dataclass(frozen=True, slots=True)
class DueClusterDocuments:
    """DueClusters on documents."""

    documents: Documents
    queue: ClusterQueue
    clock: Clock

    async def mark(self, cluster_ids: Collection[str], *, recount: bool = False) -> None:
        change: dict[str, Any] = {"$inc": {"mark": 1}}
        if recount:
            change["$set"] = {"recount": True}
        for name in sorted(set(cluster_ids)):
            while True:  # until it is there, whoever was done with it meanwhile
                await self.documents.insert_once(COLLECTION, {"_id": name, "mark": 0, "recount": False})
                if await self.documents.update(COLLECTION, name, change) is not None:
                    break
        if cluster_ids:
            await self.queue.request(self._cause())

    async def waiting(self) -> Sequence[DueCluster]:
        found = await self.documents.find(COLLECTION, {}, sort=[("_id", 1)])
        return [DueCluster(one["_id"], one["mark"], one["recount"]) for one in found]

    async def done(self, due: DueCluster) -> None:
        await self.documents.delete_where(COLLECTION, {"_id": due.cluster_id, "mark": due.mark})

    def _cause(self) -> Cause:
        return Cause(str(uuid4()), "/framewell/inference", "framewell.cluster.due", self.clock.now())
