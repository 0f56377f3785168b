"""Snapshots as documents, with the facts about them in the same document."""

from collections.abc import Sequence
from dataclasses import dataclass

from framewell.media.v1.media_pb2 import ObjectRef
from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_dataset.adapters.catalogue_documents import DATASETS
from framewell_dataset.adapters.paging import ORDER, order_of, page_of
from framewell_dataset.domain.snapshots import KeptSnapshot, SnapshotState
from framewell_dataset.ports import Page
from framewell_dataset.telemetry import SNAPSHOTS as SNAPSHOTS_MADE
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.facts import Cause, Outgoing
from framewell_kit.outbox import Outbox
from framewell_kit.outcomes import NotFound

SNAPSHOTS = "snapshots"


@dataclass(frozen=True, slots=True)
class SnapshotDocuments:
    """Collection `snapshots`; turns and numbers are counted in the dataset's own document."""

    documents: Documents
    outbox: Outbox

    async def prepare(self) -> None:
        self.outbox.register(SNAPSHOTS)
        for fields in (["dataset_id", "state"], ["sample_ids"], [ORDER]):
            await self.documents.ensure_index(SNAPSHOTS, fields)

    async def turn(self, dataset_id: str) -> int:
        return int((await self._dataset(dataset_id))["turn"])

    async def take_turn(self, dataset_id: str, turn: int) -> bool:
        after = await self.documents.update(
            DATASETS, dataset_id, {"$set": {"turn": turn + 1}}, expect={"turn": turn}
        )
        return after is not None

    async def next_number(self, dataset_id: str) -> int:
        after = await self.documents.update(DATASETS, dataset_id, {"$inc": {"number": 1}})
        if after is None:
            raise NotFound(f"dataset {dataset_id!r} does not exist")
        return int(after["number"])

    async def numbers(self, dataset_id: str) -> int:
        return int((await self._dataset(dataset_id))["number"])

    async def put_draft(self, draft: KeptSnapshot) -> bool:
        name = draft.published.snapshot_id
        document = {
            "_id": name,
            **_fields(draft),
            "exports": [],
            ORDER: order_of(draft.created_at, name),
        }
        if await self.documents.insert_once(SNAPSHOTS, document):
            return True
        expect = {"state": str(SnapshotState.DRAFT)}
        change = {"$set": _fields(draft)}
        return await self.documents.update(SNAPSHOTS, name, change, expect=expect) is not None

    async def publish(self, draft: KeptSnapshot, facts: Sequence[Outgoing], cause: Cause) -> bool:
        expect = {"state": str(SnapshotState.DRAFT), "content": draft.content}
        change = {"$set": {"state": str(SnapshotState.PUBLISHED)}}
        name = draft.published.snapshot_id
        done = await self.outbox.update(SNAPSHOTS, name, change, facts, cause, expect=expect)
        if done is not None:
            SNAPSHOTS_MADE.add(1, _labels(draft, SnapshotState.PUBLISHED))
        return done is not None

    async def withdraw(
        self, kept: KeptSnapshot, withdrawn: SnapshotWithdrawn, fact: Outgoing, cause: Cause
    ) -> bool:
        change = {"$set": {"state": str(SnapshotState.WITHDRAWN), "withdrawn": withdrawn.SerializeToString()}}
        expect = {"state": str(SnapshotState.PUBLISHED)}
        name = kept.published.snapshot_id
        done = await self.outbox.update(SNAPSHOTS, name, change, [fact], cause, expect=expect)
        if done is not None:
            SNAPSHOTS_MADE.add(1, _labels(kept, SnapshotState.WITHDRAWN))
        return done is not None

    async def void(self, kept: KeptSnapshot) -> bool:
        """The draft's content no longer matches what its maker wants to publish; it is made again."""
        expect = {"state": str(SnapshotState.DRAFT)}
        change = {"$set": {"content": ""}}
        name = kept.published.snapshot_id
        return await self.documents.update(SNAPSHOTS, name, change, expect=expect) is not None

    async def get(self, snapshot_id: str) -> KeptSnapshot | None:
        found = await self.documents.get(SNAPSHOTS, snapshot_id)
        return None if found is None else _snapshot(found)

    async def newest(self, dataset_id: str) -> KeptSnapshot | None:
        query = {"dataset_id": dataset_id, "state": str(SnapshotState.PUBLISHED)}
        found = await self.documents.find(SNAPSHOTS, query, sort=[(ORDER, -1)], limit=1)
        return _snapshot(found[0]) if found else None

    async def containing(self, sample_id: str) -> list[KeptSnapshot]:
        found = await self.ever_containing(sample_id)
        return [kept for kept in found if kept.state is not SnapshotState.WITHDRAWN]

    async def ever_containing(self, sample_id: str) -> list[KeptSnapshot]:
        found = await self.documents.find(SNAPSHOTS, {"sample_ids": sample_id}, sort=[(ORDER, 1)])
        return [_snapshot(document) for document in found]

    async def page(self, page: Page, dataset_id: str) -> tuple[list[KeptSnapshot], str]:
        query: Document = {"state": {"$ne": str(SnapshotState.DRAFT)}}
        if dataset_id:
            query["dataset_id"] = dataset_id
        found, token = await page_of(self.documents, SNAPSHOTS, query, page, newest_first=True)
        return [_snapshot(document) for document in found], token

    async def note_export(self, snapshot_id: str, format_: str, export: ObjectRef) -> None:
        entry = {"format": format_, "object": export.SerializeToString()}
        await self.documents.update(SNAPSHOTS, snapshot_id, {"$addToSet": {"exports": entry}})

    async def exports(self, snapshot_id: str) -> list[ObjectRef]:
        found = await self.documents.get(SNAPSHOTS, snapshot_id)
        entries = found["exports"] if found else []
        return [ObjectRef.FromString(entry["object"]) for entry in entries]

    async def _dataset(self, dataset_id: str) -> Document:
        found = await self.documents.get(DATASETS, dataset_id)
        if found is None:
            raise NotFound(f"dataset {dataset_id!r} does not exist")
        return found


def _labels(kept: KeptSnapshot, state: SnapshotState) -> dict[str, str]:
    return {"dataset": kept.published.dataset_id, "state": str(state)}


def _fields(kept: KeptSnapshot) -> Document:
    return {
        "dataset_id": kept.published.dataset_id,
        "state": str(kept.state),
        "published": kept.published.SerializeToString(),
        "withdrawn": kept.withdrawn.SerializeToString() if kept.withdrawn else None,
        "sample_ids": list(kept.sample_ids),
        "content": kept.content,
        "rows_key": kept.rows_key,
        "created_at": kept.created_at,
    }


def _snapshot(document: Document) -> KeptSnapshot:
    withdrawn = document["withdrawn"]
    return KeptSnapshot(
        published=SnapshotPublished.FromString(document["published"]),
        state=SnapshotState(document["state"]),
        sample_ids=tuple(document["sample_ids"]),
        content=document["content"],
        rows_key=document["rows_key"],
        created_at=document["created_at"],
        withdrawn=SnapshotWithdrawn.FromString(withdrawn) if withdrawn is not None else None,
    )
