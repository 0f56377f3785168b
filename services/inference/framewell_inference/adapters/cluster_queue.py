"""Clustering as a leased job of the mesh, one after the other.

Everybody who asks raises `wanted` and puts the job of the present turn, which exists once. The job ends its
turn only while nobody has asked since it last looked: so nothing is forgotten, and the next turn's job begins
after it.

collection `cluster_turns`: one document, the turn and how often was asked
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell_inference.ports.clusters import CLUSTER_JOB
from framewell_kit.documents.protocol import Documents
from framewell_kit.facts import Cause
from framewell_kit.jobs import Jobs

COLLECTION: Final = "cluster_turns"
ONLY: Final = "faces"


@dataclass(frozen=True, slots=True)
class LeasedClusterQueue:
    """ClusterQueue on leased jobs."""

    documents: Documents
    jobs: Jobs

    async def request(self, cause: Cause) -> None:
        await self.documents.insert_once(COLLECTION, {"_id": ONLY, "turn": 0, "wanted": 0})
        after = await self.documents.update(COLLECTION, ONLY, {"$inc": {"wanted": 1}})
        assert after is not None, "it is never deleted"
        turn = int(after["turn"])
        while not await self.jobs.put(CLUSTER_JOB, str(turn), {"turn": turn}, cause=cause):
            if not await self.jobs.forget(CLUSTER_JOB, str(turn)):  # one that was given up is tried anew
                return

    async def wanted(self) -> int:
        document = await self.documents.get(COLLECTION, ONLY)
        return int(document["wanted"]) if document else 0

    async def done(self, turn: int, wanted: int) -> bool:
        expect = {"turn": turn, "wanted": wanted}
        if await self.documents.update(COLLECTION, ONLY, {"$inc": {"turn": 1}}, expect=expect):
            return True
        document = await self.documents.get(COLLECTION, ONLY)
        return document is None or int(document["turn"]) > turn
