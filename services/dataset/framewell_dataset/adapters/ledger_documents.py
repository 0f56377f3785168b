"""The ledger as documents. Amounts are kept as decimal text: no binary fraction ever touches money."""

from dataclasses import dataclass
from datetime import UTC
from decimal import Decimal

from framewell.usage.v1.usage_pb2 import UsageRecorded
from framewell_dataset.adapters.paging import ORDER, order_of, page_of
from framewell_dataset.domain.ledger import Entry
from framewell_dataset.ports import Page
from framewell_dataset.telemetry import USES
from framewell_kit.documents.protocol import Document, Documents

LEDGER = "ledger"


@dataclass(frozen=True, slots=True)
class LedgerDocuments:
    """Collection `ledger`, one document per (use, sample, statement)."""

    documents: Documents

    async def prepare(self) -> None:
        for fields in (["holder"], [ORDER]):
            await self.documents.ensure_index(LEDGER, fields)

    async def enter(self, entry: Entry) -> bool:
        used_at = entry.usage.used_at.ToDatetime(tzinfo=UTC)
        new = await self.documents.insert_once(
            LEDGER,
            {
                "_id": entry.entry_id,
                "holder": entry.usage.holder,
                "owed": str(entry.owed),
                "usage": entry.usage.SerializeToString(),
                ORDER: order_of(used_at, entry.entry_id),
            },
        )
        if new:
            USES.add(1, {"currency": entry.usage.rate.currency})
        return new

    async def page(self, page: Page, holder: str) -> tuple[list[Entry], str]:
        found, token = await page_of(self.documents, LEDGER, _of(holder), page, newest_first=True)
        return [_entry(document) for document in found], token

    async def all(self, holder: str) -> list[Entry]:
        return [_entry(document) for document in await self.documents.find(LEDGER, _of(holder))]


def _of(holder: str) -> Document:
    return {"holder": holder} if holder else {}


def _entry(document: Document) -> Entry:
    return Entry(document["_id"], UsageRecorded.FromString(document["usage"]), Decimal(document["owed"]))
