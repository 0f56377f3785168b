"""Snapshots as documents, with the facts about them in the same document; their members apart."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.domain.ledger import usage_fact
from framewell_dataset.domain.observations import space_of
from framewell_dataset.domain.snapshots import Export, Member, SnapshotState, StoredSnapshot
from framewell_dataset.telemetry import SNAPSHOTS as SNAPSHOTS_MADE
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outbox import Outbox
from framewell_kit.paging import BY_ID, Order, Page, PageRequest, find_page, scan

SNAPSHOTS = "snapshots"
MEMBERS = "snapshot_members"
EXPORTS = "exports"
MEMBERS_A_DOCUMENT = 200
NEWEST_FIRST = Order("created_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class SnapshotDocuments:
    """Collections `snapshots` and `snapshot_members` (`<snapshot>/<content hash>/<part>`).

    Members are written before the draft that has their content, so whoever withdraws a sample finds every
    draft and snapshot that holds it, or did: a draft that is rewritten leaves members of its old content
    behind until it is published. What the publication costs lies with the
    members and leaves from there, since the facts of many samples are too much for one document.
    """

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        for collection in (SNAPSHOTS, MEMBERS, EXPORTS):
            self.outbox.register(collection)
        for fields in (["dataset_id", "state", *NEWEST_FIRST.fields], NEWEST_FIRST.fields, ["superseded_by"]):
            await self.documents.ensure_index(SNAPSHOTS, fields)
        for field in ("sample_ids", "background_assets", "snapshot_id"):
            await self.documents.ensure_index(MEMBERS, [field])

    async def put_draft(
        self, draft: StoredSnapshot, members: Sequence[Member], background_assets: Sequence[str]
    ) -> bool:
        name = draft.published.snapshot_id
        await self._put_members(name, draft.content, members)
        await self._put_background(name, draft.content, background_assets)
        document = {"_id": name, **_fields(draft)}
        if await self.documents.insert_once(SNAPSHOTS, document):
            return True
        expect = {"state": str(SnapshotState.DRAFT)}
        change = {"$set": _fields(draft)}
        return await self.documents.update(SNAPSHOTS, name, change, expect=expect) is not None

    async def publish(self, draft: StoredSnapshot, fact: Outgoing, cause: Cause) -> bool:
        expect = {"state": str(SnapshotState.DRAFT), "content": draft.content}
        change = {"$set": {"state": str(SnapshotState.PUBLISHED)}}
        name = draft.published.snapshot_id
        done = await self.outbox.update(SNAPSHOTS, name, change, [fact], cause, expect=expect)
        if done is None:
            return False
        SNAPSHOTS_MADE.add(1, _labels(draft, SnapshotState.PUBLISHED))
        outdated = {"snapshot_id": name, "content": {"$ne": draft.content}}
        await self.documents.delete_where(MEMBERS, outdated)
        return True

    async def record_uses(self, stored: StoredSnapshot, cause: Cause) -> None:
        name = stored.published.snapshot_id
        pending = {"snapshot_id": name, "content": stored.content, "recorded": False}
        async for part in scan(self.documents, MEMBERS, pending, BY_ID):
            facts = [usage_fact(UsageRecorded.FromString(content)) for content in part["uses"]]
            change, expect = {"$set": {"recorded": True}}, {"recorded": False}
            await self.outbox.update(MEMBERS, part["_id"], change, facts, cause, expect=expect)

    async def withdraw(
        self, stored: StoredSnapshot, withdrawn: SnapshotWithdrawn, fact: Outgoing, cause: Cause
    ) -> bool:
        fields = {
            "state": str(SnapshotState.WITHDRAWN),
            "withdrawn": withdrawn.SerializeToString(),
            "superseded_by": withdrawn.superseded_by,
        }
        change = {"$set": fields}
        expect = {"state": str(SnapshotState.PUBLISHED)}
        name = stored.published.snapshot_id
        done = await self.outbox.update(SNAPSHOTS, name, change, [fact], cause, expect=expect)
        if done is not None:
            SNAPSHOTS_MADE.add(1, _labels(stored, SnapshotState.WITHDRAWN))
        return done is not None

    async def void(self, stored: StoredSnapshot) -> bool:
        # The draft's content no longer matches what its maker wants to publish, so it is made again.
        expect = {"state": str(SnapshotState.DRAFT)}
        change = {"$set": {"content": ""}}
        name = stored.published.snapshot_id
        return await self.documents.update(SNAPSHOTS, name, change, expect=expect) is not None

    async def get(self, snapshot_id: str) -> StoredSnapshot | None:
        found = await self.documents.get(SNAPSHOTS, snapshot_id)
        return None if found is None else _snapshot(found)

    async def newest(self, dataset_id: str, space: str = "") -> StoredSnapshot | None:
        query: Document = {"dataset_id": dataset_id, "state": str(SnapshotState.PUBLISHED)}
        if space:
            query["space"] = {"$in": [space, ""]}
        found = await find_page(self.documents, SNAPSHOTS, query, PageRequest(1), NEWEST_FIRST, counted=False)
        return _snapshot(found.items[0]) if found.items else None

    async def is_awaited(self, snapshot_id: str) -> bool:
        query: Document = {"superseded_by": snapshot_id}
        found = await find_page(self.documents, SNAPSHOTS, query, PageRequest(1), NEWEST_FIRST, counted=False)
        return bool(found.items)

    async def containing(self, sample_id: str) -> AsyncIterator[StoredSnapshot]:
        async for stored in self.ever_containing(sample_id):
            if stored.state is not SnapshotState.WITHDRAWN:
                yield stored

    def ever_containing(self, sample_id: str) -> AsyncIterator[StoredSnapshot]:
        return self._with_members({"sample_ids": sample_id})

    def with_background(self, asset_id: str) -> AsyncIterator[StoredSnapshot]:
        return self._with_members({"background_assets": asset_id})

    async def background_assets(self, stored: StoredSnapshot) -> list[str]:
        query = {"snapshot_id": stored.published.snapshot_id, "content": stored.content}
        found = scan(self.documents, MEMBERS, query, BY_ID)
        return [asset_id async for each in found for asset_id in each.get("background_assets", ())]

    async def _with_members(self, query: Document) -> AsyncIterator[StoredSnapshot]:
        async for members in scan(self.documents, MEMBERS, query, BY_ID):
            found = await self.documents.get(SNAPSHOTS, members["snapshot_id"])
            if found is not None:
                yield _snapshot(found)

    async def page(self, page: PageRequest, dataset_id: str) -> Page[StoredSnapshot]:
        query: Document = {"state": {"$ne": str(SnapshotState.DRAFT)}}
        if dataset_id:
            query["dataset_id"] = dataset_id
        return (await find_page(self.documents, SNAPSHOTS, query, page, NEWEST_FIRST)).map(_snapshot)

    async def note_export(self, export: Export, access: Outgoing, cause: Cause) -> None:
        # Of the same samples an export for the same purpose has the same content, hence the same key.
        fields = {
            "ref": export.ref.SerializeToString(deterministic=True),
            "purpose": export.purpose,
            "sample_ids": list(export.sample_ids),
        }
        name = f"{export.snapshot_id}/{export.ref.key}"
        await self.outbox.update(EXPORTS, name, {"$set": fields}, [access], cause, upsert=True)

    async def export(self, snapshot_id: str, key: str) -> Export | None:
        found = await self.documents.get(EXPORTS, f"{snapshot_id}/{key}")
        if found is None:
            return None
        ref = ObjectRef.FromString(found["ref"])
        return Export(snapshot_id, ref, found["purpose"], tuple(found["sample_ids"]))

    async def _put_members(self, name: str, content: str, members: Sequence[Member]) -> None:
        for first in range(0, len(members), MEMBERS_A_DOCUMENT):
            part = members[first : first + MEMBERS_A_DOCUMENT]
            uses = [usage.SerializeToString() for member in part for usage in member.uses]
            part_id = f"{name}/{content}/{first // MEMBERS_A_DOCUMENT:06}"
            document = {
                "_id": part_id,
                "snapshot_id": name,
                "content": content,
                "sample_ids": [member.sample_id for member in part],
                "uses": uses,
                "recorded": not uses,
            }
            if not await self.documents.insert_once(MEMBERS, document):
                # Made again with the same samples: what they cost may have changed since.
                change = {"$set": {"uses": uses, "recorded": not uses}}
                await self.documents.update(MEMBERS, part_id, change, expect={"recorded": False})

    async def _put_background(self, name: str, content: str, assets: Sequence[str]) -> None:
        for first in range(0, len(assets), MEMBERS_A_DOCUMENT):
            document = {
                "_id": f"{name}/{content}/background/{first // MEMBERS_A_DOCUMENT:06}",
                "snapshot_id": name,
                "content": content,
                "sample_ids": [],
                "background_assets": list(assets[first : first + MEMBERS_A_DOCUMENT]),
                "uses": [],
                "recorded": True,
            }
            await self.documents.insert_once(MEMBERS, document)


def _labels(stored: StoredSnapshot, state: SnapshotState) -> dict[str, str]:
    return {"dataset": stored.published.dataset_id, "state": str(state)}


def _fields(stored: StoredSnapshot) -> Document:
    return {
        "dataset_id": stored.published.dataset_id,
        "state": str(stored.state),
        "published": stored.published.SerializeToString(),
        "withdrawn": stored.withdrawn.SerializeToString() if stored.withdrawn else None,
        "content": stored.content,
        "space": space_of(stored.published.embedding) if stored.published.embedding.name else "",
        "rows_key": stored.rows_key,
        "created_at": stored.created_at,
    }


def _snapshot(document: Document) -> StoredSnapshot:
    withdrawn = document["withdrawn"]
    return StoredSnapshot(
        published=SnapshotPublished.FromString(document["published"]),
        state=SnapshotState(document["state"]),
        content=document["content"],
        rows_key=document["rows_key"],
        created_at=document["created_at"],
        withdrawn=SnapshotWithdrawn.FromString(withdrawn) if withdrawn is not None else None,
    )
