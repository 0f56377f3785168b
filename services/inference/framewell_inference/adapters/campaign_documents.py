"""Campaigns as documents: one each, which every change replaces whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from framewell.mesh.v1.mesh_pb2 import Actor
from framewell_contracts.sentences import kept_wording, say, worded_as_kept
from framewell_inference.adapters.campaign_metrics import report_campaign
from framewell_inference.domain.campaign_counts import Counts
from framewell_inference.domain.campaigns import (
    Campaign,
    Estimate,
    OpenAsset,
    Selection,
    State,
    Target,
)
from framewell_inference.domain.work_hours import WorkHours
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.outcomes import NotFound
from framewell_kit.paging import Order, Page, PageRequest, find_page
from framewell_models.manifest import ModelRef

COLLECTION: Final = "campaigns"

CURSOR_LEFT: Final = 18
"""What is left of the id of a gone asset in a cursor: it sorts right before it, and is the id of nothing."""

NEWEST_FIRST: Final = Order("started", int, descending=True)


@dataclass(frozen=True, slots=True)
class CampaignDocuments:
    """CampaignRepository on documents."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the index that the list reads by."""
        await self.documents.ensure_index(COLLECTION, NEWEST_FIRST.fields)

    async def insert(self, campaign: Campaign) -> bool:
        return await self.documents.insert_once(COLLECTION, _document(campaign))

    async def get(self, campaign_id: str) -> Campaign:
        document = await self.documents.get(COLLECTION, campaign_id)
        if document is None:
            raise NotFound(
                say(
                    "reanalysis_unknown",
                    "no re-analysis {reanalysis_id} is known: 'framewell reanalyse list' lists them",
                    reanalysis_id=campaign_id,
                )
            )
        return _campaign(document)

    async def page(self, page: PageRequest) -> Page[Campaign]:
        found = await find_page(self.documents, COLLECTION, {}, page, NEWEST_FIRST)
        return found.map(_campaign)

    async def under_way(self, target: Target, selection: Selection) -> Campaign | None:
        not_ended = [state.value for state in State if not state.ended]
        named = {f"target.{name}": value for name, value in _target(target).items()}
        found = await self.documents.find(COLLECTION, {"state": {"$in": not_ended}, **named})
        campaigns = map(_campaign, found)
        return next((one for one in campaigns if one.selection == selection), None)

    async def change(self, before: Campaign, after: Campaign) -> Campaign | None:
        changed = replace(after, revision=before.revision + 1)
        fields = {name: value for name, value in _document(changed).items() if name != "_id"}
        done = await self.documents.update(
            COLLECTION, before.id, {"$set": fields}, expect={"revision": before.revision}
        )
        if done is None:
            return None
        report_campaign(before, changed)
        return changed

    async def forget_asset(self, asset_id: str) -> int:
        named = {"$or": [{"selection.asset_ids": asset_id}, {"open.asset_id": asset_id}]}
        change = {
            "$pull": {"selection.asset_ids": asset_id, "open": {"asset_id": asset_id}},
            "$inc": {"revision": 1},
        }
        before = {"$set": {"cursor": asset_id[:CURSOR_LEFT]}, "$inc": {"revision": 1}}
        await self.documents.update_where(COLLECTION, {"cursor": asset_id}, before)
        return await self.documents.update_where(COLLECTION, named, change)


def _document(one: Campaign) -> Document:
    return {
        "_id": one.id,
        "started": round(one.started_at.timestamp() * 1000),
        "started_at": one.started_at,
        "ended_at": one.ended_at,
        "target": _target(one.target),
        "selection": {
            **({} if one.selection.asset_ids is None else {"asset_ids": list(one.selection.asset_ids)}),
            "series": list(one.selection.series),
            "channels": list(one.selection.channels),
            "since": one.selection.since,
            "until": one.selection.until,
            "everything": one.selection.everything,
        },
        "hours": one.hours and [one.hours.begin, one.hours.end, one.hours.zone],
        "actor": one.actor.SerializeToString(deterministic=True),
        "estimate": {
            "assets": one.estimate.assets,
            "chunks": one.estimate.chunks,
            "pictures": one.estimate.pictures,
            "sound_seconds": one.estimate.sound_seconds,
            "done_assets": one.estimate.done_assets,
            "seconds": one.estimate.seconds,
            "basis": str(one.estimate.basis),
            "basis_wording": kept_wording(one.estimate.basis),
        },
        "state": one.state.value,
        "cursor": one.cursor,
        "all_taken": one.all_taken,
        "open": [
            {
                "asset_id": asset.asset_id,
                "generation": asset.generation,
                "last_index": asset.last_index,
                "pieces": list(asset.pieces),
            }
            for asset in one.open
        ],
        "assets": one.assets,
        "counts": one.counts.plain(),
        "revision": one.revision,
        "changed_by": b"" if one.changed_by is None else one.changed_by.SerializeToString(deterministic=True),
    }


def _estimate(kept: Document) -> Estimate:
    """Return an estimate; what an earlier version kept has no wording."""
    values = {name: value for name, value in kept.items() if name != "basis_wording"}
    return Estimate(**values | {"basis": worded_as_kept(kept["basis"], kept.get("basis_wording"))})


def _target(target: Target) -> Document:
    return {"model": str(target.model or ""), "analyser": target.analyser, "skipped": target.skipped}


def _campaign(document: Document) -> Campaign:
    target, selection = document["target"], document["selection"]
    return Campaign(
        id=document["_id"],
        target=Target(
            ModelRef.parse(target["model"]) if target["model"] else None,
            target["analyser"],
            target["skipped"],
        ),
        selection=Selection(
            tuple(selection["asset_ids"]) if "asset_ids" in selection else None,
            tuple(selection["series"]),
            tuple(selection["channels"]),
            selection["since"],
            selection["until"],
            selection["everything"],
        ),
        hours=WorkHours(*document["hours"]) if document["hours"] else None,
        actor=Actor.FromString(bytes(document["actor"])),
        changed_by=Actor.FromString(bytes(document["changed_by"])) if document.get("changed_by") else None,
        started_at=document["started_at"],
        ended_at=document["ended_at"],
        estimate=_estimate(document["estimate"]),
        state=State(document["state"]),
        cursor=document["cursor"],
        all_taken=document["all_taken"],
        open=tuple(
            OpenAsset(
                asset["asset_id"], int(asset["generation"]), asset["last_index"], tuple(asset["pieces"])
            )
            for asset in document["open"]
        ),
        assets=document["assets"],
        counts=Counts.of(document["counts"]),
        revision=document["revision"],
    )
