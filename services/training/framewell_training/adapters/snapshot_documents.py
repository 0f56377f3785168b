"""Snapshots in the document store.

collection `snapshots`: one document a snapshot, `_id` its id; `published` bytes, `withdrawn` text
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from framewell.snapshot.v1.snapshot_pb2 import SnapshotPublished, SnapshotWithdrawn
from framewell_contracts.sentences import say, worded
from framewell_kit.documents.protocol import Document, Documents
from framewell_training.adapters.sentence_fields import kept, sentence_in
from framewell_training.domain.snapshots import Snapshot

SNAPSHOTS: Final = "snapshots"
NO_REASON: Final = say("withdrawal.unsaid", "withdrawn")


@dataclass(frozen=True, slots=True)
class SnapshotDocuments:
    """SnapshotRepository over the document store. A withdrawal may precede the snapshot it is about."""

    documents: Documents

    async def prepare(self) -> None:
        """Make the index that `newest` needs."""
        await self.documents.ensure_index(SNAPSHOTS, ["dataset_id"])

    async def record(self, published: SnapshotPublished) -> None:
        change = {
            "dataset_id": published.dataset_id,
            "number": published.number,
            "published": published.SerializeToString(),
        }
        await self.documents.update(SNAPSHOTS, published.snapshot_id, {"$set": change}, upsert=True)

    async def withdraw(self, withdrawn: SnapshotWithdrawn) -> None:
        reason = worded(withdrawn.reason, withdrawn.wording) if withdrawn.reason else NO_REASON
        change = {**kept("withdrawn", reason), "superseded_by": withdrawn.superseded_by}
        await self.documents.update(SNAPSHOTS, withdrawn.snapshot_id, {"$set": change}, upsert=True)

    async def get(self, snapshot_id: str) -> Snapshot | None:
        document = await self.documents.get(SNAPSHOTS, snapshot_id)
        return _snapshot(document) if document is not None and "published" in document else None

    async def newest(self, dataset_id: str) -> Snapshot | None:
        found = await self.documents.find(
            SNAPSHOTS, {"dataset_id": dataset_id}, sort=[("number", -1)], limit=1
        )
        return _snapshot(found[0]) if found else None


def _snapshot(document: Document) -> Snapshot:
    published = SnapshotPublished.FromString(bytes(document["published"]))
    return Snapshot(published, sentence_in(document, "withdrawn"), document.get("superseded_by", ""))
