"""The ledger as documents. Amounts are kept as decimal text: no binary fraction ever touches money."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_contracts.spelling import normalised
from framewell_dataset.domain.ledger import Entry
from framewell_dataset.telemetry import USES
from framewell_kit.documents.protocol import Document, Documents
from framewell_kit.paging import Order, Page, PageRequest, find_page, scan

LEDGER = "ledger"
NEWEST_FIRST = Order("used_at", datetime, descending=True)


@dataclass(frozen=True, slots=True)
class LedgerDocuments:
    """Collection `ledger`, one document per (use, sample, statement)."""

    documents: Documents

    async def prepare(self) -> None:
        for fields in (["holder", *NEWEST_FIRST.fields], NEWEST_FIRST.fields):
            await self.documents.ensure_index(LEDGER, fields)

    async def enter(self, entry: Entry) -> bool:
        used_at = entry.usage.used_at.ToDatetime(tzinfo=UTC)
        new = await self.documents.insert_once(
            LEDGER,
            {
                "_id": entry.entry_id,
                "holder": normalised(entry.usage.holder),
                "owed": str(entry.owed),
                "usage": entry.usage.SerializeToString(),
                "used_at": used_at,
            },
        )
        if new:
            USES.add(1, {"currency": entry.usage.rate.currency})
        return new

    async def page(self, page: PageRequest, holder: str) -> Page[Entry]:
        return (await find_page(self.documents, LEDGER, _of(holder), page, NEWEST_FIRST)).map(_entry)

    async def all(self, holder: str) -> AsyncIterator[Entry]:
        async for document in scan(self.documents, LEDGER, _of(holder), NEWEST_FIRST):
            yield _entry(document)


def _of(holder: str) -> Document:
    return {"holder": normalised(holder)} if holder else {}


def _entry(document: Document) -> Entry:
    return Entry(document["_id"], UsageRecorded.FromString(document["usage"]), Decimal(document["owed"]))
