"""Statements as documents, one a subject; a counter in each moves with every change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from framewell.mesh.v1.mesh_pb2 import Subject
from framewell.rights.v1.rights_pb2 import (
    STATEMENT_OUTCOME_MATCHED_NOTHING,
    AppliedStatement,
    RightsStatement,
)
from framewell_contracts.spelling import normalised
from framewell_dataset.domain.assets import Asset
from framewell_dataset.domain.rights import Origin, ReceivedStatement, RightsOfAsset, holders_of, kept
from framewell_dataset.ports.rights import Unmatched
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import BY_ID, Order, Page, PageRequest, find_page, scan

STATEMENTS = "statements"
CONTRIBUTORS = "contributors"
TOLD = ""
"""Id of the document by which it is known that the names in all statements were written down."""
NEWEST_FIRST = Order("unmatched_since", datetime, descending=True)
NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class StatementDocuments:
    """Collection `statements`, one document a subject, however it is spelt, and `contributors`, one a name.

    Only the revisions that still count are kept.
    """

    documents: Documents

    async def prepare(self) -> None:
        await self.documents.ensure_index(STATEMENTS, NEWEST_FIRST.fields)
        if await self.documents.get(CONTRIBUTORS, TOLD) is None:
            async for document in scan(self.documents, STATEMENTS, {}, BY_ID):
                await self._note_names(each.statement.holder for each in _stated(document))
            await self.documents.insert_once(CONTRIBUTORS, {"_id": TOLD, "name": ""})

    async def of(self, asset: Asset, holders: Sequence[str] = ()) -> RightsOfAsset:
        subjects = [Subject(asset_id=asset.asset_id)]
        if asset.source:
            subjects.append(Subject(source=asset.source))
        read = [await self._read(subject) for subject in subjects]
        named = holders_of(each for statements, _ in read for each in statements)
        read += [await self._read(Subject(holder=holder)) for holder in sorted({*named, *holders})]
        stated = tuple(each for statements, _ in read for each in statements)
        return RightsOfAsset(stated, sum(changes for _, changes in read), asset.clock)

    async def about(self, subject: Subject) -> Sequence[ReceivedStatement]:
        statements, _ = await self._read(subject)
        return statements

    async def add(self, subject: Subject, statements: Sequence[ReceivedStatement]) -> bool:
        name = _name(subject)
        await self._note_names([subject.holder, *(each.statement.holder for each in statements)])
        while True:
            document = await self.documents.get(STATEMENTS, name)
            before = [_entry(each) for each in _stated(document)]
            after = [_entry(each) for each in kept([*_stated(document), *statements])]
            if document is None:
                new = {"_id": name, "changes": 1, "statements": after}
                if await self.documents.insert_once(STATEMENTS, new):
                    return True
                continue
            if before == after:
                return False
            change = {"$set": {"statements": after}, "$inc": {"changes": 1}}
            if await self.documents.update(STATEMENTS, name, change, expect={"changes": document["changes"]}):
                return True

    async def replace(
        self, subject: Subject, before: Sequence[ReceivedStatement], after: Sequence[ReceivedStatement]
    ) -> bool:
        document = await self.documents.get(STATEMENTS, _name(subject))
        if document is None or _stated(document) != list(before):
            return False
        change = {"$set": {"statements": [_entry(each) for each in kept(after)]}, "$inc": {"changes": 1}}
        expected = {"changes": document["changes"]}
        done = await self.documents.update(STATEMENTS, _name(subject), change, expect=expected)
        if done is not None:
            kept_names = {normalised(each.statement.holder) for each in after}
            for each in before:  # whoever stands there no more was erased
                if normalised(each.statement.holder) not in kept_names:
                    await self.documents.delete(CONTRIBUTORS, normalised(each.statement.holder))
        return done is not None

    async def contributors(self, prefix: str, page: PageRequest) -> Page[str]:
        begins = normalised(prefix)
        query = {"_id": {"$gt": TOLD}}
        if begins:
            query = {"_id": {"$gte": begins, "$lt": f"{begins}\U0010ffff"}}
        found = await find_page(self.documents, CONTRIBUTORS, query, page, BY_ID)
        return found.map(lambda document: str(document["name"]))

    async def note_unmatched(
        self, subject: Subject, applied: Sequence[AppliedStatement], at: datetime
    ) -> None:
        unmatched = [each for each in applied if each.outcome == STATEMENT_OUTCOME_MATCHED_NOTHING]
        change = {
            "subject": subject.SerializeToString(deterministic=True),
            "unmatched": [each.SerializeToString(deterministic=True) for each in unmatched],
            "unmatched_since": at if unmatched else None,
        }
        known = await self.documents.get(STATEMENTS, _name(subject))
        if known is None or (not unmatched and known.get("unmatched_since") is None):
            return
        if known.get("unmatched") != change["unmatched"]:
            await self.documents.update(STATEMENTS, _name(subject), {"$set": change})

    async def unmatched(self, page: PageRequest) -> Page[Unmatched]:
        waiting = {"unmatched_since": {"$gt": NEVER}}
        return (await find_page(self.documents, STATEMENTS, waiting, page, NEWEST_FIRST)).map(_unmatched)

    async def forget(self, subject: Subject) -> bool:
        if subject.holder:
            await self.documents.delete(CONTRIBUTORS, normalised(subject.holder))
        return await self.documents.delete(STATEMENTS, _name(subject))

    async def _note_names(self, names: Iterable[str]) -> None:
        for name in names:
            if key := normalised(name):
                await self.documents.insert_once(CONTRIBUTORS, {"_id": key, "name": name})

    async def _read(self, subject: Subject) -> tuple[list[ReceivedStatement], int]:
        document = await self.documents.get(STATEMENTS, _name(subject))
        return _stated(document), document["changes"] if document else 0


def _name(subject: Subject) -> str:
    kind = subject.WhichOneof("subject") or ""
    return f"{kind.removesuffix('_id')}:{normalised(getattr(subject, kind, ''))}"


def _unmatched(document: Document) -> Unmatched:
    return Unmatched(
        Subject.FromString(document["subject"]),
        tuple(AppliedStatement.FromString(each) for each in document["unmatched"]),
        document["unmatched_since"],
    )


def _entry(received: ReceivedStatement) -> dict[str, Any]:
    content = received.statement.SerializeToString(deterministic=True)
    return {"change": received.change, "origin": str(received.origin), "content": content}


def _stated(document: Document | None) -> list[ReceivedStatement]:
    if document is None:
        return []
    return [
        ReceivedStatement(
            RightsStatement.FromString(entry["content"]), entry["change"], Origin(entry["origin"])
        )
        for entry in document["statements"]
    ]
