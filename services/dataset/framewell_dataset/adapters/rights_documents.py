"""Statements as documents, one a target; a counter in each moves with every change."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framewell.rights.v1.rights_pb2 import RightsStatement
from framewell_dataset.domain.assets import Asset, asset_target, holder_target, source_target
from framewell_dataset.domain.rights import Stated, StatedRights, newest
from framewell_kit.documents.protocol import Document, Documents

RIGHTS = "rights"


@dataclass(frozen=True, slots=True)
class RightsDocuments:
    """Collection `rights`. Only the newest revision of each statement is kept."""

    documents: Documents

    async def of(self, asset: Asset) -> StatedRights:
        own = await self._read(asset_target(asset.asset_id))
        from_source = await self._read(source_target(asset.source)) if asset.source else StatedRights((), 0)
        both = StatedRights((*own.stated, *from_source.stated), own.revision + from_source.revision)
        stated, revision = list(both.stated), both.revision
        for holder in both.holders:
            of_holder = await self._read(holder_target(holder))
            stated += of_holder.stated
            revision += of_holder.revision
        return StatedRights(tuple(stated), revision)

    async def add(self, target: str, statements: Sequence[RightsStatement], change: int) -> bool:
        added = [Stated(statement, change) for statement in statements]
        while True:
            kept = await self.documents.get(RIGHTS, target)
            before = _stated(kept)
            after = [each for group in newest([*before, *added]) for each in group]
            if kept is not None and _same(before, after):
                return False
            if kept is None:
                new = {"_id": target, "changes": 1, "statements": [_entry(each) for each in after]}
                if await self.documents.insert_once(RIGHTS, new):
                    return True
                continue
            written = await self.documents.update(
                RIGHTS,
                target,
                {"$set": {"statements": [_entry(each) for each in after]}, "$inc": {"changes": 1}},
                expect={"changes": kept["changes"]},
            )
            if written is not None:
                return True

    async def forget(self, target: str) -> bool:
        return await self.documents.delete(RIGHTS, target)

    async def _read(self, target: str) -> StatedRights:
        kept = await self.documents.get(RIGHTS, target)
        return StatedRights(tuple(_stated(kept)), kept["changes"] if kept else 0)


def _entry(stated: Stated) -> dict[str, Any]:
    return {"change": stated.change, "content": stated.statement.SerializeToString(deterministic=True)}


def _stated(document: Document | None) -> list[Stated]:
    if document is None:
        return []
    return [
        Stated(RightsStatement.FromString(entry["content"]), entry["change"])
        for entry in document["statements"]
    ]


def _same(before: Sequence[Stated], after: Sequence[Stated]) -> bool:
    return [(each.statement, each.change) for each in before] == [
        (each.statement, each.change) for each in after
    ]
