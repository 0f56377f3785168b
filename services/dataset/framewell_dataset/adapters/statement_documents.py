"""Statements as documents, one a subject; a counter in each moves with every change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell_contracts.subjects import subject_key
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import ReceivedStatement, RightsOfAsset, newest
from framewell_kit.documents.protocol import Document, Documents

STATEMENTS = "statements"


@dataclass(frozen=True, slots=True)
class StatementDocuments:
    """Collection `statements`. Only the newest revision of each statement is kept."""

    documents: Documents

    async def of(self, asset: Asset) -> RightsOfAsset:
        own = await self._read(Subject(asset_id=asset.asset_id))
        from_source = await self._read(Subject(source=asset.source)) if asset.source else RightsOfAsset((), 0)
        both = RightsOfAsset((*own.statements, *from_source.statements), own.revision + from_source.revision)
        stated, revision = list(both.statements), both.revision
        for holder in both.holders:
            of_holder = await self._read(Subject(holder=holder))
            stated += of_holder.statements
            revision += of_holder.revision
        return RightsOfAsset(tuple(stated), revision)

    async def add(self, subject: Subject, statements: Sequence[RightsStatement], change: int) -> bool:
        name, added = subject_key(subject), [ReceivedStatement(each, change) for each in statements]
        while True:
            kept = await self.documents.get(STATEMENTS, name)
            before = _stated(kept)
            after = [each for group in newest([*before, *added]) for each in group]
            if kept is not None and _same(before, after):
                return False
            if kept is None:
                new = {
                    "_id": subject_key(subject),
                    "changes": 1,
                    "statements": [_entry(each) for each in after],
                }
                if await self.documents.insert_once(STATEMENTS, new):
                    return True
                continue
            written = await self.documents.update(
                STATEMENTS,
                name,
                {"$set": {"statements": [_entry(each) for each in after]}, "$inc": {"changes": 1}},
                expect={"changes": kept["changes"]},
            )
            if written is not None:
                return True

    async def forget(self, subject: Subject) -> bool:
        return await self.documents.delete(STATEMENTS, subject_key(subject))

    async def _read(self, subject: Subject) -> RightsOfAsset:
        kept = await self.documents.get(STATEMENTS, subject_key(subject))
        return RightsOfAsset(tuple(_stated(kept)), kept["changes"] if kept else 0)


def _entry(stated: ReceivedStatement) -> dict[str, Any]:
    return {"change": stated.change, "content": stated.statement.SerializeToString(deterministic=True)}


def _stated(document: Document | None) -> list[ReceivedStatement]:
    if document is None:
        return []
    return [
        ReceivedStatement(RightsStatement.FromString(entry["content"]), entry["change"])
        for entry in document["statements"]
    ]


def _same(before: Sequence[ReceivedStatement], after: Sequence[ReceivedStatement]) -> bool:
    return [(each.statement, each.change) for each in before] == [
        (each.statement, each.change) for each in after
    ]
