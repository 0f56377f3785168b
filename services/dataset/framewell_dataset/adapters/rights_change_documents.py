"""Changes of rights and their effects as documents.

Collection `rights_changes`, one document a change, and `change_effects`, one a sample that it concerned: ids
alone, so that a change which withdraws a hundred thousand samples is followed as one that withdraws one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from framewell.mesh.v1.mesh_pb2 import Actor, Subject
from framewell.rights.v1.rights_pb2 import AppliedStatement, RightsChanged
from framewell_contracts.spelling import normalised
from framewell_dataset.ports.rights_changes import Effect, FollowedChange, SampleEffect
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, Page, PageRequest, find_page

CHANGES = "rights_changes"
EFFECTS = "change_effects"
NEWEST_FIRST = Order("received_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class RightsChangeDocuments:
    """`RightsChangeRepository` on the service's own database."""

    documents: Documents

    async def prepare(self) -> None:
        for fields in (NEWEST_FIRST.fields, ["holders"], ["asset_id"]):
            await self.documents.ensure_index(CHANGES, fields)
        await self.documents.ensure_index(EFFECTS, ["change_id", "effect", "_id"])

    async def begin(self, change_id: str, fact: RightsChanged, at: datetime) -> None:
        named = [fact.subject.holder, *(n for each in fact.statements for n in (each.holder, each.issuer))]
        await self.documents.insert_once(
            CHANGES,
            {
                "_id": change_id,
                "subject": fact.subject.SerializeToString(deterministic=True),
                "actor": fact.actor.SerializeToString(deterministic=True),
                "received_at": at,
                "applied": False,
                "statements": [],
                "asset_count": 0,
                "snapshot_ids": [],
                "holders": sorted({normalised(name) for name in named if name}),
                "asset_id": fact.subject.asset_id,
            },
        )

    async def note(self, change_id: str, effect: SampleEffect, snapshot_ids: Sequence[str]) -> None:
        kept = {
            "_id": f"{change_id}/{effect.sample_id}",
            "change_id": change_id,
            "sample_id": effect.sample_id,
            "asset_id": effect.asset_id,
            "effect": str(effect.effect),
        }
        for each in snapshot_ids:
            await self.documents.update(CHANGES, change_id, {"$addToSet": {"snapshot_ids": each}})
        await self.documents.insert_once(EFFECTS, kept)

    async def end(self, change_id: str, statements: Sequence[AppliedStatement], asset_count: int) -> None:
        applied = [each.SerializeToString(deterministic=True) for each in statements]
        change = {"applied": True, "statements": applied, "asset_count": asset_count}
        await self.documents.update(CHANGES, change_id, {"$set": change})

    async def get(self, change_id: str) -> FollowedChange | None:
        found = await self.documents.get(CHANGES, change_id)
        return None if found is None else _change(found)

    async def page(self, page: PageRequest) -> Page[FollowedChange]:
        return (await find_page(self.documents, CHANGES, {}, page, NEWEST_FIRST)).map(_change)

    async def counts(self, change_id: str) -> Mapping[Effect, int]:
        return {
            effect: await self.documents.count(EFFECTS, {"change_id": change_id, "effect": str(effect)})
            for effect in Effect
        }

    async def effects(self, change_id: str, limit: int) -> Sequence[SampleEffect]:
        found = await self.documents.find(
            EFFECTS, {"change_id": change_id}, sort=[("effect", -1), ("_id", 1)], limit=limit
        )
        return [SampleEffect(one["sample_id"], one["asset_id"], Effect(one["effect"])) for one in found]

    async def forget_holder(self, holder: str) -> int:
        return await self.documents.delete_where(CHANGES, {"holders": normalised(holder)})

    async def forget_asset(self, asset_id: str) -> int:
        return await self.documents.delete_where(CHANGES, {"asset_id": asset_id}) if asset_id else 0


def _change(document: Document) -> FollowedChange:
    return FollowedChange(
        change_id=document["_id"],
        subject=Subject.FromString(document["subject"]),
        actor=Actor.FromString(document["actor"]),
        received_at=document["received_at"],
        applied=document["applied"],
        statements=tuple(AppliedStatement.FromString(each) for each in document["statements"]),
        asset_count=document["asset_count"],
        snapshot_ids=tuple(document["snapshot_ids"]),
    )
