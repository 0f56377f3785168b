"""Decisions about clusters as documents, each with the fact about it in the same write.

collection `cluster_decisions`: ids of clusters, classes and actors; nothing else of anybody
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from framewell.cluster.v1.cluster_pb2 import (
    CLUSTER_DECISION_DISTINGUISHED,
    CLUSTER_DECISION_MERGED,
    CLUSTER_DECISION_NAMED,
    CLUSTER_DECISION_SPLIT,
    CLUSTER_DECISION_UNDONE,
    ClusterDecided,
    ClusterDecision,
)
from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.identity import derived_id
from framewell_inference.ports.clusters import Decision
from framewell_kit.documents.protocol import Document, Documents, Query
from framewell_kit.facts import Cause, Fact
from framewell_kit.outbox import Outbox
from framewell_kit.paging import Order, Page, PageRequest, find_page

COLLECTION: Final = "cluster_decisions"

NEWEST_FIRST: Final = Order("at", datetime, descending=True)

SETTLED_LATER: Final = (CLUSTER_DECISION_NAMED, CLUSTER_DECISION_MERGED)
"""Decisions that could give somebody two names: they stand once they were compared with all others."""

APART: Final = (CLUSTER_DECISION_SPLIT, CLUSTER_DECISION_DISTINGUISHED)


@dataclass(frozen=True, slots=True)
class ClusterDecisionDocuments:
    """ClusterDecisionRepository on documents."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        """Make the indexes that decisions are found by, and have the outbox sweep what a crash left
        behind."""
        self.outbox.register(COLLECTION)
        await self.documents.ensure_index(COLLECTION, ["clusters", *NEWEST_FIRST.fields])
        await self.documents.ensure_index(COLLECTION, ["applied", "at"])
        await self.documents.ensure_index(COLLECTION, ["class_id"])

    async def keep(self, decision: Decision, cause: Cause) -> bool:
        document: Document = {
            "_id": decision.id,
            "kind": int(decision.kind),
            "cluster": decision.cluster_id,
            "other": decision.other,
            "clusters": [one for one in (decision.cluster_id, decision.other) if one],
            "class_id": decision.class_id,
            "moves": list(decision.moves),
            "applied": False,
            "undone": False,
            "settled": decision.kind not in SETTLED_LATER,
            **_by(decision.actor, ""),
            "at": decision.at,
        }
        return await self.outbox.insert(
            COLLECTION, document, [_fact(decision, decision.kind, decision.actor)], cause
        )

    async def settle(self, decision_id: str) -> bool:
        done = {"$set": {"settled": True}}
        return (
            await self.documents.update(COLLECTION, decision_id, done, expect={"undone": False}) is not None
        )

    async def refuse(self, decision: Decision, actor: Actor, cause: Cause) -> bool:
        if decision.kind == CLUSTER_DECISION_SPLIT:
            done, expect = (
                {"$set": {"rejoining": False, "applied": True}},
                {"rejoining": True, "undone": False},
            )
            return await self.documents.update(COLLECTION, decision.id, done, expect=expect) is not None
        return await self._take_back(decision, actor, cause, {"settled": False})

    async def announce_undo(self, decision_id: str) -> bool:
        done = {"$set": {"rejoining": True, "applied": False}}
        return (
            await self.documents.update(COLLECTION, decision_id, done, expect={"undone": False}) is not None
        )

    async def applied(self, decision: Decision) -> bool:
        done = {"$set": {"applied": True, "moves": []}}
        expect: Query = {"undone": True}
        if decision.undone_by is None:
            expect = {"undone": False, "rejoining": {"$ne": True}}
        return await self.documents.update(COLLECTION, decision.id, done, expect=expect) is not None

    async def undo(self, decision: Decision, actor: Actor, cause: Cause) -> bool:
        rejoining = {"rejoining": True} if decision.kind == CLUSTER_DECISION_SPLIT else {}
        return await self._take_back(decision, actor, cause, rejoining)

    async def _take_back(self, decision: Decision, actor: Actor, cause: Cause, expect: Query) -> bool:
        fields = {"undone": True, "applied": False, **_by(actor, "undone_")}
        fields["undone_at"] = actor.decided_at.ToDatetime(tzinfo=UTC)
        after = await self.outbox.update(
            COLLECTION,
            decision.id,
            {"$set": fields},
            [_fact(decision, CLUSTER_DECISION_UNDONE, actor)],
            cause,
            expect={"undone": False, **expect},
        )
        return after is not None

    async def get(self, decision_id: str) -> Decision | None:
        document = await self.documents.get(COLLECTION, decision_id)
        return None if document is None else _decision(document)

    async def unapplied(self) -> Sequence[Decision]:
        return [_decision(one) for one in await self._find({"applied": False}, 1)]

    async def apart(self, cluster_ids: Collection[str]) -> Mapping[str, str]:
        mine = sorted(cluster_ids)
        query = {"clusters": {"$in": mine}, "kind": {"$in": [*map(int, APART)]}, "undone": False}
        found = await self._find(query, 1)
        return {name: one["_id"] for one in found for name in one["clusters"] if name not in cluster_ids}

    async def namings(self, cluster_ids: Collection[str]) -> Sequence[Decision]:
        query = {"clusters": {"$in": sorted(cluster_ids)}, "kind": int(CLUSTER_DECISION_NAMED)}
        return [_decision(one) for one in await self._find(query, -1)]

    async def page(self, cluster_ids: Collection[str], page: PageRequest) -> Page[Decision]:
        query = {"clusters": {"$in": sorted(cluster_ids)}}
        return (await find_page(self.documents, COLLECTION, query, page, NEWEST_FIRST)).map(_decision)

    async def forget(self, cluster_ids: Collection[str]) -> None:
        if cluster_ids:
            await self.outbox.flush()  # the facts about them lie in the documents until they have left
            await self.documents.delete_where(COLLECTION, {"clusters": {"$in": sorted(cluster_ids)}})

    async def forget_class(self, class_id: str) -> None:
        await self.documents.update_where(COLLECTION, {"class_id": class_id}, {"$set": {"class_id": ""}})

    async def _find(self, query: Query, direction: int) -> list[Document]:
        return await self.documents.find(COLLECTION, query, sort=[("at", direction), ("_id", direction)])


def _fact(decision: Decision, kind: ClusterDecision.ValueType, actor: Actor) -> Fact:
    fact = ClusterDecided(
        cluster_id=decision.cluster_id,
        decision_id=decision.id,
        decision=kind,
        other_cluster_id=decision.other,
        class_id=decision.class_id,
        actor=actor,
    )
    return Fact(fact, id=derived_id(decision.id, fact.DESCRIPTOR.full_name, str(int(kind))))


def _by(actor: Actor, prefix: str) -> Document:
    return {f"{prefix}principal": actor.principal, f"{prefix}authority": actor.authority}


def _actor(document: Document, prefix: str, at: str) -> Actor:
    actor = Actor(principal=document[f"{prefix}principal"], authority=document[f"{prefix}authority"])
    actor.decided_at.FromDatetime(document[at])
    return actor


def _decision(document: Document) -> Decision:
    return Decision(
        id=document["_id"],
        kind=ClusterDecision.ValueType(document["kind"]),
        cluster_id=document["cluster"],
        actor=_actor(document, "", "at"),
        at=document["at"],
        other=document["other"],
        class_id=document["class_id"],
        moves=tuple(document["moves"]),
        applied=document["applied"],
        undone_by=_actor(document, "undone_", "undone_at") if document["undone"] else None,
        settled=document.get("settled", True),
        rejoining=document.get("rejoining", False),
    )
